#include "compiler/command/explain_equations.hpp"

#include "compiler/command/table.hpp"

#include <fovea/definition/explain.hpp>
#include <fovea/equation/text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::command {
namespace {

// For machines; people see what fits on a page.
constexpr int64_t most_entries = 4096;
constexpr size_t page_columns = 98, page_rows = 48;

double intensity(int64_t macs, int64_t bytes) {
  return static_cast<double>(macs) / static_cast<double>(std::max<int64_t>(bytes, 1));
}

struct WorkOf {
  int64_t macs = 0, bytes = 0;
};

// Bytes: every operand read and every result written once.
WorkOf work_of(const Definition& definition) {
  WorkOf work{count_macs(definition), 0};
  for (const Operand& operand : definition.operands)
    work.bytes += operand.type.bytes();
  for (int result : definition.results)
    work.bytes += definition.type_of(definition.tensor_of_equation(result)).bytes();
  return work;
}

struct NamedTensor {
  std::string name, role;
  TensorType type;
};

std::vector<NamedTensor> tensors_of(const Definition& definition) {
  std::vector<NamedTensor> tensors;
  for (const Operand& operand : definition.operands)
    tensors.push_back({operand.name, "operand", operand.type});
  for (int e = 0; e < static_cast<int>(definition.equations.size()); ++e) {
    const bool is_result = std::ranges::find(definition.results, e) != definition.results.end();
    tensors.push_back({definition.equations[static_cast<size_t>(e)].name,
                       is_result ? "result" : "between",
                       definition.type_of(definition.tensor_of_equation(e))});
  }
  return tensors;
}

std::string shape_text(const Shape& shape) {
  return shape.rank() == 0 ? "-" : to_string(shape);
}

std::string index_table(const Definition& definition) {
  Table table({{"equation", Table::Align::left, true},
               {"index"},
               {"kind"},
               {"range", Table::Align::right},
               {"because"}});
  for (const Equation& equation : definition.equations)
    for (const ExplainedIndex& index : indices_of(definition, equation))
      table.add({equation.name, index.name, index.reduced ? "reduced" : "free",
                 fmt::format("0 .. {}", with_commas(index.extent - 1)), index.reason});
  return table.to_string();
}

std::string tensor_table(const Definition& definition) {
  Table table({{"tensor", Table::Align::left, true},
               {"role"},
               {"type"},
               {"shape"},
               {"elements", Table::Align::right},
               {"bytes", Table::Align::right}});
  for (const NamedTensor& tensor : tensors_of(definition))
    table.add({tensor.name, tensor.role, std::string(name_of(tensor.type.dtype)),
               shape_text(tensor.type.shape), with_commas(tensor.type.shape.elements()),
               human_bytes(tensor.type.bytes())});
  return table.to_string();
}

// "x(1, 2)"
std::string element_name(const std::string& tensor, const Shape& shape, int64_t offset) {
  std::vector<int64_t> place(static_cast<size_t>(shape.rank()));
  for (int d = shape.rank() - 1; d >= 0; --d) {
    place[static_cast<size_t>(d)] = offset % shape[d];
    offset /= shape[d];
  }
  return place.empty() ? tensor : fmt::format("{}({})", tensor, fmt::join(place, ","));
}

// Of the first result and the first operand that it is affine in.
std::optional<LinearMap> matrix_of(const Definition& definition) {
  for (int operand = 0; operand < static_cast<int>(definition.operands.size()); ++operand)
    if (std::optional<LinearMap> map = linear_map(definition, operand, 0, most_entries))
      return map;
  return std::nullopt;
}

std::string matrix_table(const Definition& definition, const LinearMap& map) {
  const Operand& operand = definition.operands[static_cast<size_t>(map.operand)];
  const Equation& result =
      definition
          .equations[static_cast<size_t>(definition.results[static_cast<size_t>(map.result)])];
  const bool has_offset =
      std::ranges::any_of(map.offset, [](const std::string& entry) { return !entry.empty(); });
  std::vector<Table::Column> columns{{""}};
  for (int64_t column = 0; column < map.columns; ++column)
    columns.push_back({element_name(operand.name, operand.type.shape, column)});
  if (has_offset)
    columns.push_back({"+"});
  Table table(columns);
  for (int64_t row = 0; row < map.rows; ++row) {
    std::vector<std::string> cells{element_name(result.name, result.shape(), row)};
    for (int64_t column = 0; column < map.columns; ++column)
      cells.push_back(map.at(row, column).empty() ? "." : map.at(row, column));
    if (has_offset)
      cells.push_back(map.offset[static_cast<size_t>(row)]);
    table.add(std::move(cells));
  }
  return table.to_string();
}

std::string matrix_text(const Definition& definition) {
  const std::optional<LinearMap> map = matrix_of(definition);
  if (!map)
    return "";
  const std::string title = fmt::format(
      "as the {}matrix of {} x {} that multiplies {}", map->is_toeplitz() ? "Toeplitz " : "",
      map->rows, map->columns, definition.operands[static_cast<size_t>(map->operand)].name);
  std::string rows;
  // No cell is narrower than two characters with the space beside it.
  if (static_cast<size_t>(map->rows) <= page_rows &&
      static_cast<size_t>(map->columns) * 3 <= page_columns)
    rows = matrix_table(definition, *map);
  if (rows.empty() || rows.find('\n') > page_columns)
    return title + ": too wide to be shown, --json has it\n";
  return section(title, rows);
}

} // namespace

std::string work_line(int64_t macs, int64_t bytes) {
  return fmt::format("work: {} MACs, {} moved at least, {:.2f} MACs per byte\n", with_commas(macs),
                     human_bytes(bytes), intensity(macs, bytes));
}

std::string section(const std::string& title, const std::string& text) {
  std::string result = title + ":\n";
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    result += "  " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return result;
}

std::string explain_equations(const Definition& definition) {
  const WorkOf work = work_of(definition);
  return section("equations", to_string(definition)) + section("indices", index_table(definition)) +
         section("tensors", tensor_table(definition)) + work_line(work.macs, work.bytes) +
         section("loops", loop_nest(definition)) + matrix_text(definition);
}

Json explain_equations_json(const Definition& definition) {
  const WorkOf work = work_of(definition);
  Json json{{"text", to_text(definition)},
            {"latex", to_latex(definition)},
            {"indices", Json::array()},
            {"tensors", Json::array()},
            {"macs", work.macs},
            {"bytes", work.bytes},
            {"macs_per_byte", intensity(work.macs, work.bytes)},
            {"loops", loop_nest(definition)},
            {"matrix", nullptr}};
  for (const Equation& equation : definition.equations)
    for (const ExplainedIndex& index : indices_of(definition, equation))
      json["indices"].push_back({{"equation", equation.name},
                                 {"index", index.name},
                                 {"kind", index.reduced ? "reduced" : "free"},
                                 {"extent", index.extent},
                                 {"because", index.reason}});
  for (const NamedTensor& tensor : tensors_of(definition))
    json["tensors"].push_back({{"name", tensor.name},
                               {"role", tensor.role},
                               {"type", to_string(tensor.type)},
                               {"bytes", tensor.type.bytes()}});
  if (const std::optional<LinearMap> map = matrix_of(definition))
    json["matrix"] = {{"operand", definition.operands[static_cast<size_t>(map->operand)].name},
                      {"rows", map->rows},
                      {"columns", map->columns},
                      {"toeplitz", map->is_toeplitz()},
                      {"entries", map->matrix},
                      {"offset", map->offset}};
  return json;
}

} // namespace fovea::command
