#include "check_op.hpp"

#include "guarded_memory.hpp"
#include "realisation.hpp"

#include <fovea/definition/interpreter.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

namespace fovea::testing {
namespace {

constexpr int reported_elements = 5; // of a result that differs in many places

using Buffers = std::vector<GuardedMemory>;

template <class Pointer>
std::vector<Pointer> addresses(const Buffers& buffers) {
  std::vector<Pointer> list;
  for (const GuardedMemory& buffer : buffers)
    list.push_back(buffer.data());
  return list;
}

Buffers make_buffers(const std::vector<TensorType>& types, Placement placement) {
  Buffers buffers;
  for (const TensorType& type : types)
    buffers.emplace_back(static_cast<size_t>(type.bytes()), placement);
  return buffers;
}

std::vector<TensorType> operand_types(const Definition& definition) {
  std::vector<TensorType> types;
  for (const Operand& operand : definition.operands)
    types.push_back(operand.type);
  return types;
}

std::vector<TensorType> result_types(const Definition& definition) {
  std::vector<TensorType> types;
  for (int result : definition.results)
    types.push_back(definition.type_of(definition.tensor_of_equation(result)));
  return types;
}

std::string coordinates(int64_t offset, const Shape& shape) {
  std::string text;
  for (int d = shape.rank(); d-- > 0; offset /= shape[d])
    text = std::to_string(offset % shape[d]) + (text.empty() ? "" : ", ") + text;
  return "(" + text + ")";
}

using Results = std::vector<std::vector<Value>>; // elements of each result

// One filling of the operands, with what the interpreter says of it.
class Case {
 public:
  Case(std::string title, const Definition& definition, const CheckOptions& options,
       Sprinkle sprinkle, uint64_t seed)
      : title_(std::move(title)), definition_(definition),
        is_special_(sprinkle == Sprinkle::special) {
    std::mt19937_64 engine(seed);
    for (const Operand& operand : definition.operands) {
      auto own = options.ranges.find(operand.name);
      std::vector<char> bytes(static_cast<size_t>(operand.type.bytes()));
      fill(bytes.data(), operand.type.dtype, operand.type.shape.elements(),
           own == options.ranges.end() ? options.range : own->second, sprinkle, engine);
      contents_.push_back(std::move(bytes));
    }
    wanted_ = wanted({});
  }

  bool is_special() const { return is_special_; }

  // All elements of all results, with the error that is allowed beside that of the sums.
  Results wanted(const std::optional<catalogue::TransformError>& more) const {
    Interpreter interpreter(definition_, reader());
    if (more)
      interpreter.allow_error(more->equation, more->error);
    Results results;
    for (size_t r = 0; r < definition_.results.size(); ++r)
      results.push_back(interpreter.all(static_cast<int>(r)));
    return results;
  }

  void run(const Run& run, const Realisation& realisation, int threads, Placement placement) const {
    const std::string name =
        fmt::format("{}\n  {}, {} thread{}, buffers {}", title_, realisation.name, threads,
                    threads > 1 ? "s" : "", name_of(placement));
    const CrashNote note(name);
    Buffers operands = make_buffers(operand_types(definition_), placement);
    const Buffers results = make_buffers(result_types(definition_), placement);
    for (size_t k = 0; k < operands.size(); ++k) {
      std::copy(contents_[k].begin(), contents_[k].end(), static_cast<char*>(operands[k].data()));
      operands[k].make_read_only();
    }
    run(addresses<const void*>(operands), addresses<void*>(results), threads);
    for (const GuardedMemory& result : results)
      EXPECT_TRUE(result.slack_is_intact()) << name << "\n  wrote outside its result";
    if (realisation.transform_error)
      compare(name, results, wanted(realisation.transform_error(definition_, magnitudes())));
    else
      compare(name, results, wanted_);
  }

 private:
  OperandReader reader() const {
    std::vector<const void*> data;
    for (const auto& bytes : contents_)
      data.push_back(bytes.data());
    return reader_of(definition_, data);
  }

  std::vector<double> magnitudes() const {
    const OperandReader read = reader();
    std::vector<double> result;
    for (size_t k = 0; k < definition_.operands.size(); ++k) {
      double most = 0;
      for (int64_t n = definition_.operands[k].type.shape.elements(); n-- > 0;)
        most = std::max(most, std::abs(read(static_cast<int>(k), n).real));
      result.push_back(most);
    }
    return result;
  }

