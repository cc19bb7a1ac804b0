#include "compiler/command/run_report.hpp"

#include "compiler/command/table.hpp"

#include <fovea/dtype.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace fovea::command {
namespace {

double from_f16(uint16_t bits) {
  const double sign = bits & 0x8000 ? -1 : 1;
  const int exponent = bits >> 10 & 31;
  const double fraction = bits & 1023;
  if (exponent == 31)
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  return sign * (exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24));
}

double from_bf16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

template <class T>
std::vector<double> converted(const host::HostTensor& tensor) {
  const std::span<const T> elements = tensor.data<T>();
  return {elements.begin(), elements.end()};
}

struct Statistics {
  double least =
      std::numeric_limits<double>::quiet_NaN(); // of those that are no NaN, as the others
  double mean = least, greatest = least;
  int64_t nans = 0;
};

Statistics statistics(const std::vector<double>& values) {
  Statistics result;
  double sum = 0;
  int64_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) {
      ++result.nans;
      continue;
    }
    result.least = count ? std::min(result.least, value) : value;
    result.greatest = count ? std::max(result.greatest, value) : value;
    sum += value;
    ++count;
  }
  if (count)
    result.mean = sum / static_cast<double>(count);
  return result;
}

std::string number(double value) {
  return fmt::format("{:.6g}", value);
}

std::string type_of(const RunResult& result) {
  return std::string(name_of(static_cast<DType>(result.tensor.dtype())));
}

bool has_rows(const RunResult& result) {
  return result.tensor.shape().size() == 2;
}

// What `visit(row, entries)` gets: every row of a result of rank 2.
template <class Visit>
void for_each_row(const RunResult& result, int64_t count, const Visit& visit) {
  const std::vector<double> values = values_of(result.tensor);
  const int64_t rows = result.tensor.shape()[0];
  const auto columns = static_cast<size_t>(result.tensor.shape()[1]);
  for (int64_t row = 0; row < rows; ++row)
    visit(row,
          largest(std::span(values).subspan(static_cast<size_t>(row) * columns, columns), count));
}

} // namespace

std::vector<double> values_of(const host::HostTensor& tensor) {
  switch (tensor.dtype()) {
  case FOVEA_F32:
    return converted<float>(tensor);
  case FOVEA_F64:
    return converted<double>(tensor);
  case FOVEA_I8:
    return converted<int8_t>(tensor);
  case FOVEA_U8:
    return converted<uint8_t>(tensor);
  case FOVEA_I32:
    return converted<int32_t>(tensor);
  case FOVEA_I64:
    return converted<int64_t>(tensor);
  case FOVEA_BOOLEAN:
    return converted<bool>(tensor);
  default:
    break;
  }
  std::vector<double> values;
  for (const uint16_t bits : tensor.data<uint16_t>())
    values.push_back(tensor.dtype() == FOVEA_F16 ? from_f16(bits) : from_bf16(bits));
  return values;
}

std::vector<Entry> largest(std::span<const double> row, int64_t count) {
  std::vector<Entry> entries;
  for (const double value : row)
    entries.push_back({static_cast<int64_t>(entries.size()), value});
  count = std::min(count, static_cast<int64_t>(entries.size()));
  std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
    return std::isnan(b.value) ? !std::isnan(a.value) : a.value > b.value;
  });
  entries.resize(static_cast<size_t>(count));
  return entries;
}

std::string summary_table(const std::vector<RunResult>& results) {
  using Align = Table::Align;
  const bool written = std::ranges::any_of(results, [](auto& r) { return !r.file.empty(); });
  std::vector<Table::Column> columns = {{"output", Align::left, true},
                                        {"shape"},
                                        {"type"},
                                        {"min", Align::right},
                                        {"mean", Align::right},
                                        {"max", Align::right},
                                        {"NaN", Align::right}};
  if (written)
    columns.push_back({"file", Align::left, true});
  Table table(std::move(columns));
  for (const RunResult& result : results) {
    const Statistics facts = statistics(values_of(result.tensor));
    std::vector<std::string> cells = {result.name,
                                      host::to_string(result.tensor.shape()),
                                      type_of(result),
                                      number(facts.least),
                                      number(facts.mean),
                                      number(facts.greatest),
                                      with_commas(facts.nans)};
    if (written)
      cells.push_back(result.file);
    table.add(std::move(cells));
  }
  return table.to_string();
}

std::string top_tables(const std::vector<RunResult>& results, const TopOptions& options) {
  using Align = Table::Align;
  std::string text;
  const auto with_rows = std::ranges::count_if(results, has_rows);
  for (const RunResult& result : results) {
    if (!has_rows(result))
      continue;
    if (with_rows > 1)
      text += (text.empty() ? "" : "\n") + result.name + "\n";
    std::vector<Table::Column> columns = {
        {"row", Align::right}, {"index", Align::right}, {"value", Align::right}};
    if (!options.labels.empty())
      columns.push_back({"label", Align::left, true});
    Table table(std::move(columns));
    for_each_row(result, options.count, [&](int64_t row, const std::vector<Entry>& entries) {
      for (const Entry& entry : entries) {
        std::vector<std::string> cells = {&entry == entries.data() ? std::to_string(row) : "",
                                          std::to_string(entry.index), number(entry.value)};
        if (!options.labels.empty())
          cells.push_back(options.labels[static_cast<size_t>(entry.index)]);
        table.add(std::move(cells));
      }
    });
    text += table.to_string();
  }
  return text;
}

Json to_json(const std::vector<RunResult>& results, const TopOptions& options) {
  Json list = Json::array();
  for (const RunResult& result : results) {
    const Statistics facts = statistics(values_of(result.tensor));
    Json item = {{"name", result.name},      {"shape", result.tensor.shape()},
                 {"dtype", type_of(result)}, {"min", facts.least},
                 {"mean", facts.mean},       {"max", facts.greatest},
                 {"nan", facts.nans}};
    if (!result.file.empty())
      item["file"] = result.file;
    if (options.count > 0 && has_rows(result)) {
      Json rows = Json::array();
      for_each_row(result, options.count, [&](int64_t, const std::vector<Entry>& entries) {
        Json row = Json::array();
        for (const Entry& entry : entries) {
          row.push_back({{"index", entry.index}, {"value", entry.value}});
          if (!options.labels.empty())
            row.back()["label"] = options.labels[static_cast<size_t>(entry.index)];
        }
        rows.push_back(std::move(row));
      });
      item["top"] = std::move(rows);
    }
    list.push_back(std::move(item));
  }
  return list;
}

} // namespace fovea::command
