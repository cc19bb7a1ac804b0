#include <fovea/definition/definition.hpp>
#include <fovea/error.hpp>

#include <algorithm>

namespace fovea {
namespace {

[[noreturn]] void fail(std::string what, std::string expected, std::string got) {
  throw Error({.what = std::move(what), .expected = std::move(expected), .got = std::move(got)});
}

template <class T>
bool holds(const std::vector<T>& list, int number) {
  return number >= 0 && static_cast<size_t>(number) < list.size();
}

// Adds the stages one by one; knows where each stage's equations went.
class Composer {
 public:
  Composer(std::string name, std::vector<Operand> operands) {
    whole_.name = std::move(name);
    whole_.operands = std::move(operands);
  }

  void add(const Stage& stage) {
    const Definition& part = stage.definition;
    if (stage.sources.size() != part.operands.size())
      fail("compose: stage '" + part.name + "' has too few or too many sources",
           std::to_string(part.operands.size()), std::to_string(stage.sources.size()));
    std::vector<int> tensors; // the part's tensor numbers -> the whole's
    for (size_t k = 0; k < part.operands.size(); ++k)
      tensors.push_back(tensor_of(stage.sources[k], part, part.operands[k]));
    for (const Equation& equation : part.equations) {
      Equation copy = equation;
      copy.body = rebuild(equation.body, [&](Node node) -> Expr {
        if (node.kind == Node::Kind::read)
          node.tensor = tensors[static_cast<size_t>(node.tensor)];
        return std::make_shared<const Node>(std::move(node));
      });
      tensors.push_back(whole_.tensor_of_equation(static_cast<int>(whole_.equations.size())));
      whole_.equations.push_back(std::move(copy));
    }
    std::vector<int> results;
    for (int result : part.results)
      results.push_back(tensors[part.operands.size() + static_cast<size_t>(result)] -
                        whole_.tensor_of_equation(0));
    results_.push_back(std::move(results));
  }

  Definition finish(const std::vector<StageResult>& results) {
    for (const StageResult& result : results)
      whole_.results.push_back(equation_of(result.stage, result.result));
    drop_unused();
    return std::move(whole_);
  }

 private:
  int equation_of(int stage, int result) const {
    if (!holds(results_, stage) || !holds(results_[static_cast<size_t>(stage)], result))
      fail("compose in '" + whole_.name + "': no such result of an earlier stage", "",
           "result " + std::to_string(result) + " of stage " + std::to_string(stage));
    return results_[static_cast<size_t>(stage)][static_cast<size_t>(result)];
  }

  int tensor_of(const Stage::Source& source, const Definition& part, const Operand& operand) const {
    if (source.operand >= 0 && !holds(whole_.operands, source.operand))
      fail("compose in '" + whole_.name + "': no such operand", "", std::to_string(source.operand));
    const int tensor = source.operand >= 0
                           ? source.operand
                           : whole_.tensor_of_equation(equation_of(source.stage, source.result));
    if (!(whole_.type_of(tensor) == operand.type))
      fail("compose: operand '" + operand.name + "' of stage '" + part.name +
               "' is given another type",
           to_string(operand.type), to_string(whole_.type_of(tensor)));
    return tensor;
  }

  // A stage may compute more than the whole wants of it.
  void drop_unused() {
    const int operands = static_cast<int>(whole_.operands.size());
    std::vector<bool> used(whole_.equations.size());
    for (int result : whole_.results)
      used[static_cast<size_t>(result)] = true;
    for (size_t e = used.size(); e-- > 0;)
      if (used[e])
        for_each_node(whole_.equations[e].body, [&](const Node& node) {
          if (node.kind == Node::Kind::read && node.tensor >= operands)
            used[static_cast<size_t>(node.tensor - operands)] = true;
        });
    if (std::find(used.begin(), used.end(), false) == used.end())
      return;
    std::vector<int> renumbered;
    std::vector<Equation> kept;
    for (size_t e = 0; e < used.size(); ++e) {
      renumbered.push_back(static_cast<int>(kept.size()));
      if (used[e])
        kept.push_back(std::move(whole_.equations[e]));
    }
    for (int& result : whole_.results)
      result = renumbered[static_cast<size_t>(result)];
    for (Equation& equation : kept)
      equation.body = rebuild(equation.body, [&](Node node) -> Expr {
        if (node.kind == Node::Kind::read && node.tensor >= operands)
          node.tensor = operands + renumbered[static_cast<size_t>(node.tensor - operands)];
        return std::make_shared<const Node>(std::move(node));
      });
    whole_.equations = std::move(kept);
  }

  Definition whole_;
  std::vector<std::vector<int>> results_; // of each stage: equation numbers in the whole
};

} // namespace

Definition compose(std::string name, std::vector<Operand> operands,
                   const std::vector<Stage>& stages, const std::vector<StageResult>& results) {
  Composer composer(std::move(name), std::move(operands));
  for (const Stage& stage : stages)
    composer.add(stage);
  return composer.finish(results);
}

} // namespace fovea
