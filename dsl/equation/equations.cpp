#include "dsl/definition/printer.hpp"
#include "dsl/equation/elaborate.hpp"

#include <fovea/equation/text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace {

using text::Parsed;

// The types of the operands, from those given and those declared.
class TypeFinder {
 public:
  TypeFinder(const Parsed& parsed, const std::map<std::string, TensorType>& given)
      : parsed_(parsed), given_(given) {}

  std::vector<Operand> run() const {
    std::vector<Operand> operands;
    for (const text::OperandSyntax& operand : parsed_.operands)
      operands.push_back({operand.named.name, type_of(operand)});
    for (const auto& [name, type] : given_)
      if (std::none_of(operands.begin(), operands.end(),
                       [&](const Operand& operand) { return operand.name == name; }))
        throw Error(
            {.what = fmt::format("{}: '{}' has a type, but is no operand", parsed_.name, name),
             .where = parsed_.source.location(0),
             .expected = fmt::format("one of {}", fmt::join(names_of(operands), ", ")),
             .got = name});
    return operands;
  }

 private:
  static std::vector<std::string> names_of(const std::vector<Operand>& operands) {
    std::vector<std::string> names;
    for (const Operand& operand : operands)
      names.push_back(operand.name);
    return names;
  }

  TensorType type_of(const text::OperandSyntax& operand) const {
    const size_t position = operand.named.position;
    const int rank = operand.shape ? operand.shape->rank() : operand.rank;
    const auto found = given_.find(operand.named.name);
    if (found == given_.end()) {
      if (!operand.shape && rank > 0)
        parsed_.source.fail(position,
                            {.what = fmt::format("operand '{}' has no shape", operand.named.name),
                             .expected = fmt::format("a shape of rank {}", rank),
                             .hint = "give its type when the equations are bound, or declare it"});
      return {operand.dtype, operand.shape.value_or(Shape{})};
    }
    const TensorType& type = found->second;
    if (operand.declared && type.dtype != operand.dtype)
      refuse(operand, std::string(name_of(operand.dtype)), std::string(name_of(type.dtype)));
    if (operand.shape && !(type.shape == *operand.shape))
      refuse(operand, to_string(*operand.shape), to_string(type.shape));
    if (rank >= 0 && type.shape.rank() != rank)
      parsed_.source.fail(
          position, {.what = fmt::format("operand '{}' has the wrong rank", found->first),
                     .expected = fmt::format("rank {}, as it is read", rank),
                     .got = fmt::format("rank {} ({})", type.shape.rank(), to_string(type.shape))});
    const int64_t least =
        type.shape.empty() ? 0 : *std::min_element(type.shape.begin(), type.shape.end());
    if (type.shape.too_long() || least < -1 || (least >= 0 && type.bytes() < 0))
      refuse(operand, "extents >= 0, or -1 to find, and a size below 2^63 bytes", to_string(type));
    return type;
  }

  [[noreturn]] void refuse(const text::OperandSyntax& operand, std::string expected,
                           std::string got) const {
    parsed_.source.fail(operand.named.position,
                        {.what = fmt::format("operand '{}' has another type", operand.named.name),
                         .expected = std::move(expected),
                         .got = std::move(got)});
  }

  const Parsed& parsed_;
  const std::map<std::string, TensorType>& given_;
};

// Where an expression begins.
size_t start_of(const Parsed& parsed, int number) {
  while (parsed[number].kind == text::Syntax::Kind::infix)
    number = parsed[number].args[0];
  return parsed[number].position;
}

// Where the culprit of an error of binding stands.
size_t position_of(const Parsed& parsed, const text::Elaborated& elaborated,
                   const binding::Blame& blame) {
  if (const auto read = elaborated.reads.find(blame.node); read != elaborated.reads.end()) {
    const text::Syntax& node = parsed[read->second];
    const size_t d = static_cast<size_t>(blame.dimension);
    return blame.dimension >= 0 && d < node.args.size() ? start_of(parsed, node.args[d])
                                                        : node.position;
  }
  for (size_t k = 0; k < elaborated.statements.size(); ++k)
    if (elaborated.statements[k].get() == blame.statement) {
      const text::Line& line = parsed.lines[k];
      for (const text::Named& index : line.left)
        if (line.symbols.at(index.name) == blame.symbol)
          return index.position;
      return line.result.position;
    }
  return 0;
}

// The equations as they stand, for types that are declared or else f32.
notation::Outline outline_of(const Parsed& parsed) {
  notation::Outline outline{parsed.name, {}, {}, parsed.results};
  std::vector<DType> types;
  for (const text::OperandSyntax& operand : parsed.operands) {
    types.push_back(operand.dtype);
    outline.operands.emplace_back(
        operand.named.name, operand.shape ? to_string(TensorType{operand.dtype, *operand.shape})
                                          : std::string(name_of(operand.dtype)));
  }
  std::map<const Statement*, int> numbers;
  for (const StatementPtr& statement : text::elaborate(parsed, types).statements) {
    const Expr body = rebuild(statement->body, [&](Node node) -> Expr {
      if (node.source)
        node.tensor = numbers.at(node.source.get());
      node.source = nullptr;
      return std::make_shared<const Node>(std::move(node));
    });
    numbers[statement.get()] = static_cast<int>(types.size() + outline.lines.size());
    outline.lines.push_back({statement->name, statement->left, body});
  }
  return outline;
}

} // namespace

