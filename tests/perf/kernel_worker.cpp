// What `./dev bench kernels` starts: compiles and times one kernel at a time, by itself, with its
// operands and results in the forms that the algorithm prefers and its weights prepared, as a layer
// runs inside a network. Commands, in the way of worker.hpp:
//
//   {"do": "algorithms"}                {"algorithms": ["direct", ...]}, all that there are
//   {"do": "match", "layer": {...}, "cache": "DIR"}
//       {"algorithms": [{"algorithm": "direct", "estimate": seconds, "form": "..."}, ...]}, those
//       that match, the one of least estimated time first
//   {"do": "prepare", "layer": {...}, "algorithm": "direct", "cache": "DIR"}
//       {"seconds": of compilation, "form": "...", "estimate": seconds, "schedule": "..."}
//   {"do": "time", "seconds": 0.1}      {"samples": [seconds of a run, ...], "runs_per_sample": 4}
//   {"do": "release"}                   forgets the kernel
#include "worker.hpp"

#include "compiler/driver/kernel_cache.hpp"
#include "compiler/driver/machine.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/single_kernel.hpp"

#include <fovea/kernels/kernels.hpp>
#include <fovea/runtime/host_tensor.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace fovea;
using nlohmann::json;

namespace {

Definition definition_of(const json& layer) {
  const ops::Conv op = bench::conv_of(layer).expanded({{DType::f32, bench::image_of(layer)}});
  const Types operands = operands_of(op, {{DType::f32, bench::image_of(layer)}});
  if (const Inferred inferred = op.infer(operands); !inferred.ok())
    throw std::invalid_argument(render(inferred.error.what, inferred.error, operands[0].shape));
  return op.definition(operands);
}

// --- What an algorithm makes of a layer --------------------------------------------------------

// The problem in the algorithm's preferred forms; nothing where it does not match.
std::optional<catalogue::Problem> preferred(const catalogue::Algorithm& algorithm,
                                            catalogue::Problem problem) {
  if (!algorithm.matches(problem))
    return std::nullopt;
  problem.forms = preferred_forms(algorithm, problem);
  if (!algorithm.matches(problem))
    throw std::logic_error(std::string(algorithm.name()) + " refuses the forms that it prefers");
  std::vector<bool> weights(problem.definition.operands.size(), true);
  weights.at(0) = false; // the image
  return with_preparations(algorithm, std::move(problem), weights);
}

struct Candidate {
  const catalogue::Algorithm* algorithm;
  catalogue::Problem problem;
  double seconds; // estimated
};

Candidate candidate(const catalogue::Algorithm& algorithm, catalogue::Problem problem,
                    const catalogue::Machine& machine) {
  const double seconds = algorithm.cost(problem, machine).seconds;
  return {&algorithm, std::move(problem), seconds};
}

std::string form_of(const Candidate& candidate) {
  const std::string text = to_string(candidate.problem.forms);
  return text.empty() ? "row-major" : text;
}

// --- A kernel in memory, ready to run ----------------------------------------------------------

catalogue::KernelRequest request_of(const Candidate& candidate) {
  return {.definition = candidate.problem.definition,
          .algorithm = std::string(candidate.algorithm->name()),
          .schedule = {},
          .target = candidate.problem.target,
          .symbol = "fovea_kernel_to_measure",
          .forms = candidate.problem.forms};
}

class Job {
 public:
  Job(const Candidate& candidate, const catalogue::KernelCompiler& compiler)
      : kernel_(request_of(candidate), compiler),
        context_(kernel_.model(), static_cast<uint32_t>(candidate.problem.target.threads)) {
    std::vector<const void*> operands, results;
    std::mt19937_64 engine(1);
    for (const TensorType& type : kernel_.operands()) {
      std::byte* data = tensor(type).bytes();
      testing::fill(data, type.dtype, type.shape.elements(), {}, testing::Sprinkle::none, engine);
      operands.push_back(data);
    }
    for (const TensorType& type : kernel_.results())
      results.push_back(tensor(type).bytes());
    inputs_ = testing::buffers_of(kernel_.operands(), operands);
    outputs_ = testing::buffers_of(kernel_.results(), results);
  }

