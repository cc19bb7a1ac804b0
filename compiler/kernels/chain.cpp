#include "compiler/kernels/chain.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace fovea::kernels {
namespace {

class Cutter {
 public:
  explicit Cutter(const Definition& whole)
      : whole_(whole), count_(static_cast<int>(whole.equations.size())) {}

  std::optional<std::vector<Stage>> run() {
    if (whole_.results.size() != 1)
      return std::nullopt;
    find_parts();
    std::vector<Stage> stages;
    for (int part = 0; part < parts_; ++part) {
      std::optional<Stage> stage = cut(part);
      if (!stage)
        return std::nullopt;
      stages.push_back(std::move(*stage));
    }
    if (parts_ == 0 || part_[static_cast<size_t>(whole_.results[0])] != parts_ - 1)
      return std::nullopt;
    for (int part = 0; part + 1 < parts_; ++part)
      if (!set_result(stages, part))
        return std::nullopt;
    stages.back().definition.results = {local_.at(whole_.results[0])};
    return stages;
  }

 private:
  const Equation& equation(int e) const { return whole_.equations[static_cast<size_t>(e)]; }
  bool is_operand(int tensor) const { return tensor < static_cast<int>(whole_.operands.size()); }
  int equation_of(int tensor) const { return tensor - static_cast<int>(whole_.operands.size()); }

  template <class Visitor>
  void for_each_read_tensor(int e, Visitor&& visit) const {
    for_each_read(equation(e).body, [&](const Node& read) { visit(read.tensor); });
  }

  // Does it read each of the whole's tensors that is no operand at the very element?
  bool is_in_place(int e) const {
    if (equation(e).reduction)
      return true;
    bool in_place = true;
    for_each_read(equation(e).body, [&](const Node& read) {
      in_place &= is_operand(read.tensor) || reads_own_element(read);
    });
    return in_place;
  }

  // What has the elements of a reduction that it follows from belongs to it, all else (tables,
  // copies in another form) to the first part that reads it.
  void find_parts() {
    std::vector<int> sums;                                 // of each part
    std::vector<int> follows(whole_.equations.size(), -1); // the last part that it follows from
    part_.assign(whole_.equations.size(), -1);
    for (int e = 0; e < count_; ++e) {
      int& own = follows[static_cast<size_t>(e)];
      for_each_read_tensor(e, [&](int tensor) {
        if (!is_operand(tensor))
          own = std::max(own, follows[static_cast<size_t>(equation_of(tensor))]);
      });
      if (equation(e).reduction) {
        own = static_cast<int>(sums.size());
        sums.push_back(e);
      }
      if (own >= 0 && equation(e).shape() == equation(sums[static_cast<size_t>(own)]).shape() &&
          is_in_place(e))
        part_[static_cast<size_t>(e)] = own;
    }
    parts_ = static_cast<int>(sums.size());
    std::vector<int> reader(whole_.equations.size(), parts_); // the first part that reads it
    for (int e = count_; e-- > 0;) {
      int& own = part_[static_cast<size_t>(e)];
      const int first = reader[static_cast<size_t>(e)];
      if (own < 0)
        own = first < parts_ ? first : std::max(follows[static_cast<size_t>(e)], 0);
      for_each_read_tensor(e, [&](int tensor) {
        if (!is_operand(tensor)) {
          int& known = reader[static_cast<size_t>(equation_of(tensor))];
          known = std::min(known, own);
        }
      });
    }
  }

  std::optional<Stage> cut(int part) {
    std::set<int> operands;
    std::set<int> before; // tensors of the part before
    bool possible = true;
    for (int e = 0; e < count_; ++e)
      if (part_[static_cast<size_t>(e)] == part)
        for_each_read_tensor(e, [&](int tensor) {
          if (is_operand(tensor))
            operands.insert(tensor);
          else if (const int other = part_[static_cast<size_t>(equation_of(tensor))];
                   other != part) {
            possible &= other == part - 1;
            before.insert(tensor);
          }
        });
    if (!possible || before.size() != (part > 0 ? 1 : 0))
      return std::nullopt;
    Stage stage;
    stage.definition.name = whole_.name;
    std::map<int, int> numbers; // of the whole's tensors
    for (const int tensor : operands) {
      numbers[tensor] = static_cast<int>(stage.sources.size());
      stage.definition.operands.push_back(whole_.operands[static_cast<size_t>(tensor)]);
      stage.sources.push_back({.operand = tensor, .stage = -1, .result = 0});
    }
    for (const int tensor : before) {
      numbers[tensor] = static_cast<int>(stage.sources.size());
      stage.definition.operands.push_back(
          {equation(equation_of(tensor)).name, whole_.type_of(tensor)});
      stage.sources.push_back({.operand = -1, .stage = part - 1, .result = 0});
      given_[part - 1] = equation_of(tensor);
    }
    for (int e = 0; e < count_; ++e)
      if (part_[static_cast<size_t>(e)] == part)
        take(e, stage.definition, numbers);
    return stage;
  }

  void take(int e, Definition& part, std::map<int, int>& numbers) {
    const int number = static_cast<int>(part.equations.size());
    local_[e] = number;
    numbers[whole_.tensor_of_equation(e)] = part.tensor_of_equation(number);
    Equation own = equation(e);
    own.body = rebuild(own.body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read)
        node.tensor = numbers.at(node.tensor);
      return node_of(std::move(node));
    });
    part.equations.push_back(std::move(own));
  }

  // What the next part reads.
  bool set_result(std::vector<Stage>& stages, int part) const {
    const auto given = given_.find(part);
    if (given == given_.end())
      return false;
    stages[static_cast<size_t>(part)].definition.results = {local_.at(given->second)};
    return true;
  }

  const Definition& whole_;
  const int count_;
  int parts_ = 0;
  std::vector<int> part_;    // of each equation
  std::map<int, int> local_; // its number there
  std::map<int, int> given_; // of each part, the equation that the next one reads
};

} // namespace

std::optional<std::vector<Stage>> parts_of_chain(const Definition& definition) {
  return Cutter(definition).run();
}

catalogue::Problem problem_of_part(const catalogue::Problem& whole, const Stage& part, bool is_last,
                                   const catalogue::Layout& between) {
  catalogue::Problem problem{part.definition, whole.target, {}};
  for (const Stage::Source& source : part.sources) {
    const bool outer = source.operand >= 0;
    problem.forms.operands.push_back(outer ? whole.forms.operand(source.operand) : between);
    problem.forms.prepared.push_back(outer && whole.forms.is_prepared(source.operand));
  }
  problem.forms.results = {is_last ? whole.forms.result(0) : between};
  return problem;
}

Definition compose_systems(const Definition& whole, const std::vector<Stage>& systems) {
  std::vector<Operand> operands = whole.operands;
  for (const Stage& system : systems)
    for (size_t k = 0; k < system.sources.size(); ++k)
      if (const int number = system.sources[k].operand; number >= 0)
        operands[static_cast<size_t>(number)] = system.definition.operands[k];
  return compose(whole.name, std::move(operands), systems,
                 {{static_cast<int>(systems.size()) - 1, 0}});
}

} // namespace fovea::kernels
