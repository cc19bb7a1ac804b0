#include "compiler/kernels/lowering.hpp"

#include "compiler/kernels/expressions.hpp"
#include "compiler/kernels/math.hpp"
#include "compiler/kernels/normalise.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <limits>

namespace fovea::kernels {
namespace {

constexpr int64_t int32_max = std::numeric_limits<int32_t>::max();

using Scalar = Halide::Expr; // fovea::Expr is a definition's

[[noreturn]] void fail(const std::string& what, const std::string& expected, const std::string& got,
                       const std::string& hint = "") {
  throw Error({.what = what,
               .where = {},
               .expected = expected,
               .got = got,
               .detail = {},
               .hint = hint,
               .trail = {}});
}

void check_size(const std::string& tensor, const TensorType& type) {
  const int64_t bytes = type.bytes();
  if (bytes < 0 || bytes > int32_max)
    fail("int32 overflow: '" + tensor + "' is too large for one kernel",
         "at most " + std::to_string(int32_max) + " bytes", to_string(type),
         "split it, for instance by batch");
}

// Every partial sum of an index expression must fit, in whatever order Halide adds.
int64_t magnitude(const IndexExpr& expr, const std::vector<Interval>& intervals) {
  const auto clipped = [](int64_t a) { return std::min(a < 0 ? -(a + 1) + 1 : a, int32_max + 1); };
  int64_t total = clipped(expr.constant);
  for (const IndexTerm& term : expr.terms) {
    IndexExpr atom{0, {term}};
    const Interval range = range_of(atom, intervals);
    total += clipped(range.low) + clipped(range.high);
    if (term.inner)
      total += magnitude(*term.inner, intervals);
  }
  return std::min(total, int32_max + 1);
}

// Without conversions between floats that are computed alike.
const Node& without_equal_casts(const Node& node) {
  const Node* bare = &node;
  while (bare->kind == Node::Kind::cast && is_float(bare->args[0]->type) &&
         compute_type(bare->args[0]->type) == compute_type(bare->type))
    bare = bare->args[0].get();
  return *bare;
}

bool is_product(const Node& node) {
  return node.kind == Node::Kind::op && node.op == ScalarOp::mul && is_float(node.type);
}

// An element of an operand, or of a copy of one: however stages are placed, no test for NaN stands
// beside the flags.
bool is_stored_element(const Definition& stages, const Node& node) {
  const Node& read = without_equal_casts(node);
  if (read.kind != Node::Kind::read)
    return false;
  const int stage = read.tensor - static_cast<int>(stages.operands.size());
  if (stage < 0)
    return true;
  const Equation& equation = stages.equations[static_cast<size_t>(stage)];
  return !equation.reduction && is_stored_element(stages, *equation.body);
}

// Is the sum computed under flags?
bool are_terms_contracted(const Definition& stages, const Equation& equation,
                          SumArithmetic arithmetic) {
  if (equation.reduction != ReduceKind::sum ||
      (equation.type != DType::f32 && equation.type != DType::f64))
    return false;
  if (arithmetic == SumArithmetic::contracted)
    return true;
  const Node& term = without_equal_casts(*equation.body);
  return is_product(term) && term.type == equation.type &&
         is_stored_element(stages, *term.args[0]) && is_stored_element(stages, *term.args[1]);
}

// One equation's right side.
class BodyLowering {
 public:
  BodyLowering(const Definition& stages, const Realisation& realisation, const Equation& equation,
               std::vector<Scalar> indices, SumArithmetic arithmetic)
      : stages_(stages), realisation_(realisation), equation_(equation),
        indices_(std::move(indices)), intervals_(intervals_of(equation)), arithmetic_(arithmetic) {}

  Scalar value(const Expr& expr) {
    if (const auto known = known_.find(expr.get()); known != known_.end())
      return known->second;
    const Scalar result = compute(*expr);
    known_.emplace(expr.get(), result);
    return result;
  }

  Scalar value_as(const Expr& expr, DType type) {
    return convert_value(value(expr), expr->type, type);
  }

 private:
  Scalar compute(const Node& node) {
    switch (node.kind) {
    case Node::Kind::constant:
      return constant_value(node);
    case Node::Kind::index:
      return convert_value(Halide::cast<int64_t>(index(node.index)), DType::i64, node.type);
    case Node::Kind::read:
      return read(node);
    case Node::Kind::cast:
      return value_as(node.args[0], node.type);
    case Node::Kind::op:
      return operation(node);
    default:
      fail("equation '" + equation_.name + "' holds a reduction within its body",
           "a canonical definition", "a nested reduction");
    }
  }

