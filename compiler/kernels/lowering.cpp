#include "compiler/kernels/lowering.hpp"

#include "compiler/kernels/body_lowering.hpp"
#include "compiler/kernels/contracted_terms.hpp"
#include "compiler/kernels/expressions.hpp"
#include "compiler/kernels/math.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/selections.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using Scalar = BodyLowering::Scalar;

void check_size(const std::string& tensor, const TensorType& type) {
  const int64_t bytes = type.bytes();
  if (bytes < 0 || bytes > int32_max)
    refuse("int32 overflow: '" + tensor + "' is too large for one kernel",
           "at most " + std::to_string(int32_max) + " bytes", to_string(type),
           "split it, for instance by batch");
}

class Lowering {
 public:
  Lowering(const Definition& stages, const catalogue::Target& target, const LoweringRules& rules,
           const NarrowStages& narrow)
      : stages_(stages), has_fma_(target.fma || target.arch == "aarch64"), rules_(rules),
        narrow_(narrow), selections_(selections_of(stages)) {}

  Realisation run() {
    for (const Operand& operand : stages_.operands) {
      check_size(operand.name, operand.type);
      Halide::ImageParam parameter(storage_type(operand.type.dtype), operand.type.shape.rank(),
                                   name_in_halide(operand.name));
      fix_bounds(parameter, operand.type);
      result_.operands.push_back(parameter);
    }
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      const Equation& equation = stages_.equations[e];
      check_size(equation.name, {equation.type, equation.shape()});
      add(e);
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

  void add(size_t e) {
    const Equation& equation = stages_.equations[e];
    std::vector<Scalar> indices;
    std::vector<Halide::Var> arguments;
    for (const IndexRange& range : equation.free) {
      const Halide::Var var(range.name);
      indices.push_back(var);
      arguments.insert(arguments.begin(), var);
    }
    StageFunc stage{Halide::Func(equation.name), {}};
    if (equation.reduction && narrow_.kept(e)) {
      reduce_integers(e, stage, std::move(indices), arguments);
    } else if (!equation.reduction) {
      BodyLowering body = lowering_of(equation, std::move(indices));
      stage.func(arguments) =
          narrow_.is_body_by_integers(e, equation) ? stored_integer(e, body)
          : selections_.kinds[e] == Selections::Kind::none
              ? store_value(body.value_as(equation.body, equation.type), equation.type)
              : body.selected(selections_.elements[e]);
    } else {
      reduce(equation, stage, std::move(indices), arguments);
    }
    result_.stages.add(equation.name, std::move(stage));
  }

  BodyLowering lowering_of(const Equation& equation, std::vector<Scalar> indices) const {
    return {stages_, result_, equation, std::move(indices), rules_, narrow_};
  }

  void reduce(const Equation& equation, StageFunc& stage, std::vector<Scalar> indices,
              const std::vector<Halide::Var>& arguments) {
    const DType type = equation.type;
    const bool wraps = is_wrapping(equation);
    const auto stored = [&](const Scalar& value) {
      return wraps ? unsigned_value(value) : store_value(value, type);
    };
    stage.func(arguments) = stored(reduction_identity(*equation.reduction, type));
    Terms terms = terms_of(equation, stage, std::move(indices));
    std::vector<Scalar> own(arguments.begin(), arguments.end());
    const Scalar before = stage.func(own);
    if (!wraps) {
      stage.func(arguments) = in_domain(
          stage, stored(accumulated(equation, terms.each, terms.body, load_value(before, type))));
      return;
    }
    const Scalar term = unsigned_value(terms.body.value_as(terms.each, type));
    stage.func(arguments) =
        in_domain(stage, equation.reduction == ReduceKind::sum ? before + term : before * term);
  }

  // Halide knows a stage's domain by its variables in the value. A sum of equal terms, as of
  // x(m%1), has none of them: it is given one, which the simplifier takes away again.
  static Scalar in_domain(const StageFunc& stage, const Scalar& value) {
    const auto& reduced = stage.reduced.back();
    if (reduced.empty() || std::ranges::any_of(reduced, [&](const auto& var) {
          return Halide::Internal::expr_uses_var(value, var.second.name());
        }))
      return value;
    return Halide::Internal::Select::make(Scalar(reduced.begin()->second) >= 0, value, value);
  }

  struct Terms {
    BodyLowering body;
    Expr each;
  };
  // Over a reduction's own domain, which becomes the stage's.
  Terms terms_of(const Equation& equation, StageFunc& stage, std::vector<Scalar> indices) {
    Halide::Region region; // innermost first
    for (auto range = equation.reduced.rbegin(); range != equation.reduced.rend(); ++range)
      region.emplace_back(0, static_cast<int>(range->extent));
    stage.reduced.emplace_back();
    if (region.empty())
      region.emplace_back(0, 1);
    Halide::RDom domain(region, equation.name + "_r");
    for (size_t k = 0; k < equation.reduced.size(); ++k) {
      const Halide::RVar var = domain[static_cast<int>(equation.reduced.size() - 1 - k)];
      indices.push_back(var);
      stage.reduced.back().emplace(equation.reduced[k].name, var);
    }
    Terms terms{lowering_of(equation, std::move(indices)), equation.body};
    if (chooses_by_reduced_indices(equation)) { // what is not chosen is not computed either
      domain.where(terms.body.value(equation.body->args[0]));
      terms.body.enter_chosen_terms();
      terms.each = equation.body->args[1];
    }
    return terms;
  }

  // Within bounds, whatever the order of terms: sums, maxima and minima.
  void reduce_integers(size_t e, StageFunc& stage, std::vector<Scalar> indices,
                       const std::vector<Halide::Var>& arguments) {
    const Equation& equation = stages_.equations[e];
    const Halide::Type type = type_of(*narrow_.kept(e));
    const bool greatest = equation.reduction == ReduceKind::max;
    const bool sums = equation.reduction == ReduceKind::sum;
    stage.func(arguments) = sums       ? Halide::Internal::make_const(type, 0)
                            : greatest ? type.min()
                                       : type.max();
    Terms terms = terms_of(equation, stage, std::move(indices));
    std::vector<Scalar> own(arguments.begin(), arguments.end());
    const Scalar before = stage.func(own);
    const Scalar term = Halide::cast(type, terms.body.integer(terms.each));
    stage.func(arguments) = in_domain(stage, sums       ? before + term
                                             : greatest ? Halide::max(before, term)
                                                        : Halide::min(before, term));
  }

  Scalar stored_integer(size_t e, BodyLowering& body) const {
    const Equation& equation = stages_.equations[e];
    const Scalar value = body.integer(equation.body);
    const IntegerRange* kept = narrow_.kept(e);
    return kept ? Halide::cast(type_of(*kept), value)
                : store_value(Halide::cast(compute_type(equation.type), value), equation.type);
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

  // sum(m where m*m <= 4)(..): the same terms for all elements, and no lane of a vector apart.
  static bool chooses_by_reduced_indices(const Equation& equation) {
    const Node& body = *equation.body;
    if (body.kind != Node::Kind::op || body.op != ScalarOp::select ||
        body.args[2]->kind != Node::Kind::constant || body.type != equation.type ||
        !Halide::Internal::equal(constant_value(*body.args[2]),
                                 reduction_identity(*equation.reduction, equation.type)))
      return false;
    bool found = true;
    for_each_read(body.args[0], [&](const Node&) { found = false; });
    for_each_index(body.args[0],
                   [&](int index) { found &= index >= static_cast<int>(equation.free.size()); });
    return found;
  }

  // A product's last rounding is spared where the machine can.
  Scalar accumulated(const Equation& equation, const Expr& terms, BodyLowering& body,
                     const Scalar& total) {
    const DType type = equation.type;
    const Node& term = without_equal_casts(*terms);
    const bool product = is_product(term) && compute_type(term.type) == compute_type(type);
    if (are_terms_contracted(stages_, equation, rules_.arithmetic))
      return product ? total + body.value_as(term.args[0], term.type) *
                                   body.value_as(term.args[1], term.type)
                     : total + body.value_as(terms, type);
    if (has_fma_ && product && equation.reduction == ReduceKind::sum)
      return fused_multiply_add(body.value_as(term.args[0], term.type),
                                body.value_as(term.args[1], term.type), total);
    return accumulate(*equation.reduction, type, total, body.value_as(terms, type));
  }

  const Definition& stages_;
  const bool has_fma_;
  const LoweringRules rules_;
  const NarrowStages& narrow_;
  const Selections selections_;
  Realisation result_;
};

} // namespace

Realisation lower(const Definition& stages, const catalogue::Target& target,
                  const LoweringRules& rules, const NarrowStages& narrow) {
  return Lowering(stages, target, rules, narrow).run();
}

} // namespace fovea::kernels
