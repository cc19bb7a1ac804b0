#include "compiler/catalogue/directives.hpp"

#include <fovea/catalogue/schedule_check.hpp>
#include <fovea/error.hpp>

#include <algorithm>
#include <map>

namespace fovea::catalogue {
namespace {

using Dimensions = std::vector<DimensionInfo>;

// Where a stage runs; extents are known for those that run whole.
enum class Place : uint8_t { by_default, inlined, root, at };

struct CheckedStage {
  StageInfo info;
  Place place = Place::by_default;
  bool renamed = false; // a split or fuse has named new dimensions

  Dimensions& loops(int update) {
    return update ? info.updates[static_cast<size_t>(update - 1)].dimensions : info.dimensions;
  }
  bool extents_known() const { return info.result || place == Place::root; }
};

std::vector<std::string> names_of(const Dimensions& dimensions) {
  std::vector<std::string> names;
  for (const DimensionInfo& dimension : dimensions)
    names.push_back(dimension.name);
  return names;
}

int64_t ceiling_quotient(int64_t a, int64_t b) { return (a + b - 1) / b; }

class Checker {
 public:
  Checker(const Schedule& schedule, const std::vector<StageInfo>& stages) : schedule_(schedule) {
    for (const StageInfo& info : stages)
      stages_.push_back({info});
  }

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
  // --- the stages that there are -------------------------------------------------------------

  void make_stages() {
    for (const StageSchedule& part : schedule_.stages()) {
      here_ = &part;
      for (const Directive& directive : part.directives) {
        directive_ = &directive;
        if (directive.name == "copy")
          make_copy(part, directive);
        else if (directive.name == "rfactor")
          make_partial(part, directive);
      }
      directive_ = nullptr;
      stage_of(part);
    }
  }

  void make_copy(const StageSchedule& part, const Directive& directive) {
    StageInfo copy = stage_of(part).info;
    if (copy.result)
      fail("a result has no consumer that could read a copy", "an inner stage", part.stage);
    copy.name = directive.arguments[0].word;
    copy.updates.clear();
    if (directive.arguments.size() > 1)
      find(directive.arguments[1].word);
    add(std::move(copy));
  }

  // dim of extent n becomes lane + factor * dim, dim of extent n / factor.
  void make_partial(const StageSchedule& part, const Directive& directive) {
    CheckedStage& stage = stage_of(part);
    if (part.update != 1 || stage.info.updates.size() != 1)
      fail("rfactor belongs to a reduction's update", "stage.1", stage_text(part));
    DimensionInfo& reduced = dimension(stage, 1, directive.arguments[0].word);
    if (!reduced.reduction)
      fail("'" + reduced.name + "' is not reduced", "a reduction's dimension", reduced.name,
           "reduced are " + listed(reduced_names(stage)));
    const int64_t factor = directive.arguments[2].number;
    if (factor < 1 || reduced.extent % factor != 0)
      fail("the factor must divide the extent " + std::to_string(reduced.extent) + " of '" +
               reduced.name + "'",
           "a divisor", std::to_string(factor), nearest_divisor(reduced.extent, factor));
    const std::string lane = directive.arguments[1].word;
    new_name(stage, 1, lane);

    StageInfo partial = stage.info;
    partial.name = directive.arguments[3].word;
    partial.result = false;
    partial.dimensions.push_back({lane, factor, false});
    Dimensions loops = partial.dimensions;
    Dimensions kept = stage.info.dimensions;
    for (DimensionInfo old : stage.info.updates[0].dimensions)
      if (old.reduction) {
        old.extent /= old.name == reduced.name ? factor : 1;
        loops.push_back(old);
      }
    partial.updates[0].dimensions = std::move(loops);
    kept.push_back({lane, factor, true});
    stage.info.updates[0].dimensions = std::move(kept);
    add(std::move(partial));
  }

  void add(StageInfo info) {
    for (const CheckedStage& other : stages_)
      if (other.info.name == info.name)
        fail("there is a stage '" + info.name + "' already", "a new name", info.name);
    stages_.push_back({std::move(info)});
  }

  CheckedStage& find(const std::string& name) {
    std::vector<std::string> names;
    for (CheckedStage& stage : stages_) {
      if (stage.info.name == name)
        return stage;
      names.push_back(stage.info.name);
    }
    const std::string near = nearest(name, names);
    fail("there is no stage '" + name + "'", "one of " + listed(names), "'" + name + "'",
         near.empty() ? "" : "did you mean `" + near + "`?");
  }