  Scalar operation(const Node& node) {
    std::vector<Scalar> args;
    if (node.op == ScalarOp::select) {
      args.push_back(value_as(node.args[0], DType::boolean));
      ++under_select_; // only the branch that is taken counts: the other may be outside
      args.push_back(value_as(node.args[1], node.type));
      args.push_back(value_as(node.args[2], node.type));
      --under_select_;
      if (node.args[2]->kind == Node::Kind::constant)
        args[2] = hidden(args[2]);
      return apply_op(node.op, node.type, args);
    }
    const DType type = argument_type(node);
    for (const Expr& arg : node.args)
      args.push_back(value_as(arg, type));
    return apply_op(node.op, type, args);
  }

  // --- indices and reads -----------------------------------------------------------------------

  // Halide's / and % are floor and remainder for positive divisors.
  Scalar index(const IndexExpr& expr) {
    if (magnitude(expr, intervals_) > int32_max)
      fail("int32 overflow: an index of equation '" + equation_.name + "' is too large",
           "at most 2^31 - 1", "more");
    Scalar sum;
    for (const IndexTerm& term : expr.terms) {
      Scalar atom = term.kind == IndexTerm::Kind::index ? indices_[static_cast<size_t>(term.index)]
                    : term.kind == IndexTerm::Kind::floor_div
                        ? index(*term.inner) / static_cast<int>(term.divisor)
                        : index(*term.inner) % static_cast<int>(term.divisor);
      if (term.coefficient != 1)
        atom = atom * static_cast<int>(term.coefficient);
      sum = sum.defined() ? sum + atom : atom;
    }
    const int constant = static_cast<int>(expr.constant);
    if (!sum.defined())
      return Scalar(constant);
    return constant ? sum + constant : sum;
  }

  Scalar read(const Node& node) {
    const TensorType type = stages_.type_of(node.tensor);
    std::vector<Scalar> at;
    std::vector<std::pair<Scalar, Scalar>> fills; // condition, value outside
    for (size_t d = 0; d < node.subscripts.size(); ++d) {
      const Subscript& subscript = node.subscripts[d];
      const int64_t extent = type.shape[static_cast<int>(d)];
      const Interval range = range_of(subscript, intervals_);
      Scalar i = subscript.computed ? computed(subscript.computed) : index(subscript.index);
      if (range.low < 0 || range.high >= extent)
        i = guarded(node, subscript, i, static_cast<int>(extent), fills);
      at.push_back(Halide::cast<int>(i));
    }
    std::reverse(at.begin(), at.end());
    const size_t tensor = static_cast<size_t>(node.tensor), operands = stages_.operands.size();
    Scalar stored;
    if (tensor < operands)
      stored = realisation_.operands[tensor](at);
    else
      stored = realisation_.stages.find(stages_.equations[tensor - operands].name).func(at);
    if (tensor >= operands && is_contracted(stages_.equations[tensor - operands]) &&
        !is_contracted(equation_))
      stored = without_flags(stored);
    Scalar result = convert_value(load_value(stored, type.dtype), type.dtype, node.type);
    for (auto fill = fills.rbegin(); fill != fills.rend(); ++fill) // the outermost rule wins
      result = Halide::select(fill->first, result, fill->second);
    return result;
  }

  // Of 32 bits unless it needs 64: the boundary rule brings it into the dimension.
  Scalar computed(const Expr& expr) {
    Scalar place = value(expr);
    if (expr->type != DType::i64)
      place = Halide::cast<int>(place);
    return moves(expr) ? place : without_bounds(place);
  }

  // Does an index that takes several values stand in it?
  bool moves(const Expr& expr) const {
    bool found = false;
    const auto look = [&](const auto& self, const IndexExpr& index) -> void {
      for (const IndexTerm& term : index.terms)
        if (term.inner)
          self(self, *term.inner);
        else
          found |= intervals_[static_cast<size_t>(term.index)].high > 0;
    };
    for_each_node(expr, [&](const Node& node) {
      look(look, node.index);
      for (const Subscript& subscript : node.subscripts)
        look(look, subscript.index);
    });
    return found;
  }

