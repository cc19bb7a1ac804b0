#include <fovea/definition/explain.hpp>
#include <fovea/equation/define.hpp>
#include <fovea/equation/fixed_equation.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace {

// Operands without their leading dimensions.
struct Inner {
  Types types = {};
  Shape leading = {};
  std::vector<int> mapped = {}; // operands that have them
};

// Operands may have leading dimensions beyond their stated rank: all the same ones, or none.
Inner inner_of(const EquationRecipe& recipe, const Types& operands) {
  Inner inner;
  for (size_t k = 0; k < operands.size(); ++k) {
    const Shape& shape = operands[k].shape;
    const int stated = recipe.operands[k].rank;
    const int rank = stated < 0 ? shape.rank() : stated;
    const int extra = shape.rank() - rank;
    if (extra < 0)
      throw Error({.what = fmt::format("equation '{}': operand {} ({}) has the wrong rank",
                                       recipe.name, k, recipe.operands[k].name),
                   .where = recipe.location,
                   .expected = fmt::format("rank {} or more", rank),
                   .got = fmt::format("rank {} ({})", shape.rank(), to_string(shape))});
    inner.types.push_back({operands[k].dtype, shape.slice(extra, shape.rank())});
    if (extra == 0)
      continue;
    const Shape front = shape.slice(0, extra);
    if (!inner.leading.empty() && !(inner.leading == front))
      throw Error({.what = fmt::format("equation '{}': operands differ in their leading dimensions",
                                       recipe.name),
                   .where = recipe.location,
                   .expected = to_string(inner.leading),
                   .got = to_string(front)});
    inner.leading = front;
    inner.mapped.push_back(static_cast<int>(k));
  }
  return inner;
}

Definition mapped(const Definition& definition, const Inner& inner, const EquationRecipe& recipe) {
  const Shape& leading = inner.leading;
  if (leading.empty())
    return definition;
  for (const Equation& equation : definition.equations)
    if (const ShapeError error = check_result({equation.type, leading + equation.shape()});
        error.what)
      throw Error({.what = fmt::format("equation '{}': {}", recipe.name,
                                       render(error.what, error, leading)),
                   .where = recipe.location,
                   .expected = render(error.expected, error, leading),
                   .got = render(error.got, error, leading),
                   .detail = "mapped over " + to_string(leading)});
  return map_over(definition, leading, inner.mapped);
}

// With a name for each operand: t0, t1 ... and weight, weight_2 ... where there is none.
std::vector<EquationOperand> named_operands(std::vector<EquationOperand> operands,
                                            const std::string& equation,
                                            const std::vector<std::string>& names,
                                            SourceLocation location) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const bool are_distinct = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  if (!names.empty() && (names.size() != operands.size() || !are_distinct))
    throw Error({.what = fmt::format("equation '{}': its operands' names do not fit", equation),
                 .where = location,
                 .expected = fmt::format("{} different names", operands.size()),
                 .got = fmt::format("{}", fmt::join(names, ", "))});
  int weights = 0;
  for (size_t k = 0; k < operands.size(); ++k) {
    if (!names.empty())
      operands[k].name = names[k];
    else if (!operands[k].is_weight)
      operands[k].name = "t" + std::to_string(k);
    else
      operands[k].name = ++weights == 1 ? "weight" : "weight_" + std::to_string(weights);
  }
  return operands;
}

constexpr const char *equation_name = "name", *filters_option = "filters",
                     *kernel_option = "kernel";

bool is_word(const std::string& text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::ranges::all_of(text, [](char c) {
           return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                  (c >= 'A' && c <= 'Z');
         });
}

bool is_taken(const EquationRecipe& recipe, const std::string& name) {
  return name == equation_name || name == filters_option || name == kernel_option ||
         std::ranges::any_of(recipe.attributes,
                             [&](const auto& attribute) { return attribute.first == name; });
}

} // namespace

size_t EquationRecipe::inputs() const {
  return static_cast<size_t>(
      std::count_if(operands.begin(), operands.end(),
                    [](const EquationOperand& operand) { return !operand.is_weight; }));
}

EquationOp::EquationOp(std::shared_ptr<const EquationRecipe> recipe, LayerOptions options,
                       bool all_given)
    : recipe_(std::move(recipe)), options_(std::move(options)),
      inputs_(all_given ? recipe_->operands.size() : recipe_->inputs()) {}

// Sorted, as the dictionary is that a model file keeps.
Attributes EquationOp::attributes() const {
  Attributes list = recipe_->attributes;
  if (options_.filters != 0)
    list.emplace_back(filters_option, options_.filters);
  if (!options_.kernel.shape.empty())
    list.emplace_back(kernel_option, options_.kernel.shape.to_vector());
  for (const auto& [index, extent] : options_.extents)
    list.emplace_back("extents." + index, extent);
  for (const auto& [weight, shape] : options_.weights)
    list.emplace_back("weights." + weight, shape.to_vector());
  std::ranges::sort(list, {}, [](const auto& attribute) { return attribute.first; });
  list.insert(list.begin(), {equation_name, recipe_->name});
  return list;
}

