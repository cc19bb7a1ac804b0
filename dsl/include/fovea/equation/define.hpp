#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

#include <functional>

// An op of the user's own, written as an equation:
//   auto total = define("pair_sum", [](Tensor<1> x, Tensor<1> w) {
//     Index<'i'> i; Index<'m'> m;
//     return Z(i) = sum(m)(x(i + m) * w(m));
//   });
//   Tensor y = total(image, weights);
// With weights of its own it is a layer, which stands where conv may stand:
//   auto unshared = define("unshared", [](Tensor<3> V, Weight<6> K) {
//     return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j, k));
//   });
//   Tensor y = image | unshared({.filters = 8, .kernel = {3, 3}}).named("local") | relu;
// What else is known of an op stands behind its equation:
//   auto tiled = [](int64_t t) {
//     return define("tiled", [=](Tensor<1> x, Weight<2> w) { .. w(m, i % t) .. })
//         .attribute("period", t)
//         .doc("Z(i) = sum(m) x(i + m) w(m, i mod t): t kernels take turns.")
//         .algorithm("generic")
//         .schedule("Z_sum.1: unroll(m)");
//   };
namespace fovea {

struct EquationOperand {
  std::string name;
  int rank = 0; // in the equation; leading dimensions of inputs beyond it are mapped over (a batch)
  bool is_weight = false;
};

// What a user's equation is, before it meets its operands.
struct EquationRecipe {
  std::string name;
  std::vector<EquationOperand> operands; // inputs, then weights
  SourceLocation location;
  // Makes the definition from operand types: of all operands, open extents being -1. Throws Error.
  std::function<Definition(const Types&, const LayerOptions&)> make;
  Attributes attributes = {}; // that its author states
  OpNotes notes = {};

  size_t inputs() const; // operands that are no weights
};

// The op of a user's equation: its definition is made anew for each list of operand types.
class EquationOp final : public AnyOp {
 public:
  // Weights are parameters of the layer, or with `all_given` operands like the inputs.
  EquationOp(std::shared_ptr<const EquationRecipe> recipe, LayerOptions options, bool all_given);
  std::string name() const override { return "equation"; }
  std::string layer_name() const override { return recipe_->name; }
  int inputs() const override { return static_cast<int>(inputs_); }
  // The equation's name; then, by name, its own attributes and the layer's options: "filters",
  // "kernel", "extents.m", "weights.W".
  Attributes attributes() const override;
  Attributes chosen_attributes() const override { return attributes(); }
  const OpNotes& notes() const override { return recipe_->notes; }
  Parameters parameters(const Types& inputs) const override;
  Inferred infer(const Types& operands) const override;
  // Of all operands, or of the inputs alone.
  Definition definition(const Types& operands) const override;
  OpPtr expanded(const Types&) const override { return nullptr; }

 private:
  std::shared_ptr<const EquationRecipe> recipe_;
  LayerOptions options_;
  size_t inputs_;
};

namespace detail {
template <class T>
struct OperandOf {
  static_assert(
      !std::same_as<T, T>,
      "fovea: WHAT: an operand of an equation without a rank; WHY: operands are Tensor<R> "
      "with R dimensions, or Weight<R>; WHERE: define(name, [](here) { ... })");
};
template <int R>
struct OperandOf<Tensor<R>> {
  static constexpr int rank = R;
  static constexpr bool is_weight = false;
};
template <int R>
struct OperandOf<Weight<R>> {
  static constexpr int rank = R;
  static constexpr bool is_weight = true;
};
template <class... Operands>
struct OperandList {
  static constexpr size_t count = sizeof...(Operands);
  static constexpr size_t weights() {
    return (size_t{0} + ... + (OperandOf<Operands>::is_weight ? 1 : 0));
  }
  static constexpr bool weights_are_last() {
    bool behind_a_weight = false, are_last = true;
    ((OperandOf<Operands>::is_weight ? behind_a_weight = true : are_last &= !behind_a_weight), ...);
    return are_last;
  }
  static std::vector<EquationOperand> operands() {
    return {{"", OperandOf<Operands>::rank, OperandOf<Operands>::is_weight}...};
  }
};
template <class T>
struct LambdaOperands;
template <class C, class Return, class... Operands>
struct LambdaOperands<Return (C::*)(Operands...) const> {
  using type = OperandList<std::remove_cvref_t<Operands>...>;
};

template <class Lambda, class... Operands, size_t... K>
Statements call(const Lambda& lambda, const std::vector<Operand>& operands,
                OperandList<Operands...>, std::index_sequence<K...>) {
  return {lambda(Operands(static_cast<int>(K), operands[K].name, operands[K].type)...)};
}
} // namespace detail

// A user's equation: something to call with tensors, and a block.
class UserEquation : public BlockBase {
 public:
  UserEquation(EquationRecipe recipe, SourceLocation location)
      : recipe_(std::make_shared<const EquationRecipe>(std::move(recipe))), location_(location) {}

