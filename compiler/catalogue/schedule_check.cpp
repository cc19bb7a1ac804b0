#include "compiler/catalogue/directives.hpp"
#include "compiler/catalogue/schedule_places.hpp"
#include "compiler/catalogue/schedule_warnings.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::catalogue {
namespace {

constexpr int64_t largest_number = int64_t{1} << 30; // loops count in 32 bits
// Beyond these a kernel takes minutes to compile, or memory that nobody has.
constexpr int64_t most_lanes = 256;
constexpr int64_t most_copies = 4096;
constexpr int64_t most_alignment = 4096;
constexpr int64_t small_factor = 256; // may be larger than the loop that it divides

std::string_view participle(LoopKind kind) {
  return kind == LoopKind::parallel     ? "parallel"
         : kind == LoopKind::vectorized ? "vectorized"
                                        : "unrolled";
}

class Checker : PlaceCheck {
 public:
  using PlaceCheck::PlaceCheck;

  CheckedSchedule run(const std::optional<Target>& target) {
    make_stages();
    for (const StageSchedule& part : schedule_.stages())
      note_place(part);
    for (CheckedStage& stage : stages_)
      note_extents(stage);
    std::vector<StageSchedule> parts = schedule_.stages();
    for (StageSchedule& part : parts)
      check_loops(part);
    resolve_levels();
    for (const StageSchedule& part : schedule_.stages())
      check_nest(part);
    for (const StageSchedule& part : schedule_.stages())
      check_storage(part);
    CheckedSchedule result{Schedule(std::move(parts)), {}};
    for (CheckedStage& stage : stages_)
      result.stages.push_back(std::move(stage.info));
    if (target)
      result.warnings = warnings_of(result.stages, *target);
    return result;
  }

 private:
  // Of a stage that runs inside another only as much is computed as is read there.
  static void note_extents(CheckedStage& stage) {
    const int rank = static_cast<int>(stage.info.dimensions.size());
    for (const DimensionInfo& dimension : stage.info.dimensions)
      stage.needed.push_back(dimension.extent);
    for (int update = 0; update <= static_cast<int>(stage.info.updates.size()); ++update)
      for (int k = 0; DimensionInfo & loop : stage.loops(update)) {
        loop.exact = loop.reduction || stage.extents_known();
        loop.origin = k < rank ? k : -1;
        ++k;
      }
  }

  void check_loops(StageSchedule& part) {
    here_ = &part;
    CheckedStage& stage = stage_of(part);
    std::vector<Directive> written;
    for (Directive& directive : part.directives) {
      directive_ = &directive;
      if (!stage.has_loops() && directive.name != "inline" && directive.name != "copy" &&
          directive.name != "pack")
        fail("stage '" + part.stage + "' is inlined: it has no loops or storage of its own",
             "compute_root or compute_at", directive.name);
      check_numbers(directive);
      std::vector<Directive> steps{directive};
      if (directive.name == "tile")
        steps = tile(directive);
      for (Directive& step : steps) {
        check(stage, part.update, step);
        written.push_back(step);
      }
    }
    directive_ = nullptr;
    part.directives = std::move(written);
  }

  void check_numbers(const Directive& directive) {
    for (const ScheduleArgument& argument : directive.arguments)
      if (argument.is_number() && std::abs(argument.number) > largest_number)
        fail(directive.name + ": the number is too large",
             "at most " + std::to_string(largest_number), std::to_string(argument.number));
  }

  static std::vector<Directive> tile(const Directive& whole) {
    const auto& given = whole.arguments; // x, y, xo, yo, xi, yi, fx, fy [, tail]
    const ScheduleArgument tail = given.size() > 8 ? given[8] : ScheduleArgument{.word = "auto"};
    return {{"split", {given[0], given[2], given[4], given[6], tail}, whole.position},
            {"split", {given[1], given[3], given[5], given[7], tail}, whole.position},
            {"reorder", {given[4], given[5], given[2], given[3]}, whole.position}};
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
        dimension(stage, update, argument.word).kind = LoopKind::serial;
    else if (name == "atomic")
      atomic(stage, update);
    else if (find_directive(name)->whole_stage)
      storage(stage, directive);
  }

  // A loop that runs in some special way is not divided or joined any more.
  DimensionInfo& plain(CheckedStage& stage, int update, const std::string& name) {
    DimensionInfo& loop = dimension(stage, update, name);
    if (loop.kind != LoopKind::serial)
      fail("'" + name + "' is " + std::string(participle(loop.kind)) + " already",
           directive_->name + " to stand before that", directive_->name,
           "serial(" + name + ") undoes it");
    return loop;
  }

