#include "compiler/command/bench_report.hpp"
#include "compiler/command/command.hpp"
#include "compiler/command/inspect_program.hpp"
#include "compiler/command/runnable.hpp"

#include <fovea/runtime/load_library.hpp>
#include <fovea/runtime/output_files.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace fovea::command {
namespace {

struct Bench {
  RunnableSource source;
  BenchPlan plan;
  bool per_kernel = false;
  bool as_json = false;
  const CLI::Option* batch = nullptr;
};

void run(const Bench& bench) {
  if (bench.source.is_library() && bench.batch->count() > 0) {
    const host::Library library = host::Library::open(bench.source.name());
    throw CLI::ValidationError(
        "--batch", fmt::format("{} is a library, which was compiled for batch {}; for another one, "
                               "compile its model again: fovea compile MODEL --batch N",
                               bench.source.name(), batch_of(library.program(0))));
  }
  if (!bench.plan.trace.empty())
    host::OutputFiles().open(bench.plan.trace); // says now, and not after all work, what is wrong
  const Runnable runnable = bench.source.open();
  const fovea_program& program = *runnable.model.table().model_program(runnable.model.handle());
  BenchResult result;
  result.model = runnable.name;
  result.source = bench.source.name();
  // An equation has no batch, nor has a filter's image of height and width, or of channels, too.
  const bool alone = bench.source.is_equations() ||
                     (bench.source.is_filters() && inputs_of(program)[0].shape.size() < 4);
  result.batch = alone ? 1 : batch_of(program);
  if (runnable.compiled)
    result.compile_seconds = runnable.compiled->compile_seconds();
  result.warnings = runnable.warnings;
  result.times = measure(runnable.model, bench.plan);
  const int threads = static_cast<int>(result.times.threads);
  result.machine = driver::measure_roofline(threads);
  result.working_set_bytes = working_set_of(program);
  result.working_set_bytes_per_second =
      driver::measure_bandwidth(threads, result.working_set_bytes);
  result.arena_bytes = static_cast<int64_t>(program.arena_bytes);
  result.parameter_bytes = total_bytes(parameters_of(program));
  if (bench.as_json)
    print_json(to_json(result));
  else
    std::fputs(to_text(result, bench.per_kernel).c_str(), stdout);
}

} // namespace

void add_bench(CLI::App& fovea) {
  CLI::App* verb = add_verb(
      fovea, "bench",
      "Measure how fast a model runs, on random inputs. The time is set against the roofline "
      "bound: "
      "the time of a machine that never waits, which does each kernel's arithmetic at this "
      "machine's measured peak, or moves its data at the measured speed of the caches (or memory) "
      "that hold them, whichever takes longer.",
      "  fovea bench zoo:lenet5\n"
      "  fovea bench lenet5.mlir --threads 1 --batch 64 --per-kernel\n"
      "  fovea bench lenet5.so --seconds 5 --json\n"
      "  fovea bench lenet5.mlir --profile trace.json   (for ui.perfetto.dev)\n");
  auto bench = std::make_shared<Bench>();
  verb->add_option("--threads", bench->plan.threads, "threads that run it (default: all cores)")
      ->option_text("N")
      ->check(CLI::Range(1, 1024));
  CLI::Option* repetitions =
      verb->add_option("--repetitions", bench->plan.runs, "exactly so many timed runs")
          ->option_text("N")
          ->check(CLI::Range(int64_t{1}, int64_t{10'000'000}));
  verb->add_option("--seconds", bench->plan.seconds,
                   "timed runs go on so long, and are ten or more (default: 1)")
      ->option_text("S")
      ->check(CLI::Range(0.0, 3600.0))
      ->excludes(repetitions);
  verb->add_flag("--per-kernel", bench->per_kernel, "what each kernel takes, in runs of their own");
  verb->add_option("--profile", bench->plan.trace,
                   "write when each kernel ran, in Chrome's trace format")
      ->option_text("FILE");
  verb->add_flag("--json", bench->as_json, "for machines, with all kernels");
  bench->source.add_to(*verb);
  bench->batch = verb->get_option("--batch");
  verb->callback([bench] { run(*bench); });
}

} // namespace fovea::command
