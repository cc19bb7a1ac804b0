#include "compiler/command/inspect_balance.hpp"

#include "compiler/command/command.hpp"
#include "compiler/command/table.hpp"
#include "compiler/driver/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace fovea::command {
namespace {

using driver::KernelExplanation;

constexpr std::array thread_counts{4, 8, 16, 32, 64};

// The network as it is compiled for one number of threads.
struct Balance {
  int threads = 0;
  std::vector<KernelExplanation> kernels;

  // With how often each kernel runs.
  template <class Figure>
  double sum(const Figure& figure) const {
    double total = 0;
    for (const KernelExplanation& kernel : kernels)
      total += static_cast<double>(kernel.calls()) * figure(kernel);
    return total;
  }
  double barriers() const {
    return sum([](const KernelExplanation& kernel) {
      return static_cast<double>(kernel.grain.barriers());
    });
  }
  // Of threads' time, by the kernels' estimated times.
  double utilisation() const {
    const double seconds = sum([](const KernelExplanation& kernel) { return kernel.cost.seconds; });
    const double busy = sum([&](const KernelExplanation& kernel) {
      return kernel.cost.seconds * kernel.grain.utilisation(threads);
    });
    return seconds > 0 ? busy / seconds : 1;
  }
  const KernelExplanation* find(const std::string& layer) const {
    const auto found = std::ranges::find(kernels, layer, &KernelExplanation::layer);
    return found == kernels.end() ? nullptr : &*found;
  }
};

std::string tasks_of_a_thread(const KernelExplanation& kernel, int threads) {
  return kernel.grain.loops.empty()
             ? "alone"
             : fmt::format("{:.1f}", static_cast<double>(kernel.grain.tasks()) / threads);
}

std::string percent(double part) {
  return fmt::format("{:.0f}%", 100 * part);
}

std::vector<std::string> row(const std::vector<Balance>& balances, const std::string& layer) {
  std::vector<std::string> cells{layer};
  for (const Balance& balance : balances) {
    const KernelExplanation* kernel = balance.find(layer);
    cells.push_back(kernel ? tasks_of_a_thread(*kernel, balance.threads) : "");
    cells.push_back(kernel ? percent(kernel->grain.utilisation(balance.threads)) : "");
  }
  return cells;
}

void print(const Network& network, const std::vector<Balance>& balances) {
  std::vector<Table::Column> columns{{"kernel", Table::Align::left, true}};
  std::vector<std::string> barriers{"barriers in a run"}, all{"all, by estimated time"};
  for (const Balance& balance : balances) {
    columns.push_back({std::to_string(balance.threads), Table::Align::right});
    columns.push_back({"busy", Table::Align::right});
    barriers.insert(barriers.end(), {fmt::format("{:.0f}", balance.barriers()), ""});
    all.insert(all.end(), {"", percent(balance.utilisation())});
  }
  Table table(columns);
  // Kernels may be others for other numbers of threads: what one has and no earlier comes last.
  std::vector<std::string> layers;
  for (const Balance& balance : balances)
    for (const KernelExplanation& kernel : balance.kernels)
      if (std::ranges::find(layers, kernel.layer) == layers.end()) {
        layers.push_back(kernel.layer);
        table.add(row(balances, kernel.layer));
      }
  table.rule();
  table.add(barriers);
  table.add(all);
  fmt::print("{}: tasks for each of 4 to 64 threads, and the part of its time in which it works; "
             "simulated,\nwith tasks of equal length, for schedules as they are made for so many "
             "threads\n\n",
             network.name());
  std::fputs(table.to_string().c_str(), stdout);
}

Json to_json(const Balance& balance) {
  Json kernels = Json::array();
  for (const KernelExplanation& kernel : balance.kernels) {
    Json loops = Json::array();
    for (const catalogue::SharedLoop& loop : kernel.grain.loops)
      loops.push_back({{"stage", loop.stage},
                       {"update", loop.update},
                       {"tasks", loop.tasks},
                       {"times", loop.times},
                       {"work", loop.work}});
    kernels.push_back({{"layer", kernel.layer},
                       {"algorithm", kernel.request.algorithm},
                       {"calls", kernel.calls()},
                       {"estimated_seconds", kernel.cost.seconds},
                       {"tasks", kernel.grain.tasks()},
                       {"barriers", kernel.grain.barriers()},
                       {"utilisation", kernel.grain.utilisation(balance.threads)},
                       {"loops", std::move(loops)}});
  }
  return {{"threads", balance.threads},
          {"barriers", balance.barriers()},
          {"utilisation", balance.utilisation()},
          {"kernels", std::move(kernels)}};
}

} // namespace

void inspect_balance(const Network& network, const CompileOptions& options, bool as_json) {
  std::vector<Balance> balances;
  for (const int threads : thread_counts) {
    CompileOptions own = options;
    own.target = options.target.value_or(catalogue::Target::host());
    own.target->threads = threads;
    balances.push_back({threads, driver::explain(network, own, nowhere)});
  }
  if (!as_json)
    return print(network, balances);
  Json list = Json::array();
  for (const Balance& balance : balances)
    list.push_back(to_json(balance));
  print_json({{"model", network.name()}, {"simulated", std::move(list)}});
}

} // namespace fovea::command
