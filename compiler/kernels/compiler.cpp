#include "compiler/kernels/asserts.hpp"
#include "compiler/kernels/finish.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/realisable.hpp"
#include "compiler/kernels/scratch.hpp"

#include <fovea/error.hpp>
#include <fovea/kernels/kernels.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <sys/mman.h>
#include <type_traits>
#include <unistd.h>

namespace fovea::kernels {
namespace {

using catalogue::KernelDump;
using catalogue::KernelObject;
using catalogue::KernelRequest;
using catalogue::Target;
using Feature = Halide::Target;

// Halide's warnings are about speed ("float16 is emulated") and would go to the user's terminal.
class SilentReporter : public Halide::CompileTimeErrorReporter {
 public:
  void warning(const char*) override {}
  [[noreturn]] void error(const char* message) override { throw Halide::CompileError(message); }
};

void silence_halide() {
  static SilentReporter reporter; // as long as the program, as Halide wants
  static const bool done = (Halide::set_custom_compile_time_error_reporter(&reporter), true);
  (void)done;
}

// A file in memory: Halide gives its outputs as files only, and LLVM ends the process where it
// cannot write one, as on a disk that is full.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("fovea kernel", MFD_CLOEXEC)) {
    if (descriptor_ < 0)
      throw Error({.what = "no file in memory for a kernel's code", .got = std::strerror(errno)});
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  std::string contents() const {
    std::ifstream stream(path(), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }

 private:
  const int descriptor_;
};

Halide::Target halide_target(const Target& target) {
  const bool arm = target.arch == "aarch64";
  std::vector<Feature::Feature> features = {Feature::NoRuntime, Feature::UserContext,
                                            Feature::NoBoundsQuery};
  const auto add = [&](bool has, Feature::Feature feature) {
    if (has)
      features.push_back(feature);
  };
  add(target.sse41, Feature::SSE41);
  add(target.avx, Feature::AVX);
  add(target.avx2, Feature::AVX2);
  add(target.fma, Feature::FMA);
  add(target.f16c, Feature::F16C);
  add(target.avx512, Feature::AVX512);
  add(target.avx512, Feature::AVX512_Skylake);
  return Halide::Target(Feature::Linux, arm ? Feature::ARM : Feature::X86, 64, features);
}

// Everything up to machine code.
struct Lowered {
  Halide::Module module;
  catalogue::Schedule schedule;
  int64_t scratch = 0;
};

// As the algorithm fixed them; one that it left open is refused wherever it is touched.
std::vector<int64_t> extents_of(const Halide::Parameter& parameter) {
  std::vector<int64_t> extents;
  for (int d = 0; d < parameter.dimensions(); ++d) {
    const Halide::Expr extent = parameter.extent_constraint(d);
    extents.push_back(extent.defined() ? Halide::Internal::as_const_int(extent).value_or(0) : 0);
  }
  return extents;
}

BufferExtents extents_of(const Realisation& realisation) {
  BufferExtents extents;
  for (const Halide::ImageParam& operand : realisation.operands)
    extents.emplace(operand.name(), extents_of(operand.parameter()));
  for (Halide::Func result : realisation.results)
    extents.emplace(result.name(), extents_of(result.output_buffer().parameter()));
  return extents;
}

Lowered lower_request(const HalideAlgorithm& algorithm, const KernelRequest& request,
                      const catalogue::Schedule& schedule) {
  const Definition system = algorithm.system(request.problem());
  const catalogue::CheckedSchedule checked =
      catalogue::verify(schedule, stages_of(system, algorithm.narrow(system)));
  const Definition stages = with_new_stages(system, schedule);
  Realisation realisation =
      lower(stages, request.target,
            {.arithmetic = algorithm.arithmetic(), .borders = algorithm.borders()},
            algorithm.narrow(stages));
  apply_schedule(realisation.stages, checked);

  const std::vector<Halide::Argument> arguments(realisation.operands.begin(),
                                                realisation.operands.end());
  const BufferExtents extents = extents_of(realisation);
  // With assertions, which are read and taken out below.
  const Halide::Target target = halide_target(request.target);
  const Halide::Module proved =
      Halide::Pipeline(realisation.results).compile_to_module(arguments, request.symbol, target);
  Halide::Module module(request.symbol, target.with_feature(Feature::NoAsserts));
  for (const Halide::Buffer<void>& buffer : proved.buffers())
    module.append(buffer);
  for (Halide::Internal::LoweredFunc function : proved.functions()) {
    function.body = check_and_strip_asserts(function.body, extents);
    function.body = mark_loads_of_results(function.body, realisation.results);
    function.body = split_hopeless_multiply_adds(function.body);
    function.body = erase_fences(function.body);
    module.append(function);
  }
  // Strict by default, also where no operation is: what is not strict would bring the flags that
  // let LLVM assume that there is no NaN.
  module.set_any_strict_float(true);
  const int64_t scratch = scratch_bytes(module, request.symbol);
  return {module, schedule, scratch};
}

const HalideAlgorithm& algorithm_of(const KernelRequest& request) {
  const catalogue::Algorithm& found = make_catalogue().find(request.algorithm);
  if (!found.matches(request.problem()))
    throw Error({.what = "algorithm '" + request.algorithm + "' does not compute '" +
                         request.definition.name + "'",
                 .expected = "a definition, and forms of its tensors, that it matches",
                 .got = request.forms.all_plain() ? "another" : to_string(request.forms),
                 .hint = "use `generic`"});
  return dynamic_cast<const HalideAlgorithm&>(found);
}

// Halide's exceptions become ours; its text says what, the schedule in force says where.
template <class Work>
std::invoke_result_t<Work, const Lowered&> guarded(const KernelRequest& request, const Work& work) {
  const HalideAlgorithm& algorithm = algorithm_of(request);
  const catalogue::Schedule schedule =
      request.schedule ? *request.schedule : algorithm.default_schedule(request.problem());
  try {
    return work(lower_request(algorithm, request, schedule));
  } catch (const Halide::Error& error) {
    throw Error(
        {.what = "the kernel compiler refuses '" + request.definition.name + "'",
         .hint = std::string(error.what()) + "\nunder the schedule\n" + schedule.to_string()});
  }
}

class HalideCompiler : public catalogue::KernelCompiler {
 public:
  KernelObject compile(const KernelRequest& request) const override {
    return guarded(request, [&](const Lowered& lowered) {
      const MemoryFile object;
      lowered.module.compile({{Halide::OutputFileType::object, object.path()}});
      KernelObject result;
      result.symbol = request.symbol;
      result.object = object.contents();
      result.thread_scratch_bytes = lowered.scratch;
      result.operands = catalogue::operand_types(algorithm_of(request), request.problem());
      result.results = catalogue::result_types(request.problem());
      result.schedule = lowered.schedule;
      return result;
    });
  }

