#include "compiler/kernels/schedule.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <set>

namespace fovea::kernels {
namespace {

using catalogue::Directive;
using catalogue::ScheduleArgument;
using catalogue::StageSchedule;
using Halide::TailStrategy;
using Halide::VarOrRVar;

TailStrategy tail_strategy(const std::string& name) {
  static const std::map<std::string, TailStrategy> strategies = {
      {"auto", TailStrategy::Auto},
      {"round_up", TailStrategy::RoundUp},
      {"shift_inwards", TailStrategy::ShiftInwards},
      {"guard", TailStrategy::GuardWithIf},
      {"predicate", TailStrategy::Predicate}};
  return strategies.at(name);
}

Halide::MemoryType memory_type(const std::string& name) {
  static const std::map<std::string, Halide::MemoryType> types = {
      {"auto", Halide::MemoryType::Auto},
      {"heap", Halide::MemoryType::Heap},
      {"stack", Halide::MemoryType::Stack},
      {"register", Halide::MemoryType::Register}};
  return types.at(name);
}

// Halide calls the parts of a split `x` "x.outer" and "x.inner".
bool is_named(const std::string& loop, const std::string& name) {
  return loop == name || (loop.size() > name.size() &&
                          loop.compare(loop.size() - name.size(), name.npos, name) == 0 &&
                          loop[loop.size() - name.size() - 1] == '.');
}

class Applier {
 public:
  explicit Applier(Stages& stages) : stages_(stages) {}

  void loops(const StageSchedule& part) {
    Part here(*this, part);
    for (const Directive& directive : part.directives)
      here.apply(directive);
  }

  // After all loops, since they name the loops of other stages.
  void places(const StageSchedule& part) {
    for (const Directive& directive : part.directives)
      if (directive.name == "compute_at")
        stages_.find(part.stage).func.compute_at(level(directive));
      else if (directive.name == "store_at")
        stages_.find(part.stage).func.store_at(level(directive));
  }

 private:
  using Key = std::pair<std::string, int>;

  // The loops of one stage or update.
  struct Part {
    Applier& applier;
    Halide::Func func;
    Halide::Stage stage;
    Key key;

    Part(Applier& applier, const StageSchedule& part)
        : applier(applier), func(applier.stages_.find(part.stage).func),
          stage(part.update ? func.update(part.update - 1) : Halide::Stage(func)),
          key(part.stage, part.update) {}

    VarOrRVar dimension(const ScheduleArgument& argument) const {
      return applier.dimension(key, argument.word);
    }
    VarOrRVar made(const ScheduleArgument& argument, bool reduced) const {
      if (!reduced)
        return Halide::Var(argument.word);
      return applier.reduced_[key]
          .insert_or_assign(argument.word, Halide::RVar(argument.word))
          .first->second;
    }
    std::vector<VarOrRVar> dimensions(const Directive& directive) const {
      std::vector<VarOrRVar> result;
      for (const ScheduleArgument& argument : directive.arguments)
        result.push_back(dimension(argument));
      return result;
    }

    void apply(const Directive& directive) {
      const std::string& name = directive.name;
      const auto& arguments = directive.arguments;
      const auto number = [&](size_t k) { return static_cast<int>(arguments[k].number); };
      if (name == "split") {
        const VarOrRVar old = dimension(arguments[0]);
        stage.split(old, made(arguments[1], old.is_rvar), made(arguments[2], old.is_rvar),
                    number(3), tail_strategy(arguments[4].word));
      } else if (name == "fuse") {
        const VarOrRVar inner = dimension(arguments[0]);
        stage.fuse(inner, dimension(arguments[1]), made(arguments[2], inner.is_rvar));
      } else if (name == "reorder") {
        reorder(dimensions(directive));
      } else if (name == "vectorize" || name == "unroll") {
        widen(directive);
      } else if (name == "parallel") {
        for (const VarOrRVar& loop : dimensions(directive))
          stage.parallel(loop);
      } else if (name == "serial") {
        for (const VarOrRVar& loop : dimensions(directive))
          stage.serial(loop);
      } else if (name == "atomic") {
        stage.atomic();
      } else if (name == "compute_root") {
        func.compute_root();
      } else if (name == "inline") {
        func.compute_inline();
      } else if (name == "store_in") {
        func.store_in(memory_type(arguments[0].word));
      } else if (name == "bound") {
        func.bound(Halide::Var(arguments[0].word), number(1), number(2));
      } else if (name == "bound_extent") {
        func.bound_extent(Halide::Var(arguments[0].word), number(1));
      } else if (name == "align_bounds") {
        func.align_bounds(Halide::Var(arguments[0].word), number(1),
                          arguments.size() > 2 ? number(2) : 0);
      } else if (name == "align_storage") {
        func.align_storage(Halide::Var(arguments[0].word), number(1));
      } else if (name == "reorder_storage") {
        std::vector<Halide::Var> order;
        for (const ScheduleArgument& argument : arguments)
          order.emplace_back(argument.word);
        func.reorder_storage(order);
      }
    }

