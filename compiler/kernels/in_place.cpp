#include "compiler/kernels/in_place.hpp"

#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/realisable.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Directive;
using catalogue::StageSchedule;

// Which tensors hold what was computed from the very element of the operand: itself, and stages
// that are inlined. Nothing where something else reads them.
class OwnElements {
 public:
  OwnElements(const Definition& stages, const catalogue::Schedule& schedule, int operand)
      : stages_(stages), schedule_(schedule),
        own_(stages.operands.size() + stages.equations.size()) {
    own_[static_cast<size_t>(operand)] = true;
  }

  bool alone_make(int root) {
    const Shape shape = stages_.equations[static_cast<size_t>(root)].shape();
    for (int e = 0; e < static_cast<int>(stages_.equations.size()); ++e) {
      const Equation& equation = stages_.equations[static_cast<size_t>(e)];
      bool reads = false, well = true;
      for_each_node(equation.body, [&](const Node& node) {
        if (node.kind != Node::Kind::read || !own_[static_cast<size_t>(node.tensor)])
          return;
        reads = true;
        well &= reads_own_element(node) && stages_.type_of(node.tensor).shape == shape;
      });
      if (!reads)
        continue;
      if (!well || equation.reduction || equation.shape() != shape ||
          (e != root && !is_inlined(equation.name)))
        return false;
      own_[static_cast<size_t>(stages_.tensor_of_equation(e))] = true;
    }
    return true;
  }

 private:
  bool is_inlined(const std::string& stage) const {
    return std::ranges::none_of(schedule_.stages(), [&](const StageSchedule& part) {
      return part.stage == stage && std::ranges::any_of(part.directives, [](const Directive& one) {
               return one.name != "inline";
             });
    });
  }

  const Definition& stages_;
  const catalogue::Schedule& schedule_;
  std::vector<bool> own_;
};

// Nothing of `root` is computed twice, and nothing keeps copies. The schedule is checked: its tails
// are named.
bool computes_each_once(const catalogue::Schedule& schedule, const std::string& root) {
  for (const StageSchedule& part : schedule.stages())
    for (const Directive& directive : part.directives) {
      if (directive.name == "pack" || directive.name == "copy")
        return false;
      if (part.stage == root &&
          std::ranges::any_of(directive.arguments, [](const catalogue::ScheduleArgument& argument) {
            return argument.word == "shift_inwards" || argument.word == "auto";
          }))
        return false;
    }
  return true;
}

} // namespace

bool runs_in_place(const Definition& stages, const catalogue::Schedule& schedule,
                   const std::vector<catalogue::StageInfo>& infos, int operand) {
  if (stages.results.size() != 1)
    return false;
  const int root = stages.results[0];
  const catalogue::Schedule checked = catalogue::verify(schedule, infos).schedule;
  return stages.operands[static_cast<size_t>(operand)].type ==
             stages.type_of(stages.tensor_of_equation(root)) &&
         OwnElements(stages, checked, operand).alone_make(root) &&
         computes_each_once(checked, stages.equations[static_cast<size_t>(root)].name);
}

bool HalideAlgorithm::overwrites(const catalogue::Problem& problem,
                                 const catalogue::Schedule& schedule, int operand) const {
  const Definition stages = system(problem);
  return runs_in_place(stages, schedule, stages_of(stages), operand);
}

} // namespace fovea::kernels