  KernelDump dump(const KernelRequest& request) const override {
    return guarded(request, [&](const Lowered& lowered) {
      const MemoryFile statement, llvm, assembly;
      lowered.module.compile({{Halide::OutputFileType::stmt, statement.path()},
                              {Halide::OutputFileType::llvm_assembly, llvm.path()},
                              {Halide::OutputFileType::assembly, assembly.path()}});
      return KernelDump{lowered.schedule.to_string(), statement.contents(), llvm.contents(),
                        assembly.contents()};
    });
  }
};

} // namespace

int64_t HalideAlgorithm::workspace_bytes(const catalogue::Problem& problem,
                                         const catalogue::Schedule& schedule) const {
  // Asked again and again while layouts are searched for.
  static std::mutex mutex;
  static std::map<std::string, int64_t> known;
  std::string key;
  for (const std::string& part :
       {std::string(name()), canonical_text(problem.definition), to_string(problem.target),
        to_string(problem.forms), schedule.to_string()})
    key += part + '\n';
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(key); found != known.end())
      return found->second;
  }
  silence_halide();
  const KernelRequest request{.definition = problem.definition,
                              .algorithm = std::string(name()),
                              .schedule = schedule,
                              .target = problem.target,
                              .symbol = "kernel",
                              .forms = problem.forms};
  const int64_t bytes = guarded(request, [](const Lowered& lowered) { return lowered.scratch; });
  constexpr size_t most_known = 10'000; // a process that lives long
  const std::lock_guard lock(mutex);
  if (known.size() >= most_known)
    known.clear();
  return known[key] = bytes;
}

std::string halide_version() {
  return std::to_string(HALIDE_VERSION_MAJOR) + "." + std::to_string(HALIDE_VERSION_MINOR) + "." +
         std::to_string(HALIDE_VERSION_PATCH);
}

std::unique_ptr<catalogue::KernelCompiler> make_halide_compiler() {
  silence_halide();
  return std::make_unique<HalideCompiler>();
}

} // namespace fovea::kernels
