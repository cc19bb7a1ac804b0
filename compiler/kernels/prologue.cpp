#include "compiler/kernels/prologue.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// Which tensors the equations from `first` to before `last` read.
std::vector<bool> read_tensors(const Definition& definition, size_t first, size_t last) {
  std::vector<bool> found(definition.operands.size() + definition.equations.size());
  for (size_t e = first; e < last; ++e)
    for_each_node(definition.equations[e].body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        found[static_cast<size_t>(node.tensor)] = true;
    });
  return found;
}

template <class Renumber>
void renumber_reads(Equation& equation, Renumber&& renumber) {
  equation.body = rebuild(equation.body, [&](Node node) -> Expr {
    if (node.kind == Node::Kind::read)
      node.tensor = renumber(node.tensor);
    return node_of(std::move(node));
  });
}

// X: an operand of T's type that only the prologue reads. -1: there is none, or the rest reads
// another of the prologue's tensors.
int replaced_operand(const Definition& definition, size_t sum) {
  const std::vector<bool> before = read_tensors(definition, 0, sum);
  const std::vector<bool> after = read_tensors(definition, sum, definition.equations.size());
  const int result = definition.tensor_of_equation(static_cast<int>(sum) - 1);
  int found = -1;
  for (int tensor = result; tensor-- > 0;) {
    const size_t t = static_cast<size_t>(tensor);
    const bool own = before[t] || t >= definition.operands.size();
    if (own && after[t])
      return -1;
    if (before[t] && t < definition.operands.size() &&
        definition.type_of(tensor) == definition.type_of(result))
      found = tensor;
  }
  return after[static_cast<size_t>(result)] ? found : -1;
}

} // namespace

bool PrologueApart::reads(int operand_number) const {
  const Definition& own = prologue.definition;
  return exists() &&
         read_tensors(own, 0, own.equations.size())[static_cast<size_t>(operand_number)];
}

std::optional<PrologueApart> prologue_apart(const Problem& problem) {
  const Definition& whole = problem.definition;
  const auto first = std::find_if(whole.equations.begin(), whole.equations.end(),
                                  [](const Equation& e) { return e.reduction.has_value(); });
  const size_t sum = static_cast<size_t>(first - whole.equations.begin());
  PrologueApart apart{problem, {{}, problem.target, {}}, -1};
  if (sum == 0 || first == whole.equations.end())
    return apart;
  const int count = static_cast<int>(sum), operands = static_cast<int>(whole.operands.size());
  if (std::any_of(whole.results.begin(), whole.results.end(), [&](int e) { return e < count; }))
    return std::nullopt;

  Definition& prologue = apart.prologue.definition;
  prologue = {whole.name, whole.operands, {whole.equations.begin(), first}, {count - 1}};
  apart.operand = replaced_operand(whole, sum);
  if (apart.operand < 0 || !is_pointwise(prologue) || problem.forms.is_prepared(apart.operand))
    return std::nullopt;
  apart.prologue.forms = problem.forms;
  apart.prologue.forms.results = {problem.forms.operand(apart.operand)};

  Definition& rest = apart.problem.definition;
  rest.equations.erase(rest.equations.begin(), rest.equations.begin() + count);
  for (Equation& equation : rest.equations)
    renumber_reads(equation, [&](int tensor) {
      return tensor < operands                ? tensor
             : tensor == operands + count - 1 ? apart.operand
                                              : tensor - count;
    });
  for (int& result : rest.results)
    result -= count;
  return apart;
}

Definition after_prologue(const PrologueApart& apart, const Definition& rest) {
  Definition result = in_stored_forms(apart.prologue);
  const int operands = static_cast<int>(result.operands.size());
  const int count = static_cast<int>(result.equations.size());
  const int image = result.tensor_of_equation(result.results[0]);
  result.operands = rest.operands;
  for (Equation equation : rest.equations) {
    renumber_reads(equation, [&](int tensor) {
      return tensor == apart.operand ? image : tensor < operands ? tensor : tensor + count;
    });
    result.equations.push_back(std::move(equation));
  }
  result.results = rest.results;
  for (int& number : result.results)
    number += count;
  return result;
}

} // namespace fovea::kernels