  void compare(const std::string& name, const Buffers& results, const Results& expected) const {
    const OperandReader read = result_reader_of(definition_, addresses<const void*>(results));
    const std::vector<TensorType> types = result_types(definition_);
    for (size_t r = 0; r < types.size(); ++r) {
      int64_t differing = 0;
      std::string lines;
      for (size_t k = 0; k < expected[r].size(); ++k) {
        const auto offset = static_cast<int64_t>(k);
        const Value got = read(static_cast<int>(r), offset), wanted = expected[r][k];
        if (agrees(got, wanted, types[r].dtype) || ++differing > reported_elements)
          continue;
        lines += is_float(types[r].dtype) ? fmt::format("\n  at {}: expected {} within {}, got {}",
                                                        coordinates(offset, types[r].shape),
                                                        wanted.real, wanted.error, got.real)
                                          : fmt::format("\n  at {}: expected {}, got {}",
                                                        coordinates(offset, types[r].shape),
                                                        wanted.integer, got.integer);
      }
      EXPECT_EQ(differing, 0) << name << "\n  result " << r << " of " << to_string(types[r])
                              << ": elements that differ" << lines;
    }
  }

  std::string title_;
  const Definition& definition_;
  const bool is_special_;
  std::vector<std::vector<char>> contents_; // of the operands
  Results wanted_;
};

// FNV-1a: a seed of its own for each case, the same in every run.
uint64_t seed_of(const std::string& title, const CheckOptions& options) {
  if (options.seed)
    return *options.seed;
  if (const char* text = std::getenv("FOVEA_TEST_SEED"))
    return std::strtoull(text, nullptr, 10);
  uint64_t hash = 14695981039346656037u;
  for (char letter : title)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211u;
  return hash;
}

bool holds_floats(const Definition& definition) {
  for (const Operand& operand : definition.operands)
    if (is_float(operand.type.dtype))
      return true;
  return false;
}

std::string title_of(const AnyOp& op, const std::vector<Shape>& inputs, DType dtype) {
  std::string title = op.name();
  for (const auto& [name, value] : op.chosen_attributes())
    title += fmt::format(" {}={}", name, to_string(value));
  for (const Shape& shape : inputs)
    title += " " + to_string(shape);
  return title + " " + std::string(name_of(dtype));
}

} // namespace

void check_definition(const std::string& title, const Definition& definition,
                      const CheckOptions& options) {
  const uint64_t seed = seed_of(title, options);
  std::vector<Case> cases;
  cases.emplace_back(fmt::format("{} (FOVEA_TEST_SEED={})", title, seed), definition, options,
                     Sprinkle::none, seed);
  if (options.special_values && holds_floats(definition))
    cases.emplace_back(fmt::format("{}, special values (FOVEA_TEST_SEED={})", title, seed),
                       definition, options, Sprinkle::special, seed);
  int matching = 0;
  for (const Realisation& realisation : realisations()) {
    if (!realisation.matches(definition))
      continue;
    ++matching;
    try {
      const Run run = realisation.prepare(definition);
      for (const Case& one : cases)
        for (int threads : {1, 2})
          for (Placement placement : {Placement::before_guard, Placement::after_guard})
            if (!(one.is_special() && realisation.transform_error))
              one.run(run, realisation, threads, placement);
    } catch (const std::exception& error) {
      ADD_FAILURE() << title << "\n  " << realisation.name << " failed: " << error.what();
    }
  }
  EXPECT_GT(matching, 0) << title << ": nothing computes it";
}

void check_op(const OpPtr& op, const std::vector<Shape>& inputs, const CheckOptions& options) {
  Types types;
  for (const Shape& shape : inputs)
    types.push_back({options.dtype, shape});
  const std::string title = title_of(*op, inputs, options.dtype);
  for (const Parameter& parameter : op->parameters(types))
    types.push_back(parameter.type);
  const Inferred inferred = op->infer(types);
  if (!inferred.ok()) {
    ADD_FAILURE() << title
                  << ": refused: " << render(inferred.error.what, inferred.error, inputs[0]);
    return;
  }
  const Definition definition = op->definition(types);
  ASSERT_EQ(result_types(definition),
            std::vector<TensorType>(inferred.results.begin(), inferred.results.end()))
      << title << ": the definition's results are not those of the shape rule";
  check_definition(title, definition, options);
}

std::string shape_or_refusal(const OpPtr& op, const Types& inputs) {
  Types types = inputs;
  for (const Parameter& parameter : op->parameters(inputs))
    types.push_back(parameter.type);
  const Inferred inferred = op->infer(types);
  if (inferred.ok())
    return to_string(inferred.results[0].shape);
  const ShapeError& error = inferred.error;
  const Shape& input = inputs[0].shape;
  std::string text = render(error.what, error, input);
  if (*error.expected)
    text += "; expected " + render(error.expected, error, input);
  if (*error.got)
    text += ", got " + render(error.got, error, input);
  return *error.hint ? text + "; " + render(error.hint, error, input) : text;
}

} // namespace fovea::testing