  CheckedStage& stage_of(const StageSchedule& part) {
    CheckedStage& stage = find(part.stage);
    if (part.update > static_cast<int>(stage.info.updates.size()))
      fail("stage '" + part.stage + "' has no update " + std::to_string(part.update),
           stage.info.updates.empty()
               ? "no update: it reduces nothing"
               : "an update of 1 to " + std::to_string(stage.info.updates.size()),
           stage_text(part));
    return stage;
  }

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
        fail("'" + part.stage + "' is a result: it runs on its own", "loops only",
             directive.name);
      if (stage.place != Place::by_default)
        fail("stage '" + part.stage + "' has a place already", "one of compute_root, "
             "compute_at, inline", directive.name);
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
      arguments[2].word =
          check_factor(stage, update, loop, arguments[1].number, arguments[2].word);
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
      fail("`" + what + "` concerns a reduction's update", stage.info.name + ".1:",
           stage.info.name + ":");
    if (!stage.info.updates[static_cast<size_t>(update - 1)].associative)
      fail("stage '" + stage.info.name + "' accumulates floats: their order is kept", "rfactor",
           what, "rfactor(dim, lane, factor, partial) makes interleaved parts, and `lane` can be "
           "vectorized; or vectorize one of " + listed(pure_names(stage, update)));
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
           "guard" + std::string(!update && loop.extent > factor ? " or shift_inwards" : ""),
           sizes, nearest_divisor(loop.extent, factor));
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

  // --- dimensions ------------------------------------------------------------------------------

  DimensionInfo& dimension(CheckedStage& stage, int update, const std::string& name) {
    Dimensions& loops = stage.loops(update);
    for (DimensionInfo& loop : loops)
      if (loop.name == name)
        return loop;
    const std::string near = nearest(name, names_of(loops));
    fail("stage '" + stage.info.name + (update ? "." + std::to_string(update) : "") +
             "' has no dimension '" + name + "'",
         "one of " + listed(names_of(loops)), "'" + name + "'",
         near.empty() ? "" : "did you mean `" + near + "`?");
  }

  // A dimension of the stage as the algorithm names it: storage knows no splits.
  const DimensionInfo& original(CheckedStage& stage, const std::string& name) {
    if (stage.renamed)
      fail("`" + directive_->name + "` names the stage's own dimensions",
           "to stand before split and fuse", directive_->name);
    return dimension(stage, 0, name);
  }

  void new_name(CheckedStage& stage, int update, const std::string& name) {
    for (const DimensionInfo& loop : stage.loops(update))
      if (loop.name == name)
        fail("stage '" + stage.info.name + "' has a dimension '" + name + "' already",
             "a new name", "'" + name + "'");
  }

  static std::ptrdiff_t position(const Dimensions& loops, const std::string& name) {
    return std::find_if(loops.begin(), loops.end(),
                        [&](const DimensionInfo& loop) { return loop.name == name; }) -
           loops.begin();
  }

  static std::vector<std::string> reduced_names(CheckedStage& stage) {
    Dimensions reduced = stage.loops(1);
    std::erase_if(reduced, [](const DimensionInfo& loop) { return !loop.reduction; });
    return names_of(reduced);
  }

  static std::vector<std::string> pure_names(CheckedStage& stage, int update) {
    Dimensions pure = stage.loops(update);
    std::erase_if(pure, [](const DimensionInfo& loop) { return loop.reduction; });
    return names_of(pure);
  }

  static std::string nearest_divisor(int64_t extent, int64_t factor) {
    for (int64_t divisor = std::min(extent, factor); divisor > 1; --divisor)
      if (extent % divisor == 0)
        return "a factor of " + std::to_string(divisor) + " divides " + std::to_string(extent);
    return "";
  }

  static std::string stage_text(const StageSchedule& part) {
    return part.update ? part.stage + "." + std::to_string(part.update) : part.stage;
  }

  [[noreturn]] void fail(const std::string& what, const std::string& expected,
                         const std::string& got, const std::string& hint = "") const {
    const SchedulePosition at = directive_ ? directive_->position : here_->position;
    const std::string where =
        at.line ? " " + std::to_string(at.line) + ":" + std::to_string(at.column) : "";
    throw Error({.what = "schedule" + where + ": " + what,
                 .where = {},
                 .expected = expected,
                 .got = got,
                 .detail = {},
                 .hint = hint,
                 .trail = {}});
  }

  const Schedule& schedule_;
  std::vector<CheckedStage> stages_;
  const StageSchedule* here_ = nullptr;
  const Directive* directive_ = nullptr;
};

} // namespace

CheckedSchedule verify(const Schedule& schedule, const std::vector<StageInfo>& stages) {
  return Checker(schedule, stages).run();
}

} // namespace fovea::catalogue