Equations::Equations(std::string text, std::string_view file) {
  Parsed parsed = text::parse(std::move(text), file);
  text::resolve_names(parsed);
  parsed_ = std::make_shared<const Parsed>(std::move(parsed));
}

std::vector<Equations::Read> Equations::operands() const {
  std::vector<Read> operands;
  for (const text::OperandSyntax& operand : parsed_->operands) {
    const int rank = operand.shape ? operand.shape->rank() : std::max(operand.rank, 0);
    operands.push_back({operand.named.name, rank, operand.dtype, operand.shape || rank == 0});
  }
  return operands;
}

std::vector<std::string> Equations::results() const {
  std::vector<std::string> names;
  for (int line : parsed_->results)
    names.push_back(parsed_->lines[static_cast<size_t>(line)].result.name);
  return names;
}

const std::string& Equations::name() const {
  return parsed_->name;
}

Definition Equations::bind(const std::map<std::string, TensorType>& types,
                           const std::map<std::string, int64_t>& ranges) const {
  return bind_layer(types, SIZE_MAX, {.extents = ranges});
}

Definition Equations::bind_layer(const std::map<std::string, TensorType>& types, size_t inputs,
                                 const LayerOptions& options) const {
  binding::System system;
  system.name = parsed_->name;
  system.location = parsed_->source.location(0);
  system.operands = TypeFinder(*parsed_, types).run();
  system.inputs = inputs;
  std::vector<DType> dtypes;
  for (const Operand& operand : system.operands)
    dtypes.push_back(operand.type.dtype);
  const text::Elaborated elaborated = text::elaborate(*parsed_, dtypes);
  system.statements = elaborated.statements;
  for (int line : parsed_->results)
    system.results.push_back(elaborated.statements[static_cast<size_t>(line)]);
  system.locate = [&](const binding::Blame& blame, ErrorParts& parts) {
    parsed_->source.locate(position_of(*parsed_, elaborated, blame), parts);
  };
  return binding::bind_layer(std::move(system), options);
}

Definition Equations::bind_in_order(const Types& types) const {
  return bind(named(types));
}

std::map<std::string, TensorType> Equations::named(const Types& types) const {
  std::map<std::string, TensorType> named;
  for (size_t k = 0; k < parsed_->operands.size() && k < types.size(); ++k)
    named.emplace(parsed_->operands[k].named.name, types[k]);
  return named;
}

std::string Equations::to_text() const {
  return notation::written(outline_of(*parsed_), notation::plain_notation());
}
std::string Equations::to_latex() const {
  return notation::written(outline_of(*parsed_), notation::latex_notation());
}
std::string Equations::to_html() const {
  return notation::written(outline_of(*parsed_), notation::mathml_notation());
}

std::string to_text(const Definition& definition) {
  return to_string(definition);
}
std::string to_latex(const Definition& definition) {
  return notation::written(notation::outline_of(definition), notation::latex_notation());
}
std::string to_html(const Definition& definition) {
  return notation::written(notation::outline_of(definition), notation::mathml_notation());
}

UserEquation define(const Equations& equations, const std::vector<std::string>& weights,
                    SourceLocation location) {
  EquationRecipe recipe{equations.name(), {}, location, nullptr};
  std::vector<std::string> names;
  for (const Equations::Read& operand : equations.operands()) {
    const bool is_weight = std::find(weights.begin(), weights.end(), operand.name) != weights.end();
    names.push_back(operand.name);
    recipe.operands.push_back({operand.name, operand.rank, is_weight});
  }
  const size_t inputs = recipe.inputs();
  const bool are_last = std::all_of(
      recipe.operands.begin(), recipe.operands.begin() + static_cast<std::ptrdiff_t>(inputs),
      [](const EquationOperand& operand) { return !operand.is_weight; });
  if (recipe.operands.size() - inputs != weights.size() || !are_last || weights.size() > 6)
    throw Error({.what = fmt::format("equation '{}': its weights are not its last operands",
                                     equations.name()),
                 .where = location,
                 .expected = fmt::format("at most 6, the last of {}", fmt::join(names, ", ")),
                 .got = fmt::format("{}", fmt::join(weights, ", ")),
                 .hint = "a first line such as f(x: f32, w: f32) says the operands' order"});
  recipe.make = [equations, inputs](const Types& types, const LayerOptions& options) {
    return equations.bind_layer(equations.named(types), inputs, options);
  };
  return {std::move(recipe), location};
}

} // namespace fovea