  Scalar guarded(const Node& node, const Subscript& subscript, const Scalar& i, int extent,
                 std::vector<std::pair<Scalar, Scalar>>& fills) {
    const Scalar last = Scalar(extent - 1);
    const auto clamped = [&](const Scalar& x) { return Halide::clamp(x, 0, last); };
    if (extent == 0 && subscript.boundary != Boundary::fill)
      fail("equation '" + equation_.name + "' reads a tensor without elements", "elements", "none");
    switch (subscript.boundary) {
    case Boundary::clamp:
      return Halide::clamp(Halide::likely(i), 0, last);
    // Inside, where most reads are, the element itself: Halide makes a loop of its own of them.
    case Boundary::wrap:
      return Halide::select(Halide::likely(i >= 0 && i <= last), clamped(i), i % extent);
    case Boundary::reflect: {
      const int period = std::max(2 * (extent - 1), 1);
      const Scalar place = i % period;
      return Halide::select(Halide::likely(i >= 0 && i <= last), clamped(i),
                            clamped(Halide::min(place, period - place)));
    }
    case Boundary::fill:
      fills.emplace_back(Halide::likely(i >= 0 && i <= last),
                         hidden(value_as(subscript.fill, node.type)));
      return Halide::clamp(i, 0, std::max(extent - 1, 0));
    default:
      break;
    }
    // Intervals are exact for sums of indices; floors and remainders may be inside all the same.
    const bool exact =
        std::all_of(subscript.index.terms.begin(), subscript.index.terms.end(),
                    [](const IndexTerm& term) { return term.kind == IndexTerm::Kind::index; });
    const Interval range = range_of(subscript.index, intervals_);
    if (exact && !under_select_)
      fail("equation '" + equation_.name + "' of '" + stages_.name + "' reads outside a tensor",
           "indices in 0.." + std::to_string(extent - 1),
           std::to_string(range.low) + ".." + std::to_string(range.high),
           "give the read a boundary rule: zero, fill, clamp, reflect or wrap");
    return clamped(i);
  }

  // Padding times infinity is NaN, as in the definition: under flags a 0 that the compiler sees
  // would make the whole product 0.
  Scalar hidden(const Scalar& constant) const {
    return constant.type().is_float() && has_flags() ? without_flags(constant) : constant;
  }

  // In any stage: this one may be computed within it.
  bool has_flags() const {
    return arithmetic_ == SumArithmetic::contracted ||
           std::ranges::any_of(stages_.equations,
                               [&](const Equation& equation) { return is_contracted(equation); });
  }
  bool is_contracted(const Equation& equation) const {
    return are_terms_contracted(stages_, equation, arithmetic_);
  }

  const Definition& stages_;
  const Realisation& realisation_;
  const Equation& equation_;
  std::vector<Scalar> indices_;
  std::vector<Interval> intervals_;
  SumArithmetic arithmetic_;
  std::map<const Node*, Scalar> known_;
  int under_select_ = 0;
};

class Lowering {
 public:
  Lowering(const Definition& stages, const catalogue::Target& target, SumArithmetic arithmetic)
      : stages_(stages), has_fma_(target.fma || target.arch == "aarch64"), arithmetic_(arithmetic) {
  }

  Realisation run() {
    for (const Operand& operand : stages_.operands) {
      check_size(operand.name, operand.type);
      Halide::ImageParam parameter(storage_type(operand.type.dtype), operand.type.shape.rank(),
                                   name_in_halide(operand.name));
      fix_bounds(parameter, operand.type);
      result_.operands.push_back(parameter);
    }
    for (const Equation& equation : stages_.equations) {
      check_size(equation.name, {equation.type, equation.shape()});
      add(equation);
    }
    for (const int result : stages_.results) {
      const Equation& equation = stages_.equations[static_cast<size_t>(result)];
      Halide::Func func = result_.stages.find(equation.name).func;
      fix_bounds(func.output_buffer(), {equation.type, equation.shape()});
      result_.results.push_back(func);
    }
    return std::move(result_);
  }

 private:
  // Halide calls values of its own by a letter and a number, as equations in C++ their operands
  // (t0, t1); names of functions it changes where they look so, those of parameters it does not.
  std::string name_in_halide(std::string name) const {
    const bool looks_so = name.size() > 1 && std::islower(static_cast<unsigned char>(name[0])) &&
                          name.find_first_not_of("0123456789", 1) == std::string::npos;
    const auto is_used = [&](const auto& tensor) { return tensor.name == name; };
    for (bool taken = looks_so; taken; taken = std::ranges::any_of(stages_.operands, is_used) ||
                                               std::ranges::any_of(stages_.equations, is_used))
      name += '_';
    return name;
  }

