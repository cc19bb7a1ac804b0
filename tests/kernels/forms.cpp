#include "tests/kernels/forms.hpp"

#include <fovea/error.hpp>

#include <random_values.hpp>

#include <algorithm>
#include <map>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using testing::Sprinkle;

// A float64 computation's own errors, in units of the bound for float32: 2^-29 of it, and room.
constexpr double float64_share = 1.0 / (1 << 20);

// Per stored element the number of the plain one; -1: surplus.
std::vector<int64_t> plain_offsets(const Shape& plain, const Layout& layout) {
  const Shape stored = catalogue::stored_type({DType::f32, plain}, layout).shape;
  const Shape strides = row_major_strides(plain);
  std::vector<int64_t> offsets;
  std::vector<int64_t> at(static_cast<size_t>(stored.rank()), 0);
  for (int64_t k = 0; k < stored.elements(); ++k) {
    int64_t offset = 0;
    for (int d = 0; d < plain.rank() && offset >= 0; ++d) {
      const bool blocked = d == layout.axis;
      const int64_t i = blocked ? at[static_cast<size_t>(d)] * layout.block + at.back()
                                : at[static_cast<size_t>(d)];
      offset = i < plain[d] ? offset + i * strides[d] : -1;
    }
    offsets.push_back(offset);
    for (size_t d = at.size(); d-- > 0;) {
      if (++at[d] < stored[static_cast<int>(d)])
        break;
      at[d] = 0;
    }
  }
  return offsets;
}

Bytes stored_bytes(const Bytes& plain, const TensorType& type, const Layout& layout) {
  const size_t size = static_cast<size_t>(size_of(type.dtype));
  const std::vector<int64_t> offsets = plain_offsets(type.shape, layout);
  Bytes stored(offsets.size() * size); // zeros
  for (size_t k = 0; k < offsets.size(); ++k)
    if (offsets[k] >= 0)
      std::copy_n(plain.begin() +
                      static_cast<std::ptrdiff_t>(offsets[k]) * static_cast<std::ptrdiff_t>(size),
                  size, stored.begin() + static_cast<std::ptrdiff_t>(k * size));
  return stored;
}

std::vector<int64_t> indices_of(int64_t offset, const Shape& shape) {
  std::vector<int64_t> indices(static_cast<size_t>(shape.rank()));
  for (int d = shape.rank(); d-- > 0; offset /= shape[d])
    indices[static_cast<size_t>(d)] = offset % shape[d];
  return indices;
}

bool is_at_border(int64_t offset, const Shape& shape) {
  const std::vector<int64_t> at = indices_of(offset, shape);
  for (int d = std::max(2, shape.rank() - 2); d < shape.rank(); ++d)
    if (at[static_cast<size_t>(d)] == 0 || at[static_cast<size_t>(d)] == shape[d] - 1)
      return true;
  return false;
}

class FormsCheck {
 public:
  FormsCheck(const Algorithm& algorithm, const Problem& problem, const FormsOptions& options)
      : algorithm_(algorithm), problem_(problem), definition_(problem.definition),
        options_(options), random_(options.seed) {}

  void run() {
    make_operands();
    const Definition system = system_of(algorithm_, problem_);
    std::vector<const void*> plain;
    for (const Bytes& bytes : plain_)
      plain.push_back(bytes.data());
    Interpreter original(definition_, reader_of(definition_, plain));
    Interpreter rewritten(system, system_reader(system));
    std::vector<Bytes> results;
    if (options_.compiled)
      results = compiled();
    for (size_t r = 0; r < definition_.results.size(); ++r) {
      if (system.type_of(system.tensor_of_equation(system.results[r])).shape.elements() !=
          stored_type(r).shape.elements()) {
        ADD_FAILURE() << "result " << r << " of the system is not what is stored";
        return;
      }
      compare(original, rewritten, system, results, static_cast<int>(r));
    }
  }

 private:
  TensorType plain_type(size_t result) const {
    return definition_.type_of(definition_.tensor_of_equation(definition_.results[result]));
  }
  TensorType stored_type(size_t result) const {
    return catalogue::stored_type(plain_type(result),
                                  problem_.forms.result(static_cast<int>(result)));
  }

  void make_operands() {
    for (int k = 0; k < static_cast<int>(definition_.operands.size()); ++k) {
      const TensorType& type = definition_.operands[static_cast<size_t>(k)].type;
      // Not among packed weights: a compiler that may contract knows that 0 in the padding times
      // anything is 0, which is wrong for an infinite weight.
      const bool special = options_.special_values && !algorithm_.preparation(problem_, k);
      const Sprinkle sprinkle = special ? Sprinkle::special : Sprinkle::none;
      Bytes bytes(static_cast<size_t>(type.bytes()));
      testing::fill(bytes.data(), type.dtype, type.shape.elements(), {}, sprinkle, random_);
      plain_.push_back(std::move(bytes));
      stored_.push_back(stored_bytes(plain_.back(), type, problem_.forms.operand(k)));
      if (problem_.forms.is_prepared(k))
        prepare(k);
    }
  }

  // Exactly for the system, rounded for the kernel.
  void prepare(int operand) {
    const Definition preparation = *algorithm_.preparation(problem_, operand);
    const Bytes& plain = plain_[static_cast<size_t>(operand)];
    Interpreter interpreter(preparation, reader_of(preparation, {plain.data()}));
    std::vector<Value> values = interpreter.all(0);
    std::vector<float> rounded;
    for (const Value& value : values)
      rounded.push_back(static_cast<float>(value.real));
    stored_[static_cast<size_t>(operand)] = bytes_of(rounded);
    prepared_[operand] = std::move(values);
  }

