#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

// The directives that make stages are rewritings, as algorithms are: what they make is a definition
// equal to the one before.
namespace fovea::kernels {
namespace {

using catalogue::Directive;

int number_of(const Definition& definition, const std::string& stage) {
  const auto found = std::find_if(definition.equations.begin(), definition.equations.end(),
                                  [&](const Equation& equation) { return equation.name == stage; });
  return static_cast<int>(found - definition.equations.begin());
}

// Z(i) = sum(r) V(i, r)   becomes   P(i, l) = sum(r) V(i, l + factor r);  Z(i) = sum(l) P(i, l).
void apply_rfactor(Definition& definition, const std::string& stage, const Directive& directive) {
  const int at = number_of(definition, stage);
  Equation whole = definition.equations[static_cast<size_t>(at)];
  const std::string& reduced = directive.arguments[0].word;
  const int64_t factor = directive.arguments[2].number;
  const int free = static_cast<int>(whole.free.size());

  Equation part = whole;
  part.name = directive.arguments[3].word;
  part.free.push_back({directive.arguments[1].word, factor});
  std::vector<IndexExpr> indices;
  for (int k = 0; k < free; ++k)
    indices.push_back(IndexExpr::of(k));
  for (size_t r = 0; r < whole.reduced.size(); ++r) {
    const IndexExpr index = IndexExpr::of(free + 1 + static_cast<int>(r));
    const bool split = whole.reduced[r].name == reduced;
    indices.push_back(split ? index * factor + IndexExpr::of(free) : index);
    part.reduced[r].extent /= split ? factor : 1;
  }
  part.body = substitute(whole.body, indices);

  whole.reduced = {{directive.arguments[1].word, factor}};
  whole.body =
      make_read(definition.tensor_of_equation(at), whole.accumulator, own_subscripts(part));
  insert_equation(definition, at, std::move(part));
  definition.equations[static_cast<size_t>(at) + 1] = std::move(whole);
}

// Equation `at` is a copy of `tensor`, whose number is the one before the copy was there; those
// equations that `reads` names read it from now on.
template <class Reads>
void insert_copy(Definition& definition, int at, Equation copy, int tensor, Reads&& reads) {
  copy.body = make_read(tensor, copy.type, own_subscripts(copy));
  copy.accumulator = copy.type;
  const std::string name = copy.name;
  insert_equation(definition, at, std::move(copy));
  const int made = definition.tensor_of_equation(at);
  for (Equation& equation : definition.equations)
    if (equation.name != name && reads(equation))
      equation.body = rebuild(equation.body, [&](Node node) -> Expr {
        if (node.kind == Node::Kind::read && node.tensor == tensor)
          node.tensor = made;
        return node_of(std::move(node));
      });
}

void apply_copy(Definition& definition, const std::string& stage, const Directive& directive) {
  const int at = number_of(definition, stage);
  const Equation& whole = definition.equations[static_cast<size_t>(at)];
  Equation copy;
  copy.name = directive.arguments[0].word;
  copy.type = whole.type;
  copy.free = whole.free;
  const std::string only = directive.arguments.size() > 1 ? directive.arguments[1].word : "";
  insert_copy(definition, at + 1, std::move(copy), definition.tensor_of_equation(at),
              [&](const Equation& equation) { return only.empty() || equation.name == only; });
}

void apply_pack(Definition& definition, const std::string& stage, const Directive& directive) {
  const auto operand =
      std::find_if(definition.operands.begin(), definition.operands.end(),
                   [&](const Operand& one) { return one.name == directive.arguments[0].word; });
  Equation copy;
  copy.name = directive.arguments[1].word;
  copy.type = operand->type.dtype;
  for (const int64_t extent : operand->type.shape)
    copy.free.push_back({"p" + std::to_string(copy.free.size()), extent});
  insert_copy(definition, number_of(definition, stage), std::move(copy),
              static_cast<int>(operand - definition.operands.begin()),
              [&](const Equation& equation) { return equation.name == stage; });
}

} // namespace

Definition with_new_stages(Definition stages, const catalogue::Schedule& schedule) {
  for (const catalogue::StageSchedule& part : schedule.stages())
    for (const Directive& directive : part.directives)
      if (directive.name == "rfactor")
        apply_rfactor(stages, part.stage, directive);
      else if (directive.name == "copy")
        apply_copy(stages, part.stage, directive);
      else if (directive.name == "pack")
        apply_pack(stages, part.stage, directive);
  return stages;
}

} // namespace fovea::kernels
