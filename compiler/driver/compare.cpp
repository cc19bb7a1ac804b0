#include "compiler/driver/compare.hpp"

#include "compiler/driver/compilation.hpp"
#include "compiler/driver/files.hpp"
#include "compiler/driver/plain_operands.hpp"
#include "compiler/driver/weights.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/runtime/model.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>

namespace fovea::driver {
namespace {

host::HostTensor tensor_of(const TensorType& type) {
  return host::HostTensor(static_cast<fovea_dtype>(type.dtype), type.shape.to_vector());
}

std::vector<int64_t> indices_of(int64_t offset, const Shape& shape) {
  std::vector<int64_t> indices(static_cast<size_t>(shape.rank()));
  for (int d = shape.rank(); d-- > 0; offset /= shape[d])
    indices[static_cast<size_t>(d)] = offset % shape[d];
  return indices;
}

// All offsets below `elements`, or a sample of them in increasing order.
std::vector<int64_t> offsets_to_compare(int64_t elements, int64_t samples, uint64_t seed) {
  std::vector<int64_t> offsets;
  if (samples == 0 || samples >= elements) {
    for (int64_t k = 0; k < elements; ++k)
      offsets.push_back(k);
    return offsets;
  }
  std::mt19937_64 engine(seed);
  std::uniform_int_distribution<int64_t> any(0, elements - 1);
  for (int64_t k = 0; k < samples; ++k)
    offsets.push_back(any(engine));
  // Corners and edges are where boundaries are handled.
  offsets.front() = 0;
  offsets.back() = elements - 1;
  std::ranges::sort(offsets);
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  return offsets;
}

double as_double(const Value& value, DType type) {
  return is_float(type) ? value.real : static_cast<double>(value.integer);
}

// Compares one result of a kernel, element by element.
class ResultComparison {
 public:
  ResultComparison(KernelComparison& report, int result, const TensorType& type)
      : report_(report), result_(result), type_(type) {}

  void element(const Value& got, const Value& expected, int64_t offset) {
    ++report_.compared;
    const double wanted = as_double(expected, type_.dtype), value = as_double(got, type_.dtype);
    const double difference = std::abs(value - wanted);
    double ratio = 0;
    if (std::isfinite(difference)) {
      report_.largest_difference = std::max(report_.largest_difference, difference);
      if (expected.error > 0)
        ratio = difference / expected.error; // 0 for an unbounded error
      else if (difference > 0)
        ratio = std::numeric_limits<double>::infinity();
      report_.largest_ratio = std::max(report_.largest_ratio, ratio);
    }
    if (agrees(got, expected, type_.dtype))
      return;
    if (!std::isfinite(difference)) // as bad as can be
      ratio = std::numeric_limits<double>::infinity();
    if (!report_.departure || report_.departure->result == result_) {
      const int64_t before = report_.departure ? report_.departure->count : 0;
      if (!report_.departure || ratio > worst_) {
        report_.departure = Departure{.result = result_,
                                      .indices = indices_of(offset, type_.shape),
                                      .expected = wanted,
                                      .got = value,
                                      .bound = expected.error,
                                      .count = 0};
        worst_ = ratio;
      }
      report_.departure->count = before + 1;
    }
  }

 private:
  KernelComparison& report_;
  const int result_;
  const TensorType& type_;
  double worst_ = -1;
};

// The run, seen through the runtime's profiler.
class Comparison {
 public:
  Comparison(const Network& network, const host::TensorMap& inputs, const CompareOptions& options,
             SourceLocation location)
      : options_(options), compilation_(network, options.compile, location) {
    compilation_.check_runs_here();
    check_weights_set(network, location);
    if (options.compiler)
      compilation_.use_compiler(*options.compiler);
    compilation_.lower();
    model_ = make_model(compilation_);
    plain_.emplace(plan(), program().parameter_data);
    prepare();
    bind(inputs, location);
  }