  void split(CheckedStage& stage, int update, std::vector<ScheduleArgument>& arguments) {
    const DimensionInfo old = plain(stage, update, arguments[0].word);
    const int64_t factor = arguments[3].number;
    arguments.resize(5, {.word = "auto"});
    arguments[4].word = check_factor(stage, update, old, factor, arguments[4].word);
    Dimensions& loops = stage.loops(update);
    const auto at = position(loops, old.name);
    loops.erase(loops.begin() + at);
    DimensionInfo outer = old, inner = old;
    outer.name = arguments[1].word;
    outer.extent = ceiling_quotient(old.extent, factor);
    inner.name = arguments[2].word;
    inner.extent = factor;
    inner.exact = inner.inner = true;
    new_name(stage, update, outer.name);
    loops.insert(loops.begin() + at, outer);
    new_name(stage, update, inner.name);
    loops.insert(loops.begin() + at + 1, inner);
    stage.renamed = true;
  }

  void fuse(CheckedStage& stage, int update, const std::vector<ScheduleArgument>& arguments) {
    const DimensionInfo inner = plain(stage, update, arguments[0].word);
    const DimensionInfo outer = plain(stage, update, arguments[1].word);
    if (inner.name == outer.name)
      fail("a dimension is fused with itself", "two dimensions", inner.name);
    if (inner.reduction != outer.reduction)
      fail("'" + inner.name + "' and '" + outer.name + "': one of them is reduced, the other not",
           "two of one kind", "fuse");
    Dimensions& loops = stage.loops(update);
    const auto at = position(loops, outer.name);
    if (position(loops, inner.name) != at + 1)
      fail("'" + inner.name + "' is not the next loop inside '" + outer.name + "'",
           "neighbours, the inner one first",
           "loops " + listed(names_of(loops)) + ", outermost first",
           position(loops, inner.name) == at - 1
               ? "fuse(" + outer.name + ", " + inner.name + ", " + arguments[2].word + ")"
               : "reorder them first");
    if (inner.extent * outer.extent > largest_number)
      fail("the fused loop is too long", "at most " + std::to_string(largest_number),
           std::to_string(inner.extent * outer.extent));
    loops.erase(loops.begin() + at, loops.begin() + at + 2);
    DimensionInfo fused = outer;
    fused.name = arguments[2].word;
    fused.extent *= inner.extent;
    fused.exact = inner.exact && outer.exact;
    fused.origin = -1;
    fused.inner = inner.inner || outer.inner;
    new_name(stage, update, fused.name);
    loops.insert(loops.begin() + at, fused);
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
    const bool vector = directive.name == "vectorize";
    const LoopKind kind = vector ? LoopKind::vectorized : LoopKind::unrolled;
    const bool factored = arguments.size() > 1 && arguments[1].is_number();
    const size_t count = factored ? 1 : arguments.size();
    for (size_t k = 0; k < count; ++k) {
      DimensionInfo& loop = plain(stage, update, arguments[k].word);
      if (vector && loop.reduction)
        associative(stage, update, "vectorize(" + loop.name + ")");
      const int64_t limit = vector ? most_lanes : most_copies;
      const int64_t wide = factored ? arguments[1].number : loop.extent;
      if (wide > limit && (factored || loop.exact))
        fail("a loop of " + std::to_string(wide) + " is too long to " + directive.name,
             "at most " + std::to_string(limit), std::to_string(wide), "give a factor");
      if (!factored) {
        loop.kind = kind;
        continue;
      }
      arguments.resize(3, {.word = "auto"});
      arguments[2].word = check_factor(stage, update, loop, arguments[1].number, arguments[2].word);
      loop.extent = ceiling_quotient(loop.extent, wide);
      Dimensions& loops = stage.loops(update);
      const auto at = position(loops, loop.name);
      // A loop that no word stands for, inside the one that keeps the name.
      loops.insert(loops.begin() + at + 1,
                   {arguments[0].word + "." + directive.name + std::to_string(loops.size()), wide,
                    loops[static_cast<size_t>(at)].reduction, kind, true,
                    loops[static_cast<size_t>(at)].origin});
    }
  }

  void parallel(CheckedStage& stage, int update, const std::string& name) {
    DimensionInfo& loop = plain(stage, update, name);
    if (loop.reduction)
      fail("'" + name + "' is reduced: its iterations write the same elements",
           "a dimension of the result", "parallel(" + name + ")",
           "parallel one of " + listed(pure_names(stage, update)));
    loop.kind = LoopKind::parallel;
  }

  void atomic(CheckedStage& stage, int update) {
    associative(stage, update, "atomic");
    stage.atomic.push_back(update);
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
    if (what != "atomic" && std::count(stage.atomic.begin(), stage.atomic.end(), update) == 0)
      fail("'" + stage_text(stage.info.name, update) + "' writes the same elements in every lane",
           "`atomic` in front", what);
  }