  // Row-major, packed, from 0 on: the kernel never looks at a buffer's own description.
  template <class Parameter>
  static void fix_bounds(Parameter parameter, const TensorType& type) {
    const Shape strides = row_major_strides(type.shape);
    const int rank = type.shape.rank();
    for (int d = 0; d < rank; ++d) {
      const int dimension = rank - 1 - d;
      parameter.dim(d).set_bounds(0, static_cast<int>(type.shape[dimension]));
      parameter.dim(d).set_stride(static_cast<int>(strides[dimension]));
    }
    parameter.set_host_alignment(static_cast<int>(size_of(type.dtype)));
  }

  void add(const Equation& equation) {
    std::vector<Scalar> indices;
    std::vector<Halide::Var> arguments;
    for (const IndexRange& range : equation.free) {
      const Halide::Var var(range.name);
      indices.push_back(var);
      arguments.insert(arguments.begin(), var);
    }
    StageFunc stage{Halide::Func(equation.name), {}};
    if (!equation.reduction) {
      BodyLowering body(stages_, result_, equation, indices, arithmetic_);
      stage.func(arguments) =
          store_value(body.value_as(equation.body, equation.type), equation.type);
    } else {
      reduce(equation, stage, std::move(indices), arguments);
    }
    result_.stages.add(equation.name, std::move(stage));
  }

  void reduce(const Equation& equation, StageFunc& stage, std::vector<Scalar> indices,
              const std::vector<Halide::Var>& arguments) {
    const DType type = equation.type;
    const bool wraps = is_wrapping(equation);
    const auto stored = [&](const Scalar& value) {
      return wraps ? unsigned_value(value) : store_value(value, type);
    };
    stage.func(arguments) = stored(reduction_identity(*equation.reduction, type));
    Halide::Region region; // innermost first
    for (auto range = equation.reduced.rbegin(); range != equation.reduced.rend(); ++range)
      region.emplace_back(0, static_cast<int>(range->extent));
    stage.reduced.emplace_back();
    if (region.empty())
      region.emplace_back(0, 1);
    const Halide::RDom domain(region, equation.name + "_r");
    for (size_t k = 0; k < equation.reduced.size(); ++k) {
      const Halide::RVar var = domain[static_cast<int>(equation.reduced.size() - 1 - k)];
      indices.push_back(var);
      stage.reduced.back().emplace(equation.reduced[k].name, var);
    }
    BodyLowering body(stages_, result_, equation, indices, arithmetic_);
    std::vector<Scalar> own(arguments.begin(), arguments.end());
    const Scalar before = stage.func(own);
    if (!wraps) {
      stage.func(arguments) = stored(accumulated(equation, body, load_value(before, type)));
      return;
    }
    const Scalar term = unsigned_value(body.value_as(equation.body, type));
    stage.func(arguments) = equation.reduction == ReduceKind::sum ? before + term : before * term;
  }

  // Integers that wrap around are accumulated without signs: Halide then sees that terms may be
  // taken in any order. Who reads the bits gives them their sign again.
  static bool is_wrapping(const Equation& equation) {
    return (equation.type == DType::i32 || equation.type == DType::i64) &&
           (equation.reduction == ReduceKind::sum || equation.reduction == ReduceKind::product);
  }
  static Scalar unsigned_value(const Scalar& value) {
    return Halide::cast(value.type().with_code(Halide::Type::UInt), value);
  }

  // A product's last rounding is spared where the machine can.
  Scalar accumulated(const Equation& equation, BodyLowering& body, const Scalar& total) {
    const DType type = equation.type;
    const Node& term = without_equal_casts(*equation.body);
    const bool product = is_product(term) && compute_type(term.type) == compute_type(type);
    if (are_terms_contracted(stages_, equation, arithmetic_))
      return product ? total + body.value_as(term.args[0], term.type) *
                                   body.value_as(term.args[1], term.type)
                     : total + body.value_as(equation.body, type);
    if (has_fma_ && product && equation.reduction == ReduceKind::sum)
      return fused_multiply_add(body.value_as(term.args[0], term.type),
                                body.value_as(term.args[1], term.type), total);
    return accumulate(*equation.reduction, type, total, body.value_as(equation.body, type));
  }

  const Definition& stages_;
  const bool has_fma_;
  const SumArithmetic arithmetic_;
  Realisation result_;
};

} // namespace

Realisation lower(const Definition& stages, const catalogue::Target& target,
                  SumArithmetic arithmetic) {
  return Lowering(stages, target, arithmetic).run();
}

} // namespace fovea::kernels