  // Of its inputs, or of its inputs and its weights. Throws Error, also where there are several
  // results.
  template <class... Rest>
  Tensor<> operator()(const Tensor<>& first, const Rest&... rest) const {
    return only(apply({first, rest...}));
  }
  // The same, with all results of a system, in their order.
  template <class... Rest>
  std::vector<Tensor<>> results(const Tensor<>& first, const Rest&... rest) const {
    return apply({first, rest...});
  }
  // The layer whose equations leave nothing open.
  UserEquation operator()(const LayerOptions& options,
                          SourceLocation location = SourceLocation::current()) const;
  // With a layer's name of its own, instead of the equation's.
  UserEquation named(std::string name) const;

  // With an attribute: what the equation was made with, as the period of tiled(2). It shows where a
  // built-in op's attributes show, and stays in model files. `name`: letters, digits and "_".
  // Throws Error for a name that another attribute or an option has.
  UserEquation attribute(const std::string& name, AttributeValue value,
                         SourceLocation location = SourceLocation::current()) const;
  UserEquation attribute(const std::string& name, std::initializer_list<int64_t> list,
                         SourceLocation location = SourceLocation::current()) const {
    return attribute(name, AttributeValue(std::vector<int64_t>(list)), location);
  }
  // With words on what it computes, of which shapes, and its source: `explain` shows them, model
  // files and the headers of emitted libraries have them.
  UserEquation doc(std::string text) const;
  // With a schedule for each layer that it makes (fovea/catalogue/schedule.hpp), and the algorithm
  // that it is written for, by its name in the catalogue: what CompileOptions::schedules and
  // CompileOptions::algorithms would say of the layer, where they do not. They are looked at when
  // the network is compiled or saved: an Error then has this line.
  UserEquation schedule(std::string text,
                        SourceLocation location = SourceLocation::current()) const;
  UserEquation algorithm(std::string name,
                         SourceLocation location = SourceLocation::current()) const;

  Inferred infer(const Types& inputs) const { return op(inputs.size())->infer(inputs); }
  // The definition for these types, of all operands or of the inputs alone; throws Error.
  Definition definition(const Types& operands) const {
    return op(operands.size())->definition(operands);
  }

  // The op and what is said of it: its name and attributes, its doc, its equations for these types
  // and the loops that they mean. Throws Error.
  friend std::string explain(const UserEquation& layer, const Types& operands);

 private:
  // A copy with what `change` makes of the recipe.
  template <class Change>
  UserEquation with(Change&& change) const {
    auto recipe = std::make_shared<EquationRecipe>(*recipe_);
    change(*recipe);
    UserEquation copy = *this;
    copy.recipe_ = std::move(recipe);
    return copy;
  }
  std::shared_ptr<const EquationOp> op(size_t operands) const;
  std::vector<Tensor<>> apply(const std::vector<Tensor<>>& operands) const;
  Tensor<> only(const std::vector<Tensor<>>& results) const;

  std::shared_ptr<const EquationRecipe> recipe_;
  LayerOptions options_;
  std::string name_;
  SourceLocation location_;
};

std::string explain(const UserEquation& layer, const Types& operands);

namespace detail {
// All of `define` that does not depend on the lambda's type, so that it is compiled once. Operands
// are without names still: without `names` they are t0, t1 ... and weight, weight_2 ...
UserEquation user_equation(std::string name, std::vector<EquationOperand> operands,
                           const std::vector<std::string>& names,
                           std::function<Statements(const std::vector<Operand>&)> body,
                           SourceLocation location);
} // namespace detail

// `lambda` takes `Tensor<R>` operands, then `Weight<R>` ones, and returns an equation, or as
// `Statements{a, b}` those of several results. Operands with more than R dimensions are mapped over
// their leading ones. `names` are those of the operands; a weight's name is its layer's, a dot, and
// its own.
template <class Lambda>
UserEquation define(std::string name, Lambda lambda, const std::vector<std::string>& names = {},
                    SourceLocation location = SourceLocation::current()) {
  using List = typename detail::LambdaOperands<decltype(&Lambda::operator())>::type;
  static_assert(List::weights_are_last(), "fovea: WHAT: a weight stands before an input; WHY: a "
                                          "layer's operands are its inputs, then its weights; "
                                          "WHERE: define(name, [](here) { ... })");
  static_assert(List::weights() <= 6, "fovea: WHAT: too many weights; WHY: a layer has at most 6; "
                                      "WHERE: define(name, [](here) { ... })");
  static_assert(List::count > List::weights(),
                "fovea: WHAT: an equation without inputs; WHY: it belongs to the network of its "
                "inputs; WHERE: define(name, [](here) { ... })");
  return detail::user_equation(
      std::move(name), List::operands(), names,
      [lambda](const std::vector<Operand>& operands) {
        return detail::call(lambda, operands, List{}, std::make_index_sequence<List::count>{});
      },
      location);
}

} // namespace fovea