  std::vector<KernelComparison> run() {
    const host::Model& model = model_.runtime();
    fovea_context_options options{};
    options.threads = static_cast<uint32_t>(options_.threads);
    fovea_profiler profiler{sizeof profiler, this, on_begin, on_end};
    options.profiler = &profiler;
    // Our own workspace: its beginning is the arena, where intermediate tensors are.
    const uint64_t bytes = model.workspace_size(options.threads);
    workspace_ = host::HostTensor(FOVEA_U8, {static_cast<int64_t>(bytes)});
    options.workspace = bytes ? workspace_.bytes() : nullptr;
    options.workspace_bytes = bytes;
    host::Context context(model, options);
    compare_prepared();
    context.run(input_buffers_, output_buffers_);
    if (failure_)
      std::rethrow_exception(failure_);
    return std::move(reports_);
  }

 private:
  const ir::Plan& plan() const { return compilation_.plan(); }
  const fovea_program& program() const {
    const host::Model& model = model_.runtime();
    return *model.table().model_program(model.handle());
  }

  void bind(const host::TensorMap& inputs, SourceLocation location) {
    for (const ir::PlanValue& input : plan().inputs) {
      const auto found = inputs.find(input.name);
      if (found == inputs.end() || type_of(found->second) != input.type)
        throw Error({.what = "input '" + input.name + "' of '" + plan().name +
                             (found == inputs.end() ? "': not given" : "': wrong type"),
                     .where = location,
                     .expected = to_string(input.type),
                     .got = found == inputs.end() ? "" : to_string(type_of(found->second))});
      inputs_.push_back(found->second);
    }
    for (const ir::PlanValue& output : plan().outputs)
      outputs_.push_back(tensor_of(output.type));
    for (host::HostTensor& tensor : inputs_)
      input_buffers_.push_back(tensor.buffer());
    for (host::HostTensor& tensor : outputs_)
      output_buffers_.push_back(tensor.buffer());
  }

  // What the model has prepared for itself, once more: its own it keeps for itself.
  void prepare() {
    if (plan().preparations.empty())
      return;
    prepared_ = host::HostTensor::uninitialised(FOVEA_U8, {plan().prepared_bytes});
    if (const int code = program().prepare(nullptr, program().parameter_data, prepared_.bytes()))
      throw Error({.what = "internal error: preparing the weights of '" + plan().name +
                           "' failed with code " + std::to_string(code)});
  }

  // Weights that are packed show in the results of the kernels that read them. What was computed
  // from weights and is read as it is has to be compared itself.
  void compare_prepared() {
    std::set<int64_t> read; // offsets
    for (const ir::Call& call : plan().calls)
      for (size_t k = 0; k < call.operands.size(); ++k)
        if (call.operands[k].kind == ir::Slot::Kind::prepared &&
            !call.forms.is_prepared(static_cast<int>(k)))
          read.insert(call.operands[k].offset);
    // From the last: the others that wrote there made what did not stay.
    for (size_t k = plan().preparations.size(); k-- > 0;) {
      const ir::Call& call = plan().preparations[k];
      bool stays = false;
      for (const ir::Slot& slot : call.results)
        stays |= read.erase(slot.offset) > 0;
      if (stays && !is_over())
        compare(call, plain_->of_preparation(k), k);
    }
  }

  const std::byte* address(const ir::Slot& slot) const {
    return static_cast<const std::byte*>(start_of(slot)) + slot.offset;
  }
  const void* start_of(const ir::Slot& slot) const {
    const auto number = static_cast<size_t>(slot.number);
    switch (slot.kind) {
    case ir::Slot::Kind::input:
      return inputs_[number].bytes();
    case ir::Slot::Kind::output:
      return outputs_[number].bytes();
    case ir::Slot::Kind::parameter:
      return program().parameter_data[number];
    case ir::Slot::Kind::arena:
      return workspace_.bytes();
    case ir::Slot::Kind::prepared:
      return prepared_.bytes();
    }
    return nullptr;
  }

  bool is_over() const {
    return failure_ || (options_.stop_at_first && !reports_.empty() && reports_.back().departure);
  }

