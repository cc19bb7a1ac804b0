#include "compiler/catalogue/schedule_places.hpp"

#include "compiler/catalogue/directives.hpp"

#include <algorithm>
#include <utility>

namespace fovea::catalogue {
namespace {

constexpr size_t most_suggested = 4;

std::string level_text(const Level& level) {
  return level.stage + (level.update ? "." + std::to_string(level.update) : "") + ", " +
         level.dimension;
}

} // namespace

void PlaceCheck::note_place(const StageSchedule& part) {
  here_ = &part;
  CheckedStage& stage = stage_of(part);
  for (const Directive& directive : part.directives) {
    directive_ = &directive;
    const DirectiveInfo& info = *find_directive(directive.name);
    if (info.whole_stage && part.update)
      fail("`" + directive.name + "` belongs to the stage, not to its update", part.stage + ":",
           stage_text(part) + ":");
    const Place place = directive.name == "compute_root" ? Place::root
                        : directive.name == "compute_at" ? Place::at
                        : directive.name == "inline"     ? Place::inlined
                                                         : Place::by_default;
    if (place == Place::by_default)
      continue;
    if (stage.info.result)
      fail("'" + part.stage + "' is a result: it runs on its own", "loops only", directive.name);
    if (stage.place != Place::by_default)
      fail("stage '" + part.stage + "' has a place already",
           "one of compute_root, compute_at, inline", directive.name);
    if (place == Place::inlined && !stage.info.updates.empty())
      fail("stage '" + part.stage + "' is a reduction and cannot be inlined",
           "compute_root or compute_at", "inline");
    stage.place = place;
  }
  directive_ = nullptr;
}

// Those who read an inlined stage read what it reads.
std::vector<PlaceCheck::Use> PlaceCheck::uses_of(const std::string& name) {
  std::vector<Use> uses;
  for (CheckedStage& stage : stages_)
    for (const ReadInfo& read : stage.info.reads) {
      if (read.tensor != name)
        continue;
      if (stage.has_loops()) {
        uses.push_back({stage.info.name, read.update, read.own});
        continue;
      }
      for (Use use : uses_of(stage.info.name)) {
        const std::vector<int> outer = std::exchange(use.own, read.own);
        for (int& own : use.own)
          own = own >= 0 && static_cast<size_t>(own) < outer.size()
                    ? outer[static_cast<size_t>(own)]
                    : -1;
        uses.push_back(std::move(use));
      }
    }
  return uses;
}

std::optional<int64_t> PlaceCheck::needed(const Level& level, const Use& use, size_t d) {
  const int own = d < use.own.size() ? use.own[d] : -1;
  CheckedStage& reader = find(use.stage);
  if (own < 0)
    return std::nullopt;
  if (use.stage != level.stage) {
    const bool together = reader.level && reader.level->stage == level.stage &&
                          reader.level->update == level.update &&
                          reader.level->dimension == level.dimension;
    return together ? reader.needed[static_cast<size_t>(own)] : std::nullopt;
  }
  const Dimensions& loops = reader.loops(level.update);
  int64_t count = 1;
  for (auto loop = loops.begin() + position(loops, level.dimension) + 1; loop != loops.end();
       ++loop) {
    if (loop->origin < 0 && !loop->reduction)
      return std::nullopt; // of several dimensions
    if (loop->origin == own) {
      if (!loop->exact)
        return std::nullopt;
      count *= loop->extent;
    }
  }
  return count;
}

// A stage that runs inside another computes what one round of that loop reads.
void PlaceCheck::refine_extents(CheckedStage& stage, const std::vector<Use>& uses) {
  const size_t rank = stage.info.dimensions.empty() ? 0 : stage.needed.size();
  for (size_t d = 0; d < rank; ++d) {
    std::optional<int64_t> extent = 0;
    for (const Use& use : uses) {
      const std::optional<int64_t> own = needed(*stage.level, use, d);
      extent = own && extent ? std::optional(std::max(*own, *extent)) : std::nullopt;
    }
    stage.needed[d] = extent;
    if (!extent)
      continue;
    for (int update = 0; update <= static_cast<int>(stage.info.updates.size()); ++update) {
      DimensionInfo* open = nullptr; // the loop whose extent follows from the others'
      int64_t known = 1;
      for (DimensionInfo& loop : stage.loops(update))
        if (loop.origin == static_cast<int>(d))
          loop.exact ? void(known *= loop.extent) : void(open = &loop);
      if (open) {
        open->extent = std::min(open->extent, (*extent + known - 1) / known);
        open->exact = true;
      }
    }
  }
}

bool PlaceCheck::encloses(const Level& level, const Use& use, size_t depth) {
  if (use.stage == level.stage)
    return use.update == level.update;
  const CheckedStage& stage = find(use.stage);
  if (!stage.level || depth > stages_.size())
    return false;
  const Level& outer = *stage.level;
  if (outer.stage != level.stage || outer.update != level.update)
    return encloses(level, Use{outer.stage, outer.update}, depth + 1);
  const Dimensions& loops = find(level.stage).loops(level.update);
  return position(loops, outer.dimension) >= position(loops, level.dimension);
}

bool PlaceCheck::encloses(const Level& level, const std::vector<Use>& uses) {
  return std::all_of(uses.begin(), uses.end(),
                     [&](const Use& use) { return encloses(level, use); });
}

bool PlaceCheck::is_inside_vectors(const Level& level) {
  const Dimensions& loops = find(level.stage).loops(level.update);
  const auto end = loops.begin() + position(loops, level.dimension) + 1;
  return std::any_of(loops.begin(), end,
                     [](const DimensionInfo& loop) { return loop.kind == LoopKind::vectorized; });
}

Level PlaceCheck::level_of(const Directive& directive, const std::string& stage) {
  const ScheduleArgument& consumer = directive.arguments[0];
  const std::string& name = directive.arguments[1].word;
  CheckedStage& host = find(consumer.word);
  const int updates = static_cast<int>(host.info.updates.size());
  if (host.info.name == stage)
    fail("a stage does not run inside itself", "another stage", consumer.word);
  if (consumer.update > updates)
    fail("stage '" + consumer.word + "' has no update " + std::to_string(consumer.update),
         std::to_string(updates) + " updates", std::to_string(consumer.update));
  if (!host.has_loops())
    fail("stage '" + consumer.word + "' is inlined and has no loops",
         "a stage with compute_root or compute_at", consumer.word);
  if (consumer.update < 0)
    for (int update = 0; update <= updates; ++update) {
      const Level level{consumer.word, name, update};
      const Dimensions& loops = host.loops(update);
      if (position(loops, name) < static_cast<std::ptrdiff_t>(loops.size()) &&
          encloses(level, uses_of(stage)))
        return level;
    }
  const int update = std::max(consumer.update, 0);
  dimension(host, update, name);
  return {consumer.word, name, update};
}

const Directive* PlaceCheck::find_directive_of(const std::string& stage, const std::string& name) {
  for (const StageSchedule& part : schedule_.stages())
    for (const Directive& directive : part.directives)
      if (part.stage == stage && directive.name == name) {
        here_ = &part;
        return &directive;
      }
  return nullptr;
}

// Consumers first: where they run decides what a loop encloses. The algorithm lists stages in the
// order in which they can be computed, `copy` and `pack` add to the end, and so some rounds may be
// needed; what is left then runs in a circle or nowhere.
void PlaceCheck::resolve_levels() {
  std::vector<CheckedStage*> open;
  for (CheckedStage& stage : stages_)
    if (stage.place == Place::at)
      open.push_back(&stage);
  while (!open.empty()) {
    const size_t before = open.size();
    std::erase_if(open, [&](CheckedStage* stage) {
      const std::vector<Use> uses = uses_of(stage->info.name);
      const bool waits = std::any_of(uses.begin(), uses.end(), [&](const Use& use) {
        return std::any_of(open.begin(), open.end(),
                           [&](CheckedStage* other) { return other->info.name == use.stage; });
      });
      if (waits)
        return false;
      directive_ = find_directive_of(stage->info.name, "compute_at");
      const Level level = level_of(*directive_, stage->info.name);
      if (uses.empty())
        fail("no stage reads '" + stage->info.name + "'", "no place", "compute_at");
      if (!encloses(level, uses))
        fail("the loop '" + level_text(level) + "' is not around all that reads '" +
                 stage->info.name + "'",
             "a loop around '" + stage_text(uses[0].stage, uses[0].update) + "'",
             "compute_at(" + level_text(level) + ")", legal_levels(stage->info.name));
      if (is_inside_vectors(level))
        fail("the loop '" + level_text(level) + "' lies in vectors: nothing runs within lanes",
             "a loop further out", "compute_at(" + level_text(level) + ")",
             legal_levels(stage->info.name));
      stage->level = level;
      refine_extents(*stage, uses);
      return true;
    });
    if (open.size() == before) {
      directive_ = find_directive_of(open[0]->info.name, "compute_at");
      fail("stages run inside one another", "an order", open[0]->info.name, "use compute_root");
    }
  }
  directive_ = nullptr;
}

std::string PlaceCheck::legal_levels(const std::string& stage) {
  const std::vector<Use> uses = uses_of(stage);
  std::string text;
  size_t count = 0;
  for (CheckedStage& host : stages_)
    for (int update = 0; host.has_loops() && update <= static_cast<int>(host.info.updates.size());
         ++update)
      for (const std::string& name : names_of(host.loops(update))) {
        const Level level{host.info.name, name, update};
        if (host.info.name != stage && encloses(level, uses) && !is_inside_vectors(level) &&
            ++count <= most_suggested)
          text += "compute_at(" + level_text(level) + "), ";
      }
  return "legal are " + text + (count > most_suggested ? "..., " : "") + "compute_root";
}

void PlaceCheck::check_storage(const StageSchedule& part) {
  here_ = &part;
  CheckedStage& stage = find(part.stage);
  for (const Directive& directive : part.directives) {
    directive_ = &directive;
    if (directive.name != "store_at")
      continue;
    if (!stage.level)
      fail("store_at says where memory lives that compute_at fills", "compute_at as well",
           "store_at alone");
    const Level level = level_of(directive, part.stage);
    const Level& inner = *stage.level;
    const bool same = level.stage == inner.stage && level.update == inner.update;
    const Dimensions& loops = find(level.stage).loops(level.update);
    const bool around = same ? position(loops, level.dimension) <= position(loops, inner.dimension)
                             : encloses(level, Use{inner.stage, inner.update});
    if (!around)
      fail("the loop '" + level_text(level) + "' is not around '" + level_text(inner) +
               "', where the stage runs",
           "compute_at's loop, or one around it", "store_at(" + level_text(level) + ")");
  }
  directive_ = nullptr;
}

} // namespace fovea::catalogue
