#include "compiler/command/command.hpp"
#include "compiler/command/compile_flags.hpp"
#include "compiler/command/model_source.hpp"
#include "compiler/command/progress.hpp"
#include "compiler/command/run_inputs.hpp"
#include "compiler/command/table.hpp"
#include "compiler/command/warnings.hpp"
#include "compiler/driver/compare.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace fovea::command {
namespace {

using driver::Departure;
using driver::KernelComparison;

// The interpreter does some ten million multiplications a second: beyond that, samples.
constexpr int64_t most_macs_in_full = 20'000'000;
constexpr int64_t default_samples = 1000;

std::string text_of(const Departure& departure) {
  return fmt::format("at ({}): expected {} within {:.3g}, got {}",
                     fmt::join(departure.indices, ", "), departure.expected, departure.bound,
                     departure.got);
}

class DiffCommand {
 public:
  explicit DiffCommand(CLI::App& verb) {
    inputs_.add_to(verb);
    verb.add_option("--samples", samples_,
                    "elements of each kernel's results to compare, drawn at random (default: all, "
                    "or 1000 where all would take long)")
        ->option_text("N")
        ->check(CLI::Range(int64_t{1}, int64_t{1} << 40));
    verb.add_flag("--all", all_, "compare every element, however long it takes")
        ->excludes("--samples");
    verb.add_option("--seed", seed_, "of the samples (default: 0)")->option_text("N");
    verb.add_flag("--keep-going", keep_going_, "do not stop at the first kernel that departs");
    verb.add_option("--threads", threads_, "threads that run (default: all cores)")
        ->option_text("N")
        ->check(CLI::Range(1, 4096));
    verb.add_flag("--json", json_, "report for machines");
    model_.add_to(verb);
    flags_.add_to(verb);
  }

  void run() const {
    const Network network =
        model_.network(Need::weights, [this](const std::vector<OpenInput>& inputs) {
          return inputs_.types(inputs);
        });
    driver::CompareOptions options{.compile = flags_.options(), .threads = threads_};
    options.samples = samples_for(network);
    options.seed = seed_;
    options.stop_at_first = !keep_going_;
    const host::TensorMap inputs = inputs_.read(signature_of(network));
    Progress progress("comparing " + network.name());
    options.compile.progress = compile_progress(progress);
    Warnings warnings;
    options.compile.warning = warnings.printer(&progress);
    options.progress = [&](const std::string& layer, int64_t done, int64_t total) {
      progress.show(done, total, layer);
    };
    const std::vector<KernelComparison> kernels =
        driver::compare_with_reference(network, inputs, options, nowhere);
    progress.finish();
    json_ ? print_as_json(network, kernels, warnings.json()) : print_table(kernels);
    for (const KernelComparison& kernel : kernels)
      if (kernel.departure)
        throw CLI::RuntimeError(1);
  }

 private:
  int64_t samples_for(const Network& network) const {
    if (all_)
      return 0;
    if (samples_)
      return samples_;
    return count_macs(definition_of(network)) > most_macs_in_full ? default_samples : 0;
  }

  void print_table(const std::vector<KernelComparison>& kernels) const {
    Table table({{"layer", Table::Align::left, true},
                 {"ops", Table::Align::left, true},
                 {"algorithm"},
                 {"compared", Table::Align::right},
                 {"of", Table::Align::right},
                 {"largest difference", Table::Align::right},
                 {"of its bound", Table::Align::right}});
    const KernelComparison* first = nullptr;
    for (const KernelComparison& kernel : kernels) {
      table.add(
          {kernel.layer, kernel.ops, kernel.algorithm, with_commas(kernel.compared),
           with_commas(kernel.elements), fmt::format("{:.2e}", kernel.largest_difference),
           kernel.departure ? "DEPARTS" : fmt::format("{:.1f} %", 100 * kernel.largest_ratio)});
      if (!first && kernel.departure)
        first = &kernel;
    }
    std::fputs(table.to_string().c_str(), stdout);
    if (!first) {
      fmt::print("\nEvery kernel agrees with the float64 interpreter within its bound.\n");
      return;
    }
    fmt::print("\n'{}' ({}, algorithm {}) is the first that departs: {} of {} compared elements\n"
               "  {}\n",
               first->layer, first->ops, first->algorithm, first->departure->count, first->compared,
               text_of(*first->departure));
  }

  static void print_as_json(const Network& network, const std::vector<KernelComparison>& kernels,
                            const Json& warnings) {
    Json list = Json::array();
    Json first = nullptr;
    for (const KernelComparison& kernel : kernels) {
      Json entry{{"layer", kernel.layer},
                 {"ops", kernel.ops},
                 {"algorithm", kernel.algorithm},
                 {"compared", kernel.compared},
                 {"elements", kernel.elements},
                 {"largest_difference", kernel.largest_difference},
                 {"largest_ratio_to_bound", kernel.largest_ratio},
                 {"departs", kernel.departure.has_value()}};
      if (kernel.departure) {
        entry["indices"] = kernel.departure->indices;
        entry["expected"] = kernel.departure->expected;
        entry["got"] = kernel.departure->got;
        entry["bound"] = kernel.departure->bound;
        entry["count"] = kernel.departure->count;
        if (first.is_null())
          first = kernel.layer;
      }
      list.push_back(std::move(entry));
    }
    print_json({{"model", network.name()},
                {"agrees", first.is_null()},
                {"first_departure", first},
                {"kernels", std::move(list)},
                {"warnings", warnings}});
  }

  ModelSource model_;
  CompileFlags flags_;
  RunInputs inputs_;
  int64_t samples_ = 0;
  uint64_t seed_ = 0;
  int threads_ = 0;
  bool all_ = false, keep_going_ = false, json_ = false;
};

} // namespace

void add_diff(CLI::App& fovea) {
  CLI::App* verb =
      add_verb(fovea, "diff",
               "Run a model and compare each kernel with the exact float64 interpreter; name the "
               "first that departs beyond its bound (exit code 1).",
               "  fovea diff zoo:lenet5 --input image.npy\n"
               "  fovea diff lenet5.mlir --input image=digit.png -O 0\n"
               "  fovea diff model.mlir --input x=x.npy --samples 500 --json\n");
  auto command = std::make_shared<DiffCommand>(*verb);
  verb->callback([command] { command->run(); });
}

} // namespace fovea::command