  // No exception may pass through the C frames of the runtime.
  template <class Work>
  void guarded(Work&& work) {
    if (is_over())
      return;
    try {
      work();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  static void on_begin(void* self, uint64_t call) {
    static_cast<Comparison*>(self)->guarded(
        [&] { static_cast<Comparison*>(self)->keep_operands(call); });
  }
  static void on_end(void* self, uint64_t call) {
    static_cast<Comparison*>(self)->guarded(
        [&] { static_cast<Comparison*>(self)->compare_call(call); });
  }

  // A kernel may write in the place of an operand; what the caller gave stays.
  void keep_operands(uint64_t number) {
    operands_.clear();
    operand_data_.clear();
    for (const ir::Slot& slot : plan().calls[number].operands) {
      if (slot.kind != ir::Slot::Kind::arena && slot.kind != ir::Slot::Kind::output) {
        operand_data_.push_back(address(slot));
        continue;
      }
      operands_.push_back(tensor_of(slot.type));
      if (operands_.back().size_bytes())
        std::memcpy(operands_.back().bytes(), address(slot), operands_.back().size_bytes());
      operand_data_.push_back(operands_.back().bytes());
    }
  }

  void compare_call(uint64_t number) {
    const ir::Call& call = plan().calls[number];
    compare(call, plain_->of_call(call, operand_data_), number);
    if (options_.progress)
      options_.progress(call.layer, static_cast<int64_t>(number) + 1,
                        static_cast<int64_t>(plan().calls.size()));
  }

  // The largest of each operand.
  static std::vector<double> magnitudes(const Definition& definition,
                                        const OperandReader& operands) {
    std::vector<double> result;
    for (size_t k = 0; k < definition.operands.size(); ++k) {
      double most = 0;
      for (int64_t n = definition.operands[k].type.shape.elements(); n-- > 0;)
        most = std::max(most, std::abs(operands(static_cast<int>(k), n).real));
      result.push_back(most);
    }
    return result;
  }

  // The results of a call, which are in memory now; `number` tells samples of calls apart.
  void compare(const ir::Call& call, const OperandReader& operands, uint64_t number) {
    std::vector<const void*> results;
    for (const ir::Slot& slot : call.results)
      results.push_back(address(slot));
    const OperandReader read = result_reader_of(call.definition, results);
    Interpreter interpreter(call.definition, operands);
    const catalogue::Algorithm& algorithm = compilation_.catalogue().find(call.algorithm);
    if (algorithm.error_bound() == catalogue::ErrorBound::transform)
      if (const auto more =
              algorithm.transform_error({call.definition, compilation_.target(), call.forms},
                                        magnitudes(call.definition, operands)))
        interpreter.allow_error(more->equation, more->error);

    KernelComparison report{.layer = call.layer, .ops = call.ops, .algorithm = call.algorithm};
    for (size_t r = 0; r < call.results.size(); ++r) {
      const int result = static_cast<int>(r);
      const TensorType type =
          call.definition.type_of(call.definition.tensor_of_equation(call.definition.results[r]));
      const catalogue::Layout layout = call.forms.result(result);
      const int64_t elements = type.shape.elements();
      report.elements += elements;
      ResultComparison comparison(report, result, type);
      for (const int64_t offset :
           offsets_to_compare(elements, options_.samples, options_.seed + number))
        comparison.element(read(result, stored_offset(type.shape, layout, offset)),
                           interpreter.element(result, indices_of(offset, type.shape)), offset);
    }
    reports_.push_back(std::move(report));
  }

  const CompareOptions& options_;
  Compilation compilation_;
  Model model_;
  std::vector<host::HostTensor> inputs_, outputs_;
  std::vector<fovea_buffer> input_buffers_, output_buffers_;
  host::HostTensor workspace_, prepared_;
  std::optional<PlainOperands> plain_;
  // Of the kernel that runs:
  std::vector<host::HostTensor> operands_;
  std::vector<const void*> operand_data_;

  std::vector<KernelComparison> reports_;
  std::exception_ptr failure_;
};

} // namespace

std::vector<KernelComparison> compare_with_reference(const Network& network,
                                                     const host::TensorMap& inputs,
                                                     const CompareOptions& options,
                                                     SourceLocation location) {
  try {
    return Comparison(network, inputs, options, location).run();
  } catch (const host::RunError& error) {
    throw Error({.what = error.what(), .where = location});
  }
}

} // namespace fovea::driver
