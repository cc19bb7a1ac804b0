#include "tests/graphs/check_graph.hpp"

#include "compiler/driver/explain.hpp"
#include "tests/graphs/guarded_run.hpp"
#include "tests/graphs/reference.hpp"

#include <random_values.hpp>

#include <fovea/compile.hpp>
#include <fovea/kernels/kernels.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace fovea::testing {
namespace {

using Random = std::mt19937_64;

// Uniform in +-1 / sqrt(fan in), variances around 1; between guard pages, read-only.
void set_weights(Network& network, Random& random) {
  for (const int value : network.parameters()) {
    const ValueInfo& info = network.values()[static_cast<size_t>(value)];
    const Shape& shape = info.type.shape;
    const int64_t fan_in = shape.rank() > 1 ? shape.elements() / shape[0] : 1;
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    const ValueRange range =
        info.name.ends_with("running_var") ? ValueRange{0.5, 1.5} : ValueRange{-bound, bound};
    auto block = std::make_shared<GuardedMemory>(
        aligned_size(static_cast<size_t>(info.type.bytes())),
        random() % 4 ? Placement::before_guard : Placement::after_guard);
    fill(block->data(), info.type.dtype, shape.elements(), range, Sprinkle::none, random);
    block->make_read_only();
    const void* data = block->data();
    network.set_weight(value, {std::move(block), data});
  }
}

std::vector<Bytes> random_inputs(const Network& network, Sprinkle sprinkle, Random& random) {
  std::vector<Bytes> inputs;
  for (const int value : network.inputs()) {
    const TensorType& type = network.values()[static_cast<size_t>(value)].type;
    inputs.emplace_back(static_cast<size_t>(type.bytes()));
    fill(inputs.back().data(), type.dtype, type.shape.elements(), {}, sprinkle, random);
  }
  return inputs;
}

// This machine's, or one of fewer instructions that this machine has.
std::optional<catalogue::Target> random_target(Random& random) {
  const catalogue::Target host = catalogue::Target::host();
  switch (random() % 4) {
  case 0:
    if (host.avx2 && host.fma)
      return catalogue::parse_target("x86-64-linux avx2 fma threads=4");
    break;
  case 1:
    if (host.sse41)
      return catalogue::parse_target("x86-64-linux sse41 threads=2");
    break;
  default:
    break;
  }
  return std::nullopt;
}

// One kernel by another algorithm than the best, if there is a kernel that several can compute:
// small networks would never see those for large layers.
void choose_another(const Network& network, CompileOptions& options, Random& random) {
  std::vector<std::pair<std::string, std::string>> others;
  for (const driver::KernelExplanation& kernel : driver::explain(network, options, {}))
    for (const auto& alternative : kernel.alternatives)
      others.emplace_back(kernel.layer, alternative.algorithm);
  if (!others.empty())
    options.algorithms.insert(others[random() % others.size()]);
}

class Check {
 public:
  Check(const Network& network, const GraphCheck& check)
      : network_(network), title_(check.title), random_(check.seed * 31 + 7) {}

  GraphReport run() {
    set_weights(network_, random_);
    const std::optional<catalogue::Target> target = random_target(random_);
    CompileOptions plain{.optimization = 0}, exact{.precision = Precision::exact, .target = target},
        fast{.target = target};
    const Model written = compile(network_, plain);
    const Model best = compile(network_, exact);
    choose_another(network_, fast, random_);
    const Model other = compile(network_, fast);

    for (const Sprinkle sprinkle : {Sprinkle::none, Sprinkle::special}) {
      const std::vector<Bytes> inputs = random_inputs(network_, sprinkle, random_);
      const Reference reference = interpret_with({}, inputs);
      compare("-O0", written, inputs, reference);
      compare("-O2, exact" + described(exact), best, inputs, reference);
      if (sprinkle == Sprinkle::none) // transforms spread infinities over neighbours
        compare("-O2, fast" + described(fast), other, inputs,
                interpret_with(freedom_of(other), inputs));
    }
    return report_;
  }

 private:
  using Reference = std::vector<std::vector<Value>>;

  Reference interpret_with(const Freedom& freedom, const std::vector<Bytes>& inputs) const {
    std::vector<const void*> data;
    for (const Bytes& input : inputs)
      data.push_back(input.data());
    return interpret(network_, data, freedom);
  }

  Freedom freedom_of(const Model& model) {
    Freedom freedom{.reassociates = true, .target = catalogue::Target::host()};
    for (const KernelInfo& kernel : model.kernels()) {
      const catalogue::Algorithm& algorithm = catalogue_.find(kernel.algorithm);
      if (algorithm.error_bound() != catalogue::ErrorBound::transform)
        continue;
      ++report_.transformed;
      freedom.transforms.push_back(&algorithm);
    }
    return freedom;
  }

  static std::string described(const CompileOptions& options) {
    std::string text = options.target ? " for " + to_string(*options.target) : "";
    for (const auto& [layer, algorithm] : options.algorithms)
      text += ", " + layer + " by " + algorithm;
    return text;
  }

  // All runs give the same bits, and those are right.
  void compare(const std::string& way, const Model& model, const std::vector<Bytes>& inputs,
               const Reference& reference) {
    if (!report_.failure.empty())
      return;
    const CrashNote note(title_ + " " + way);
    std::vector<Bytes> first;
    for (const Placement placement : {Placement::before_guard, Placement::after_guard}) {
      const unsigned threads = placement == Placement::before_guard ? 1 : 3;
      std::vector<Bytes> outputs = run_guarded(model, inputs, placement, threads);
      if (first.empty())
        first = std::move(outputs);
      else if (outputs != first)
        report_.failure = way + ": three threads give other bits than one";
    }
    for (size_t k = 0; k < first.size() && report_.failure.empty(); ++k)
      compare_output(way, model.outputs()[k], first[k], reference.at(k));
  }

  void compare_output(const std::string& way, const TensorInfo& output, const Bytes& bytes,
                      const std::vector<Value>& reference) {
    const DType type = output.type.dtype;
    int64_t wrong = 0;
    for (size_t k = 0; k < reference.size(); ++k) {
      const Value got = read_element(type, bytes.data(), static_cast<int64_t>(k));
      const Value& expected = reference[k];
      if (is_float(type)) {
        ++report_.elements;
        report_.vague += !(expected.error <= 1e-3 * std::max(1.0, std::abs(expected.real)));
      }
      if (!agrees(got, expected, type) && wrong++ == 0)
        report_.failure = fmt::format(
            "{}: output '{}' of {}, element {}: expected {} within {}, got {}", way, output.name,
            to_string(output.type), k,
            is_float(type) ? expected.real : static_cast<double>(expected.integer), expected.error,
            is_float(type) ? got.real : static_cast<double>(got.integer));
    }
    if (wrong)
      report_.failure += fmt::format("; {} of {} elements are wrong", wrong, reference.size());
  }

  Network network_;
  const std::string title_;
  Random random_;
  const catalogue::Catalogue catalogue_ = kernels::make_catalogue();
  GraphReport report_;
};

} // namespace

GraphReport check_graph(Network network, const GraphCheck& check) {
  try {
    return Check(network, check).run();
  } catch (const std::exception& error) { // what a shape rule took is to be compiled and run
    GraphReport report;
    report.failure = std::string("refused: ") + error.what();
    return report;
  }
}

} // namespace fovea::testing
