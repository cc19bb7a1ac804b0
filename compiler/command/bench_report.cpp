#include "compiler/command/bench_report.hpp"

#include "compiler/command/inspect_program.hpp"
#include "compiler/command/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace fovea::command {
namespace {

double percent(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

double per_second(double amount, double seconds) {
  return seconds > 0 ? amount / seconds : 0;
}

// "0.123", "45.6", "1,234"
std::string number(double value) {
  return value < 1000 ? fmt::format("{:.{}f}", value,
                                    value < 1    ? 3
                                    : value < 10 ? 2
                                                 : 1)
                      : with_commas(static_cast<int64_t>(value + 0.5));
}

double kernel_seconds(const BenchResult& result) {
  double sum = 0;
  for (const host::KernelStatistics& kernel : result.times.kernels)
    sum += kernel.median_seconds;
  return sum;
}

std::string kernel_table(const BenchResult& result) {
  Table table({{"layer", Table::Align::left, true},
               {"ops", Table::Align::left, true},
               {"algorithm", Table::Align::left, true},
               {"median us", Table::Align::right},
               {"% time", Table::Align::right},
               {"GFLOP/s", Table::Align::right},
               {"GB/s", Table::Align::right},
               {"% roof", Table::Align::right}});
  const double all = kernel_seconds(result);
  const auto add = [&](std::vector<std::string> row, double seconds, double macs, double bytes,
                       double bound) {
    row.push_back(number(seconds * 1e6));
    row.push_back(fmt::format("{:.1f}", percent(seconds, all)));
    row.push_back(number(per_second(2e-9 * macs, seconds)));
    row.push_back(number(per_second(1e-9 * bytes, seconds)));
    row.push_back(fmt::format("{:.1f}", percent(bound, seconds)));
    table.add(std::move(row));
  };
  double bytes = 0;
  for (const host::KernelStatistics& kernel : result.times.kernels) {
    bytes += static_cast<double>(kernel.bytes);
    add({kernel.layer, kernel.ops, kernel.algorithm}, kernel.median_seconds,
        static_cast<double>(kernel.macs), static_cast<double>(kernel.bytes),
        result.bound_seconds(kernel));
  }
  table.rule();
  add({"all kernels", "", ""}, all, static_cast<double>(result.macs()), bytes,
      result.bound_seconds());
  return table.to_string();
}

Json kernels_json(const BenchResult& result) {
  Json list = Json::array();
  const double all = kernel_seconds(result);
  for (const host::KernelStatistics& kernel : result.times.kernels) {
    const double bound = result.bound_seconds(kernel);
    list.push_back(
        {{"layer", kernel.layer},
         {"ops", kernel.ops},
         {"algorithm", kernel.algorithm},
         {"macs", kernel.macs},
         {"bytes", kernel.bytes},
         {"min_us", kernel.min_seconds * 1e6},
         {"median_us", kernel.median_seconds * 1e6},
         {"percent", percent(kernel.median_seconds, all)},
         {"gflops", kernel.gflops()},
         {"gbs", per_second(1e-9 * static_cast<double>(kernel.bytes), kernel.median_seconds)},
         {"bound_us", bound * 1e6},
         {"roofline_percent", percent(bound, kernel.median_seconds)}});
  }
  return list;
}

} // namespace

int64_t BenchResult::macs() const {
  int64_t sum = 0;
  for (const host::KernelStatistics& kernel : times.kernels)
    sum += static_cast<int64_t>(kernel.macs);
  return sum;
}

double BenchResult::bound_seconds(const host::KernelStatistics& kernel) const {
  return std::max(2 * static_cast<double>(kernel.macs) / machine.flops_per_second,
                  static_cast<double>(kernel.bytes) / working_set_bytes_per_second);
}

double BenchResult::bound_seconds() const {
  double sum = 0;
  for (const host::KernelStatistics& kernel : times.kernels)
    sum += bound_seconds(kernel);
  return sum;
}

int64_t batch_of(const fovea_program& program) {
  std::vector<ProgramTensor> tensors = inputs_of(program);
  std::ranges::move(outputs_of(program), std::back_inserter(tensors));
  const auto leading = [](const ProgramTensor& tensor) {
    return tensor.shape.empty() ? int64_t{1} : tensor.shape[0];
  };
  for (const ProgramTensor& tensor : tensors)
    if (leading(tensor) != leading(tensors[0]))
      return 1;
  return tensors.empty() ? 1 : leading(tensors[0]);
}

int64_t working_set_of(const fovea_program& program) {
  // Weights that were packed beforehand are read in that form.
  const int64_t weights =
      std::max(total_bytes(parameters_of(program)), static_cast<int64_t>(program.prepared_bytes));
  return total_bytes(inputs_of(program)) + total_bytes(outputs_of(program)) + weights +
         static_cast<int64_t>(program.arena_bytes);
}

Json to_json(const BenchResult& result) {
  const double median = result.times.median_seconds();
  Json json = {{"model", result.model},
               {"source", result.source},
               {"batch", result.batch},
               {"threads", result.times.threads},
               {"runs", result.times.seconds.size()},
               {"min_ms", result.times.min_seconds() * 1e3},
               {"median_ms", median * 1e3},
               {"images_per_second", per_second(static_cast<double>(result.batch), median)},
               {"macs", result.macs()},
               {"gflops", per_second(2e-9 * static_cast<double>(result.macs()), median)},
               {"bound_ms", result.bound_seconds() * 1e3},
               {"roofline_percent", percent(result.bound_seconds(), median)},
               {"overhead_us", result.times.overhead_seconds * 1e6},
               {"compile_seconds", nullptr},
               {"arena_bytes", result.arena_bytes},
               {"parameter_bytes", result.parameter_bytes},
               {"peak_gflops", result.machine.flops_per_second * 1e-9},
               {"bandwidth_gbs", result.machine.bytes_per_second * 1e-9},
               {"working_set_bytes", result.working_set_bytes},
               {"working_set_gbs", result.working_set_bytes_per_second * 1e-9},
               {"profiled_runs", result.times.profiled_runs},
               {"kernels", kernels_json(result)},
               {"warnings", result.warnings}};
  if (result.compile_seconds)
    json["compile_seconds"] = *result.compile_seconds;
  return json;
}

std::string to_text(const BenchResult& result, bool per_kernel) {
  const BenchTimes& times = result.times;
  const double median = times.median_seconds();
  std::string text = fmt::format("{}, batch {}, {} {}, {} {}\n", result.model, result.batch,
                                 times.threads, times.threads == 1 ? "thread" : "threads",
                                 with_commas(static_cast<int64_t>(times.seconds.size())),
                                 times.seconds.size() == 1 ? "run" : "runs");
  const auto line = [&](const char* what, const std::string& words) {
    text += fmt::format("  {:<9} {}\n", what, words);
  };
  line("time", fmt::format("{} (median; the fastest run {}), {} images/s", human_seconds(median),
                           human_seconds(times.min_seconds()),
                           number(per_second(static_cast<double>(result.batch), median))));
  line("work",
       fmt::format("{} GFLOP/s, {:.1f} % of the roofline bound, which is {}",
                   number(per_second(2e-9 * static_cast<double>(result.macs()), median)),
                   percent(result.bound_seconds(), median), human_seconds(result.bound_seconds())));
  line("overhead",
       fmt::format("{} of a run lie outside its {} {}",
                   human_seconds(std::max(times.overhead_seconds, 0.0)), times.kernels.size(),
                   times.kernels.size() == 1 ? "kernel" : "kernels"));
  line("memory", fmt::format("{} of weights, {} of intermediate results",
                             human_bytes(result.parameter_bytes), human_bytes(result.arena_bytes)));
  line("machine",
       fmt::format("{} GFLOP/s; {} GB/s from memory, {} GB/s over the {} that a run touches",
                   number(result.machine.flops_per_second * 1e-9),
                   number(result.machine.bytes_per_second * 1e-9),
                   number(result.working_set_bytes_per_second * 1e-9),
                   human_bytes(result.working_set_bytes)));
  if (result.compile_seconds)
    line("compiled", "in " + human_seconds(*result.compile_seconds));
  return per_kernel ? text + "\n" + kernel_table(result) : text;
}

} // namespace fovea::command