// What is missing behind the inputs are weights, of the first input's type: f32 where that is no
// float.
Definition EquationOp::definition(const Types& operands) const {
  Inner inner = inner_of(*recipe_, operands);
  const DType first = operands.empty() ? DType::f32 : operands[0].dtype;
  for (size_t k = operands.size(); k < recipe_->operands.size(); ++k)
    inner.types.push_back(
        {is_float(first) ? first : DType::f32, Shape::filled(recipe_->operands[k].rank, -1)});
  return mapped(recipe_->make(inner.types, options_), inner, *recipe_);
}

Parameters EquationOp::parameters(const Types& inputs) const {
  Parameters parameters;
  if (inputs_ == recipe_->operands.size())
    return parameters;
  const Definition made = definition(inputs);
  for (size_t k = inputs_; k < made.operands.size(); ++k)
    parameters.push_back({recipe_->operands[k].name.c_str(), made.operands[k].type});
  return parameters;
}

// Its shape rule is its definition: what binding refuses arrives as Error with the equation's
// place.
Inferred EquationOp::infer(const Types& operands) const {
  return result_types(definition(operands));
}

UserEquation UserEquation::operator()(const LayerOptions& options, SourceLocation location) const {
  UserEquation layer = *this;
  layer.options_ = options;
  layer.location_ = location;
  return layer;
}

UserEquation UserEquation::named(std::string name) const {
  UserEquation layer = *this;
  layer.name_ = std::move(name);
  return layer;
}

UserEquation UserEquation::attribute(const std::string& name, AttributeValue value,
                                     SourceLocation location) const {
  const auto refuse = [&](const char* what, std::string expected, std::string got) {
    throw Error({.what = fmt::format("equation '{}': {}", recipe_->name, what),
                 .where = location,
                 .expected = std::move(expected),
                 .got = std::move(got)});
  };
  if (!is_word(name))
    refuse("the name of an attribute is no word", "letters, digits and \"_\"",
           fmt::format("'{}'", name));
  if (is_taken(*recipe_, name))
    refuse("an attribute of this name is there already", "another name", fmt::format("'{}'", name));
  if (const auto* list = std::get_if<std::vector<int64_t>>(&value);
      list && list->size() > static_cast<size_t>(max_rank))
    refuse("the list of an attribute is too long", fmt::format("at most {} numbers", max_rank),
           std::to_string(list->size()));
  return with([&](EquationRecipe& recipe) { recipe.attributes.emplace_back(name, value); });
}

UserEquation UserEquation::doc(std::string text) const {
  return with([&](EquationRecipe& recipe) { recipe.notes.doc = std::move(text); });
}

UserEquation UserEquation::schedule(std::string text, SourceLocation location) const {
  return with([&](EquationRecipe& recipe) { recipe.notes.schedule = {std::move(text), location}; });
}

UserEquation UserEquation::algorithm(std::string name, SourceLocation location) const {
  return with([&](EquationRecipe& recipe) {
    recipe.notes.algorithm = {std::move(name), location};
  });
}

std::string explain(const UserEquation& layer, const Types& operands) {
  const std::shared_ptr<const EquationOp> op = layer.op(operands.size());
  const Definition definition = op->definition(operands);
  const std::string& doc = op->notes().doc;
  return fmt::format("{}\n{}{}\n{}\n{}", to_string(op->attributes()), doc, doc.empty() ? "" : "\n",
                     to_string(definition), loop_nest(definition));
}

std::shared_ptr<const EquationOp> UserEquation::op(size_t operands) const {
  const size_t all = recipe_->operands.size(), inputs = recipe_->inputs();
  if (operands != all && operands != inputs)
    throw Error({.what = fmt::format("equation '{}': wrong number of operands", recipe_->name),
                 .where = location_,
                 .expected = inputs == all ? std::to_string(all)
                                           : fmt::format("{}, or {} with its weights", inputs, all),
                 .got = std::to_string(operands)});
  return std::make_shared<EquationOp>(recipe_, options_, operands == all);
}

std::vector<Tensor<>> UserEquation::apply(const std::vector<Tensor<>>& operands) const {
  return operands[0].network().apply(op(operands.size()), operands, name_, location_);
}

Tensor<> UserEquation::only(const std::vector<Tensor<>>& results) const {
  if (results.size() != 1)
    throw Error({.what = fmt::format("equation '{}' has several results", recipe_->name),
                 .where = location_,
                 .expected = "one, where a tensor stands",
                 .got = std::to_string(results.size()),
                 .hint = "call it with .results(...), which gives all of them"});
  return results[0];
}

namespace detail {

UserEquation user_equation(std::string name, std::vector<EquationOperand> operands,
                           const std::vector<std::string>& names,
                           std::function<Statements(const std::vector<Operand>&)> body,
                           SourceLocation location) {
  EquationRecipe recipe{std::move(name), {}, location, nullptr};
  recipe.operands = named_operands(std::move(operands), recipe.name, names, location);
  recipe.make = [body = std::move(body), location, name = recipe.name, of = recipe.operands,
                 inputs = recipe.inputs()](const Types& types, const LayerOptions& options) {
    std::vector<Operand> bound;
    for (size_t k = 0; k < of.size(); ++k)
      bound.push_back({of[k].name, types[k]});
    const Statements results = body(bound);
    if (results.empty())
      throw Error({.what = fmt::format("equation '{}' has no result", name), .where = location});
    return bind_layer(name, bound, inputs, results, options, location);
  };
  return {std::move(recipe), location};
}

} // namespace detail
} // namespace fovea