  OperandReader system_reader(const Definition& system) const {
    std::vector<const void*> stored;
    for (const Bytes& bytes : stored_)
      stored.push_back(bytes.data());
    return [this, plain = reader_of(system, stored)](int operand, int64_t offset) {
      const auto found = prepared_.find(operand);
      return found == prepared_.end() ? plain(operand, offset)
                                      : found->second[static_cast<size_t>(offset)];
    };
  }

  std::vector<Bytes> compiled() const {
    catalogue::KernelRequest request;
    request.definition = definition_;
    request.algorithm = algorithm_.name();
    request.target = problem_.target;
    request.forms = problem_.forms;
    request.schedule = options_.schedule;
    request.symbol = "kernel";
    return kernel_test::run(request, stored_, in_place());
  }

  // The operands that the algorithm may write its result over.
  std::vector<int> in_place() const {
    const Schedule schedule =
        options_.schedule ? *options_.schedule : algorithm_.default_schedule(problem_);
    std::vector<int> operands;
    for (int k = 0; k < static_cast<int>(definition_.operands.size()); ++k)
      if (algorithm_.overwrites(problem_, schedule, k))
        operands.push_back(k);
    return operands;
  }

  bool is_transform() const { return algorithm_.error_bound() == catalogue::ErrorBound::transform; }

  // An element of a transform's system needs many others.
  bool is_compared(int64_t offset, const Shape& shape) {
    return options_.most_elements == 0 || (!is_transform() && is_at_border(offset, shape)) ||
           random_() % static_cast<uint64_t>(shape.elements()) < options_.most_elements;
  }

  void compare(Interpreter& original, Interpreter& rewritten, const Definition& system,
               const std::vector<Bytes>& kernel, int result) {
    const size_t r = static_cast<size_t>(result);
    const TensorType type = plain_type(r);
    const std::vector<int64_t> offsets = plain_offsets(type.shape, problem_.forms.result(result));
    const Shape own = system.type_of(system.tensor_of_equation(system.results[r])).shape;
    std::vector<const void*> pointers;
    for (const Bytes& bytes : kernel)
      pointers.push_back(bytes.data());
    const OperandReader computed =
        kernel.empty() ? OperandReader() : result_reader_of(definition_, pointers);
    const bool with_system = options_.most_elements == 0 || is_transform();
    for (size_t k = 0; k < offsets.size() && wrong_ < 4; ++k) {
      const int64_t stored = static_cast<int64_t>(k);
      if (offsets[k] < 0) {
        if (with_system)
          surplus(rewritten.element(result, indices_of(stored, own)), "the system", stored, type);
        if (computed)
          surplus(computed(result, stored), "the kernel", stored, type);
        continue;
      }
      if (!is_compared(offsets[k], type.shape))
        continue;
      Value want = original.element(result, indices_of(offsets[k], type.shape));
      if (with_system) {
        const Value got = rewritten.element(result, indices_of(stored, own));
        Value exact = want;
        // Of float64, products in another order round as the kernel's own do.
        exact.error = (want.error + got.error) * (type.dtype == DType::f64 ? 1 : float64_share);
        expect(agrees(got, exact, type.dtype), "the system", stored, got, exact);
        if (is_transform())
          want.error = std::max(want.error, got.error);
      }
      if (computed)
        expect(agrees(computed(result, stored), want, type.dtype), "the kernel", stored,
               computed(result, stored), want);
    }
  }

  void surplus(const Value& value, const char* who, int64_t stored, const TensorType& type) {
    expect(is_float(type.dtype) ? value.real == 0 : value.integer == 0, who, stored, value, {});
  }

  void expect(bool good, const char* who, int64_t stored, const Value& got, const Value& want) {
    if (good)
      return;
    ++wrong_;
    ADD_FAILURE() << describe(algorithm_, problem_) << who << " gives " << got.real << " / "
                  << got.integer << " as stored element " << stored << ", expected " << want.real
                  << " / " << want.integer << " within " << want.error;
  }

  const Algorithm& algorithm_;
  const Problem& problem_;
  const Definition& definition_;
  const FormsOptions options_;
  Random random_;
  std::vector<Bytes> plain_, stored_;
  std::map<int, std::vector<Value>> prepared_;
  int wrong_ = 0;
};

} // namespace

void expect_forms(const Algorithm& algorithm, const Problem& problem, const FormsOptions& options) {
  FormsCheck(algorithm, problem, options).run();
}

void check_forms(const Algorithm& algorithm, const Problem& problem, const FormsOptions& options) {
  const testing::CrashNote note(describe(algorithm, problem));
  try {
    expect_forms(algorithm, problem, options);
  } catch (const std::exception& error) {
    ADD_FAILURE() << describe(algorithm, problem) << error.what();
  }
}

std::string describe(const Algorithm& algorithm, const Problem& problem) {
  const std::string forms = to_string(problem.forms);
  std::string text = "algorithm " + std::string(algorithm.name()) + " for " +
                     to_string(problem.target) + "\n" + (forms.empty() ? "all plain" : forms) +
                     "\n" + to_string(problem.definition);
  for (const Operand& operand : problem.definition.operands)
    text += operand.name + ": " + to_string(operand.type) + "  ";
  return text + "\n";
}

} // namespace fovea::kernel_test