    void widen(const Directive& directive) {
      const bool vector = directive.name == "vectorize";
      const auto& arguments = directive.arguments;
      if (arguments.size() > 1 && arguments[1].is_number()) {
        const VarOrRVar loop = dimension(arguments[0]);
        const int factor = static_cast<int>(arguments[1].number);
        const TailStrategy tail = tail_strategy(arguments[2].word);
        vector ? stage.vectorize(loop, factor, tail) : stage.unroll(loop, factor, tail);
        return;
      }
      for (const VarOrRVar& loop : dimensions(directive))
        vector ? stage.vectorize(loop) : stage.unroll(loop);
    }

    // Not Halide's own reorder: it keeps reduced dimensions in order wherever it cannot prove the
    // update associative, as with a fused multiply-add. Definitions leave the order of sums open,
    // and maxima and integers have none.
    void reorder(const std::vector<VarOrRVar>& loops) {
      Halide::Internal::Function function = func.function();
      std::vector<Halide::Internal::Dim>& dims =
          key.second ? function.update_schedule(key.second - 1).dims()
                     : function.definition().schedule().dims();
      std::vector<size_t> places;
      std::vector<Halide::Internal::Dim> moved;
      for (const VarOrRVar& loop : loops) {
        const auto found = std::find_if(dims.begin(), dims.end(), [&](const auto& dim) {
          return is_named(dim.var, loop.name());
        });
        if (found == dims.end())
          throw Error({.what = "internal: stage '" + key.first + "' has no loop '" + loop.name() +
                               "' to reorder"});
        places.push_back(static_cast<size_t>(found - dims.begin()));
        moved.push_back(*found);
      }
      std::sort(places.begin(), places.end());
      for (size_t k = 0; k < places.size(); ++k)
        dims[places[k]] = moved[k];
    }
  };

  VarOrRVar dimension(const Key& key, const std::string& name) {
    const auto found = reduced_.find(key);
    if (found == reduced_.end() && key.second > 0)
      reduced_[key] = stages_.find(key.first).reduced[static_cast<size_t>(key.second - 1)];
    const auto& reduced = reduced_[key];
    const auto var = reduced.find(name);
    return var == reduced.end() ? VarOrRVar(Halide::Var(name)) : VarOrRVar(var->second);
  }

  Halide::LoopLevel level(const Directive& directive) {
    const ScheduleArgument& consumer = directive.arguments[0];
    const int update = std::max(consumer.update, 0);
    Halide::Func host = stages_.find(consumer.word).func;
    // Halide finds the update by itself: it is the one whose loop is around the use.
    return Halide::LoopLevel(host, dimension({consumer.word, update}, directive.arguments[1].word));
  }

  Stages& stages_;
  std::map<Key, std::map<std::string, Halide::RVar>> reduced_; // splits add to them
};

bool has_place(const StageSchedule& part) {
  return std::any_of(part.directives.begin(), part.directives.end(), [](const Directive& d) {
    return d.name == "compute_root" || d.name == "compute_at";
  });
}

} // namespace

void Stages::add(const std::string& name, StageFunc stage) {
  stages_.emplace_back(name, std::move(stage));
}

StageFunc& Stages::find(const std::string& name) {
  return const_cast<StageFunc&>(std::as_const(*this).find(name));
}

const StageFunc& Stages::find(const std::string& name) const {
  for (const auto& [known, stage] : stages_)
    if (known == name)
      return stage;
  throw Error({.what = "the algorithm has no stage '" + name + "'",
               .expected = "a stage that it names",
               .got = name});
}

std::vector<std::string> Stages::names() const {
  std::vector<std::string> result;
  for (const auto& stage : stages_)
    result.push_back(stage.first);
  return result;
}

void apply_schedule(Stages& stages, const catalogue::CheckedSchedule& checked) {
  Applier applier(stages);
  const std::vector<StageSchedule>& parts = checked.schedule.stages();
  std::set<std::string> placed;
  for (const StageSchedule& part : parts)
    if (has_place(part))
      placed.insert(part.stage);
  for (const catalogue::StageInfo& info : checked.stages)
    if (!info.updates.empty() && !info.result && !placed.count(info.name))
      stages.find(info.name).func.compute_root();
  for (const StageSchedule& part : parts)
    applier.loops(part);
  for (const StageSchedule& part : parts)
    applier.places(part);
}

} // namespace fovea::kernels