  void run() { context_.run(inputs_, outputs_); }

 private:
  host::HostTensor& tensor(const TensorType& type) {
    return memory_.emplace_back(static_cast<fovea_dtype>(type.dtype),
                                std::vector<int64_t>(type.shape.begin(), type.shape.end()));
  }

  testing::SingleKernel kernel_;
  host::Context context_;
  std::vector<host::HostTensor> memory_;
  std::vector<fovea_buffer> inputs_, outputs_;
};

// --- Commands ----------------------------------------------------------------------------------

class Worker {
 public:
  explicit Worker(int threads) { target_.threads = threads; }

  json answer(const json& command) {
    const std::string verb = command.at("do");
    if (verb == "algorithms")
      return {{"algorithms", names()}};
    if (verb == "match")
      return match(command);
    if (verb == "prepare") {
      job_.reset(); // its memory first
      return prepare(command);
    }
    if (verb == "release") {
      job_.reset();
      return json::object();
    }
    if (verb != "time")
      throw std::invalid_argument("unknown command '" + verb + "'");
    if (!job_)
      throw std::logic_error("no kernel is prepared");
    return bench::time_runs([&] { job_->run(); }, command.at("seconds"));
  }

 private:
  json names() const {
    json names = json::array();
    for (const catalogue::Algorithm* algorithm : catalogue_.algorithms())
      names.push_back(algorithm->name());
    return names;
  }

  json match(const json& command) const {
    const catalogue::Machine machine = machine_of(command);
    std::vector<Candidate> found;
    for (const catalogue::Algorithm* algorithm : catalogue_.algorithms())
      if (auto problem = preferred(*algorithm, {definition_of(command.at("layer")), target_}))
        found.push_back(candidate(*algorithm, std::move(*problem), machine));
    std::ranges::stable_sort(found, {}, &Candidate::seconds);
    json algorithms = json::array();
    for (const Candidate& one : found)
      algorithms.push_back({{"algorithm", one.algorithm->name()},
                            {"estimate", one.seconds},
                            {"form", form_of(one)}});
    return {{"algorithms", algorithms}};
  }

  json prepare(const json& command) {
    const catalogue::Algorithm& algorithm =
        catalogue_.find(command.at("algorithm").get<std::string>());
    auto problem = preferred(algorithm, {definition_of(command.at("layer")), target_});
    if (!problem)
      throw std::invalid_argument(std::string(algorithm.name()) + " does not match this layer");
    const Candidate chosen = candidate(algorithm, std::move(*problem), machine_of(command));
    const driver::KernelCache cache({.folder = folder_of(command)});
    const auto compiler = driver::with_cache(*compiler_, cache);
    const bench::Clock::time_point begin = bench::Clock::now();
    job_ = std::make_unique<Job>(chosen, *compiler);
    return {{"seconds", bench::seconds_since(begin)},
            {"form", form_of(chosen)},
            {"estimate", chosen.seconds},
            {"schedule", algorithm.default_schedule(chosen.problem).to_string()}};
  }

  static std::filesystem::path folder_of(const json& command) {
    return command.at("cache").get<std::string>();
  }
  catalogue::Machine machine_of(const json& command) const {
    return driver::machine_for(target_, folder_of(command));
  }

  const catalogue::Catalogue catalogue_ = kernels::make_catalogue();
  const std::unique_ptr<catalogue::KernelCompiler> compiler_ = kernels::make_halide_compiler();
  catalogue::Target target_ = catalogue::Target::host();
  std::unique_ptr<Job> job_;
};

} // namespace

int main(int argc, char** argv) {
  return bench::serve<Worker>(argc, argv);
}
