#include "compiler/catalogue/directives.hpp"
#include "compiler/catalogue/stage_table.hpp"

#include <algorithm>

namespace fovea::catalogue {
namespace {

int64_t ceiling_quotient(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

class Checker : StageTable {
 public:
  using StageTable::StageTable;

  CheckedSchedule run() {
    make_stages();
    for (const StageSchedule& part : schedule_.stages())
      note_place(part);
    std::vector<StageSchedule> parts = schedule_.stages();
    for (StageSchedule& part : parts)
      check_loops(part);
    for (const StageSchedule& part : schedule_.stages())
      check_places(part);
    CheckedSchedule result{Schedule(std::move(parts)), {}};
    for (CheckedStage& stage : stages_)
      result.stages.push_back(std::move(stage.info));
    return result;
  }

 private:
  // --- where stages run ----------------------------------------------------------------------

  void note_place(const StageSchedule& part) {
    here_ = &part;
    CheckedStage& stage = stage_of(part);
    for (const Directive& directive : part.directives) {
      directive_ = &directive;
      const DirectiveInfo& info = *find_directive(directive.name);
      if (info.whole_stage && part.update)
        fail("`" + directive.name + "` belongs to the stage, not to its update", part.stage + ":",
             stage_text(part) + ":");
      Place place = directive.name == "compute_root" ? Place::root
                    : directive.name == "compute_at" ? Place::at
                    : directive.name == "inline"     ? Place::inlined
                                                     : Place::by_default;
      if (place == Place::by_default)
        continue;
      if (stage.info.result)
        fail("'" + part.stage + "' is a result: it runs on its own", "loops only", directive.name);
      if (stage.place != Place::by_default)
        fail("stage '" + part.stage + "' has a place already",
             "one of compute_root, "
             "compute_at, inline",
             directive.name);
      if (place == Place::inlined && !stage.info.updates.empty())
        fail("stage '" + part.stage + "' is a reduction and cannot be inlined",
             "compute_root or compute_at", "inline");
      stage.place = place;
    }
    directive_ = nullptr;
  }

  void check_places(const StageSchedule& part) {
    here_ = &part;
    for (const Directive& directive : part.directives) {
      directive_ = &directive;
      if (directive.name != "compute_at" && directive.name != "store_at")
        continue;
      const ScheduleArgument& consumer = directive.arguments[0];
      CheckedStage& host = find(consumer.word);
      if (host.info.name == part.stage)
        fail("a stage does not run inside itself", "another stage", consumer.word);
      if (consumer.update > static_cast<int>(host.info.updates.size()))
        fail("stage '" + consumer.word + "' has no update " + std::to_string(consumer.update),
             std::to_string(host.info.updates.size()) + " updates",
             std::to_string(consumer.update));
      if (!host.info.result && (host.place == Place::by_default || host.place == Place::inlined) &&
          host.info.updates.empty())
        fail("stage '" + consumer.word + "' is inlined and has no loops",
             "a stage with compute_root or compute_at", consumer.word);
      dimension(host, std::max(consumer.update, 0), directive.arguments[1].word);
    }
  }

  // --- loops -----------------------------------------------------------------------------------

  void check_loops(StageSchedule& part) {
    here_ = &part;
    CheckedStage& stage = stage_of(part);
    const bool inlined = !stage.info.result && stage.info.updates.empty() &&
                         (stage.place == Place::inlined || stage.place == Place::by_default);
    for (Directive& directive : part.directives) {
      directive_ = &directive;
      if (inlined && directive.name != "inline" && directive.name != "copy")
        fail("stage '" + part.stage + "' is inlined: it has no loops or storage of its own",
             "compute_root or compute_at", directive.name);
      check(stage, part.update, directive);
    }
    directive_ = nullptr;
  }

  void check(CheckedStage& stage, int update, Directive& directive) {
    const std::string& name = directive.name;
    auto& arguments = directive.arguments;
    if (name == "split")
      split(stage, update, arguments);
    else if (name == "fuse")
      fuse(stage, update, arguments);
    else if (name == "reorder")
      reorder(stage, update, arguments);
    else if (name == "vectorize" || name == "unroll")
      widen(stage, update, directive);
    else if (name == "parallel")
      for (const ScheduleArgument& argument : arguments)
        parallel(stage, update, argument.word);
    else if (name == "serial")
      for (const ScheduleArgument& argument : arguments)
        dimension(stage, update, argument.word);
    else if (name == "atomic")
      associative(stage, update, "atomic");
    else if (name == "bound" || name == "bound_extent" || name == "align_bounds" ||
             name == "align_storage")
      bound(stage, directive);
    else if (name == "reorder_storage")
      for (const ScheduleArgument& argument : arguments)
        original(stage, argument.word);
  }

  void split(CheckedStage& stage, int update, std::vector<ScheduleArgument>& arguments) {
    const DimensionInfo old = dimension(stage, update, arguments[0].word);
    const int64_t factor = arguments[3].number;
    arguments.resize(5, {.word = "auto"});
    arguments[4].word = check_factor(stage, update, old, factor, arguments[4].word);
    Dimensions& loops = stage.loops(update);
    const auto at = position(loops, old.name);
    loops.erase(loops.begin() + at);
    new_name(stage, update, arguments[1].word);
    loops.insert(loops.begin() + at,
                 {arguments[1].word, ceiling_quotient(old.extent, factor), old.reduction});
    new_name(stage, update, arguments[2].word);
    loops.insert(loops.begin() + at + 1, {arguments[2].word, factor, old.reduction});
    stage.renamed = true;
  }

  void fuse(CheckedStage& stage, int update, const std::vector<ScheduleArgument>& arguments) {
    const DimensionInfo inner = dimension(stage, update, arguments[0].word);
    const DimensionInfo outer = dimension(stage, update, arguments[1].word);
    if (inner.name == outer.name)
      fail("a dimension is fused with itself", "two dimensions", inner.name);
    if (inner.reduction != outer.reduction)
      fail("'" + inner.name + "' and '" + outer.name + "': one of them is reduced, the other not",
           "two of one kind", "fuse");
    Dimensions& loops = stage.loops(update);
    loops.erase(loops.begin() + position(loops, inner.name));
    const auto at = position(loops, outer.name);
    loops.erase(loops.begin() + at);
    new_name(stage, update, arguments[2].word);
    loops.insert(loops.begin() + at,
                 {arguments[2].word, inner.extent * outer.extent, inner.reduction});
    stage.renamed = true;
  }

  // Innermost first: the places that the named dimensions hold among the loops are dealt anew.
  void reorder(CheckedStage& stage, int update, const std::vector<ScheduleArgument>& arguments) {
    Dimensions& loops = stage.loops(update);
    std::vector<std::ptrdiff_t> places;
    Dimensions moved;
    for (const ScheduleArgument& argument : arguments) {
      const DimensionInfo& found = dimension(stage, update, argument.word);
      const auto at = position(loops, found.name);
      if (std::find(places.begin(), places.end(), at) != places.end())
        fail("'" + argument.word + "' stands twice", "each dimension once", argument.word);
      places.push_back(at);
      moved.push_back(found);
    }
    std::sort(places.rbegin(), places.rend());
    for (size_t k = 0; k < places.size(); ++k)
      loops[static_cast<size_t>(places[k])] = moved[k];
  }

  void widen(CheckedStage& stage, int update, Directive& directive) {
    auto& arguments = directive.arguments;
    const bool factored = arguments.size() > 1 && arguments[1].is_number();
    const size_t count = factored ? 1 : arguments.size();
    for (size_t k = 0; k < count; ++k) {
      DimensionInfo& loop = dimension(stage, update, arguments[k].word);
      if (directive.name == "vectorize" && loop.reduction)
        associative(stage, update, "vectorize(" + loop.name + ")");
      const int64_t limit = directive.name == "vectorize" ? 256 : 4096;
      const int64_t wide = factored ? arguments[1].number : loop.extent;
      if (wide > limit && (factored || stage.extents_known()))
        fail("a loop of " + std::to_string(wide) + " is too long to " + directive.name,
             "at most " + std::to_string(limit), std::to_string(wide), "give a factor");
      if (!factored)
        continue;
      arguments.resize(3, {.word = "auto"});
      arguments[2].word = check_factor(stage, update, loop, arguments[1].number, arguments[2].word);
      loop.extent = ceiling_quotient(loop.extent, arguments[1].number);
    }
  }

  void parallel(CheckedStage& stage, int update, const std::string& name) {
    if (dimension(stage, update, name).reduction)
      fail("'" + name + "' is reduced: its iterations write the same elements",
           "a dimension of the result", "parallel(" + name + ")",
           "parallel one of " + listed(pure_names(stage, update)));
  }

  void associative(CheckedStage& stage, int update, const std::string& what) {
    if (!update)
      fail("`" + what + "` concerns a reduction's update",
           stage.info.name + ".1:", stage.info.name + ":");
    if (!stage.info.updates[static_cast<size_t>(update - 1)].associative)
      fail("stage '" + stage.info.name + "' accumulates floats: their order is kept", "rfactor",
           what,
           "rfactor(dim, lane, factor, partial) makes interleaved parts, and `lane` can be "
           "vectorized; or vectorize one of " +
               listed(pure_names(stage, update)));
  }

  // The tail that is meant: where extents are known, `auto` is decided here.
  std::string check_factor(const CheckedStage& stage, int update, const DimensionInfo& loop,
                           int64_t factor, const std::string& tail) {
    if (factor < 1 || factor > (int64_t{1} << 30))
      fail("the factor of '" + loop.name + "'", "1 or more", std::to_string(factor));
    if (loop.reduction && (tail == "round_up" || tail == "shift_inwards"))
      fail("'" + loop.name + "' is reduced: " + tail + " would add terms twice or beyond the end",
           "guard", tail);
    if (tail == "shift_inwards" && update)
      fail("shift_inwards would accumulate into elements twice", "guard", tail);
    const bool automatic = tail == "auto";
    if (loop.reduction)
      return automatic ? "guard" : tail;
    if (!stage.extents_known())
      return tail;
    if (loop.extent % factor == 0)
      return automatic ? "round_up" : tail;
    if (automatic)
      return !update && loop.extent >= factor ? "shift_inwards" : "guard";
    const std::string sizes =
        "extent " + std::to_string(loop.extent) + ", factor " + std::to_string(factor);
    if (tail == "shift_inwards" && loop.extent < factor)
      fail("'" + loop.name + "' is shorter than the factor: shift_inwards would start at " +
               std::to_string(loop.extent - factor),
           "guard, or a factor of at most " + std::to_string(loop.extent), sizes);
    if (tail == "round_up" && stage.info.result)
      fail("round_up would write outside the result",
           "guard" + std::string(!update && loop.extent > factor ? " or shift_inwards" : ""), sizes,
           nearest_divisor(loop.extent, factor));
    return tail;
  }

  void bound(CheckedStage& stage, const Directive& directive) {
    const auto& arguments = directive.arguments;
    const DimensionInfo& found = original(stage, arguments[0].word);
    const int64_t low = directive.name == "bound" ? arguments[1].number : 0;
    const int64_t size = arguments[directive.name == "bound" ? 2 : 1].number;
    if (size < 1)
      fail(directive.name + " of '" + found.name + "'", "1 or more", std::to_string(size));
    if (stage.info.result && directive.name == "bound" && (low != 0 || size != found.extent))
      fail("'" + stage.info.name + "' is a result whose '" + found.name + "' has its bounds",
           "bound(" + found.name + ", 0, " + std::to_string(found.extent) + ")",
           "bound(" + found.name + ", " + std::to_string(low) + ", " + std::to_string(size) + ")");
  }
};

} // namespace

CheckedSchedule verify(const Schedule& schedule, const std::vector<StageInfo>& stages) {
  return Checker(schedule, stages).run();
}

} // namespace fovea::catalogue