  // The tail that is meant: where extents are known, `auto` is decided here.
  std::string check_factor(const CheckedStage& stage, int update, const DimensionInfo& loop,
                           int64_t factor, const std::string& tail) {
    if (factor < 1)
      fail("the factor of '" + loop.name + "'", "1 or more", std::to_string(factor));
    if (const int64_t most = std::max(loop.extent, small_factor); factor > most)
      fail("the factor of '" + loop.name + "' is larger than the loop",
           "at most " + std::to_string(most), std::to_string(factor));
    if (loop.reduction && (tail == "round_up" || tail == "shift_inwards"))
      fail("'" + loop.name + "' is reduced: " + tail + " would add terms twice or beyond the end",
           "guard", tail);
    if (tail == "shift_inwards" && update)
      fail("shift_inwards would accumulate into elements twice", "guard", tail);
    const bool automatic = tail == "auto";
    if (update && loop.inner && tail == "round_up")
      fail("'" + loop.name + "' is the inside of a split: round_up might accumulate twice", "guard",
           tail);
    if (loop.reduction || (update && loop.inner))
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

  // --- storage -----------------------------------------------------------------------------------

  void storage(CheckedStage& stage, const Directive& directive) {
    const std::string& name = directive.name;
    const auto& arguments = directive.arguments;
    const bool bounds = name == "bound" || name == "bound_extent";
    if (stage.info.result && !bounds && name != "pack" && name != "copy")
      fail("'" + stage.info.name + "' is a result: it lies where the caller wants it", "loops only",
           name);
    if (bounds || name == "align_bounds" || name == "align_storage")
      bound(stage, directive);
    if (name != "reorder_storage")
      return;
    std::vector<std::string> seen;
    for (const ScheduleArgument& argument : arguments) {
      original(stage, argument.word);
      if (std::find(seen.begin(), seen.end(), argument.word) != seen.end())
        fail("'" + argument.word + "' stands twice", "each dimension once", argument.word);
      seen.push_back(argument.word);
    }
  }

  void bound(CheckedStage& stage, const Directive& directive) {
    const auto& arguments = directive.arguments;
    const DimensionInfo& found = original(stage, arguments[0].word);
    const int64_t low = directive.name == "bound" ? arguments[1].number : 0;
    const int64_t size = arguments[directive.name == "bound" ? 2 : 1].number;
    const bool aligns = directive.name.rfind("align", 0) == 0;
    if (size < 1 || (aligns && size > most_alignment))
      fail(directive.name + " of '" + found.name + "'",
           aligns ? "1 to " + std::to_string(most_alignment) : "1 or more", std::to_string(size));
    const std::string whole = "bound(" + found.name + ", 0, " + std::to_string(found.extent) + ")";
    const std::string got =
        "bound(" + found.name + ", " + std::to_string(low) + ", " + std::to_string(size) + ")";
    if (stage.info.result && (low != 0 || size != found.extent))
      fail("'" + stage.info.name + "' is a result whose '" + found.name + "' has its bounds", whole,
           got);
    // Of the code behind a promise that does not hold Halide drops what it can prove to be such.
    if (directive.name == "bound" && (low > 0 || size < found.extent - low))
      fail("'" + stage.info.name + "' would lack elements of '" + found.name + "'",
           whole + ", or more", got,
           "for how many are computed at a time, use bound_extent(" + found.name + ", " +
               std::to_string(size) + ")");
  }

  // --- the whole nest ----------------------------------------------------------------------------

  void check_nest(const StageSchedule& part) {
    here_ = &part;
    const DimensionInfo* vector = nullptr;
    int64_t lanes = 1, copies = 1;
    for (const DimensionInfo& loop : find(part.stage).loops(part.update)) {
      if (loop.kind == LoopKind::parallel && vector)
        fail("'" + loop.name + "' is parallel inside the vectors of '" +
                 vector->name.substr(0, vector->name.find('.')) + "'",
             "parallel loops outside", "the other way round", "reorder them");
      if (loop.kind == LoopKind::vectorized) {
        vector = &loop;
        lanes = std::min(lanes * (loop.exact ? loop.extent : 1), most_lanes + 1);
      }
      if (loop.kind == LoopKind::unrolled)
        copies = std::min(copies * (loop.exact ? loop.extent : 1), most_copies + 1);
    }
    if (lanes > most_lanes)
      fail("'" + stage_text(part) + "' is vectorized in too many lanes",
           "at most " + std::to_string(most_lanes), "more");
    if (copies > most_copies)
      fail("'" + stage_text(part) + "' is unrolled too often",
           "at most " + std::to_string(most_copies) + " copies", "more");
  }
};

} // namespace

CheckedSchedule verify(const Schedule& schedule, const std::vector<StageInfo>& stages,
                       const std::optional<Target>& target) {
  return Checker(schedule, stages).run(target);
}

} // namespace fovea::catalogue
