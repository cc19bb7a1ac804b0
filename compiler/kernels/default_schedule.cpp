#include "compiler/kernels/default_schedule.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/default_plan.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/stencil_tile.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

constexpr int64_t most_unrolled = 96; // accumulations in one loop body: compile time
constexpr int64_t most_places = 64;   // copies in one loop body

class Scheduler {
 public:
  Scheduler(const Definition& stages, const catalogue::Target& target,
            PlacementAim aim = PlacementAim::speed)
      : plan_(stages, target, aim), stages_(stages), target_(target), placement_(plan_.placement),
        strips_(plan_.strips) {
    for (const Equation& equation : stages.equations)
      names_.insert(equation.name);
  }

  std::string text() {
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (plan_.is_whole(e)) {
        const Strip strip = schedule_root(e, equation(e), is_result(e) ? "" : " compute_root");
        for (const size_t guest : strips_.hosted_by(e))
          schedule_root(guest, in_strips(stages_, placement_, strips_, guest, strip.size),
                        " compute_at(" + equation(e).name + ", " + strip.loop + ")");
      }
    return text_.str();
  }

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  bool is_result(size_t e) const { return kernels::is_result(stages_, e); }

  std::string fresh(const Equation& equation, const std::string& name) const {
    std::string candidate = name;
    const auto used = [&](const std::string& word) {
      const auto is = [&](const IndexRange& range) { return range.name == word; };
      return std::any_of(equation.free.begin(), equation.free.end(), is) ||
             std::any_of(equation.reduced.begin(), equation.reduced.end(), is);
    };
    while (used(candidate))
      candidate += "_";
    return candidate;
  }

  // --- roots -------------------------------------------------------------------------------------

  // The loops of a root around its vector or its tile, outermost first, while they are being
  // decided.
  struct Loops {
    std::vector<Loop> all;
    size_t to_strip = 0; // those around a strip; 0: there are no strips
    int64_t strip_size = 0;
  };

  // Strips of a root, where there are any.
  struct Strip {
    std::string loop; // over them
    int64_t size = 0; // elements
  };

  // `own`: the root, as large as it is where it is computed.
  Strip schedule_root(size_t root, const Equation& own, const std::string& place) {
    const std::vector<size_t> hosted = placement_.hosted_by(root);
    return hosted.empty() ? schedule_pointwise(root, own, place)
                          : schedule_accumulations(root, own, hosted, place);
  }

  Strip schedule_pointwise(size_t root, const Equation& own, const std::string& place) {
    std::ostringstream line;
    line << place;
    const int64_t lanes = std::max(target_.lanes(plan_.narrow.lane_bytes(equation(root))), 1);
    const StencilTile tile = stencil_tile(root, own, lanes);
    Loops loops;
    std::string row; // of the tile
    for (size_t k = 0; k < own.free.size(); ++k) {
      Loop loop{own.free[k].name, own.free[k].extent};
      const int64_t step = k + 2 == own.free.size() ? tile.rows : 1;
      if (step > 1) {
        row = fresh(own, loop.name + "_i");
        const std::string outer = fresh(own, loop.name + "_o");
        line << " split(" << loop.name << ", " << outer << ", " << row << ", " << step << ")";
        loop = {outer, ceiling_quotient(loop.extent, step)};
      }
      add_loop(loops, line, root, k, loop, step);
    }
    Strip strip;
    if (!loops.all.empty()) {
      Loop inner = loops.all.back();
      loops.all.pop_back();
      const int64_t tasks = tasks_a_thread * target_.threads;
      if (loops.all.empty() && plan_.is_parallel(root) && inner.extent >= 2 * tasks * lanes) {
        const int64_t chunk =
            ceiling_quotient(ceiling_quotient(inner.extent, tasks), lanes) * lanes;
        const std::string outer = fresh(own, inner.name + "_o");
        const std::string part = fresh(own, inner.name + "_i");
        line << " split(" << inner.name << ", " << outer << ", " << part << ", " << chunk << ")";
        loops.all.push_back({outer, ceiling_quotient(inner.extent, chunk)});
        inner = {part, chunk};
      }
      if (const int64_t period = period_of_places(own);
          period > 1 && period <= most_places && inner.extent % period == 0)
        unroll_places(own, line, loops, inner, period);
      else if (!row.empty())
        add_tile(own, line, inner.name, row, tile.lanes);
      else if (inner.extent >= lanes && lanes > 1)
        line << " vectorize(" << inner.name << ", " << lanes << ")";
      else if (inner.extent >= 2 && inner.extent < lanes && strips_.is_whole(root))
        line << " vectorize(" << inner.name << ")";
      strip = {parallelise(root, line, loops).strip, loops.strip_size};
    }
    emit(own.name, line.str());
    return strip;
  }

  StencilTile stencil_tile(size_t root, const Equation& own, int64_t lanes) const {
    const StencilTile tile =
        choose_stencil_tile(stages_, placement_, root, own, target_, lanes, plan_.narrow);
    const Strips::Cut& cut = strips_.cuts[root];
    const bool in_rows = cut && cut.dimension + 2 == static_cast<int>(own.free.size());
    return in_rows && cut.size < tile.rows ? StencilTile{1, lanes} : tile;
  }

  // Rows of vectors: the loop over vectors runs around them.
  void add_tile(const Equation& own, std::ostringstream& line, const std::string& loop,
                const std::string& row, int64_t lanes) const {
    const std::string outer = fresh(own, loop + "_o"), vector = fresh(own, loop + "_i");
    line << " split(" << loop << ", " << outer << ", " << vector << ", " << lanes << ") reorder("
         << vector << ", " << row << ", " << outer << ") vectorize(" << vector << ") unroll(" << row
         << ")";
  }

  // Elements whose places are all computed from the last index: written out over a period, where
  // most of them are constants.
  void unroll_places(const Equation& own, std::ostringstream& line, Loops& loops, const Loop& inner,
                     int64_t period) const {
    const std::string outer = fresh(own, inner.name + "_o"), part = fresh(own, inner.name + "_i");
    line << " split(" << inner.name << ", " << outer << ", " << part << ", " << period
         << ") unroll(" << part << ")";
    loops.all.push_back({outer, inner.extent / period});
  }

  // Dimension `k` of the root, in steps of `step` elements; a strip is a number of steps.
  void add_loop(Loops& loops, std::ostringstream& line, size_t root, size_t k, const Loop& loop,
                int64_t step) const {
    const Strips::Cut& cut = strips_.cuts[root];
    if (cut.dimension != static_cast<int>(k)) {
      loops.all.push_back(loop);
      return;
    }
    const int64_t steps = std::clamp<int64_t>(cut.size / step, 1, loop.extent);
    const std::string strip = fresh(equation(root), equation(root).free[k].name + "_strip");
    const std::string part = fresh(equation(root), equation(root).free[k].name + "_part");
    line << " split(" << loop.name << ", " << strip << ", " << part << ", " << steps << ")";
    loops.all.push_back({strip, ceiling_quotient(loop.extent, steps)});
    loops.to_strip = loops.all.size();
    loops.strip_size = steps * step;
    loops.all.push_back({part, steps});
  }

  struct Levels {
    std::string innermost, strip; // loops; "": there is none
  };

  // Outer loops become one, until there is work for every thread.
  Levels parallelise(size_t root, std::ostringstream& line, const Loops& loops) {
    Levels levels;
    if (!loops.all.empty())
      levels.innermost = loops.all.back().name;
    if (loops.to_strip > 0)
      levels.strip = loops.all[loops.to_strip - 1].name;
    if (!plan_.is_parallel(root))
      return levels;
    std::vector<Loop> outer = loops.all;
    if (loops.to_strip > 0)
      outer.resize(loops.to_strip);
    const std::string last = outer.empty() ? "" : outer.back().name;
    // Of extent 1: not needed around the rest; within it they are joined, as neighbours must be.
    outer.erase(outer.begin(), std::find_if(outer.begin(), outer.end(),
                                            [](const Loop& loop) { return loop.extent > 1; }));
    if (outer.empty())
      return levels;
    const size_t count = loops_to_share(outer, target_.threads);
    const Loop task = run_in_parallel(line, outer, count, [&](size_t k) {
      return fresh(equation(root), "par" + std::to_string(k));
    });
    if (count == outer.size())
      for (std::string* level : {&levels.innermost, &levels.strip})
        if (*level == last)
          *level = task.name;
    return levels;
  }

  Strip schedule_accumulations(size_t root, const Equation& own, const std::vector<size_t>& hosted,
                               const std::string& place) {
    const SumNest nest = plan_.nest_of(root, own);
    const Tile& tile = nest.tile;
    std::ostringstream line;
    line << place;
    if (!is_result(root))
      line << in_rows_of_vectors(own, tile);

    Loops outer;                    // around the tile
    std::vector<std::string> inner; // of the tile, innermost first
    std::vector<std::string> loops(own.free.size());
    for (const TileLoop& loop : nest.loops) {
      const size_t k = static_cast<size_t>(loop.index);
      const IndexRange& range = own.free[k];
      const int64_t size = tile.step_of(loop.index);
      if (size == 0) {
        add_loop(outer, line, root, k, {range.name, range.extent}, 1);
        continue;
      }
      const std::string out = fresh(own, range.name + "_o");
      loops[k] = fresh(own, range.name + "_i");
      line << " split(" << range.name << ", " << out << ", " << loops[k] << ", " << size << ")";
      add_loop(outer, line, root, k, {out, loop.extent}, size);
    }
    if (outer.all.empty()) { // a scalar
      emit(own.name, line.str());
      for (const size_t e : hosted)
        schedule_hosted(e, "compute_root", tile, nest.main);
      return {};
    }
    if (tile.vector >= 0)
      inner.push_back(loops[static_cast<size_t>(tile.vector)]);
    for (const Tile::Step& step : tile.unrolled)
      inner.push_back(loops[static_cast<size_t>(step.position)]);
    if (!inner.empty()) {
      line << " reorder(" << inner[0];
      for (size_t k = 1; k < inner.size(); ++k)
        line << ", " << inner[k];
      for (auto loop = outer.all.rbegin(); loop != outer.all.rend(); ++loop)
        line << ", " << loop->name;
      line << ")";
    }
    line << widened(tile, loops, "");
    const Levels levels = parallelise(root, line, outer);
    emit(own.name, line.str());
    for (const size_t e : hosted)
      schedule_hosted(e, "compute_at(" + own.name + ", " + levels.innermost + ")", tile, nest.main);
    return {levels.strip, outer.strip_size};
  }

  static std::string widened(const Tile& tile, const std::vector<std::string>& loops,
                             const std::string& tail) {
    std::string text;
    if (tile.vector >= 0) {
      const std::string& loop = loops[static_cast<size_t>(tile.vector)];
      text += " vectorize(" + loop + ", " + std::to_string(tile.lanes) + tail + ")";
      if (tile.vectors > 1)
        text += " unroll(" + loop + ")";
    }
    for (const Tile::Step& step : tile.unrolled)
      text += " unroll(" + loops[static_cast<size_t>(step.position)] + ")";
    return text;
  }

  // Values between equations lie as vectors do, whatever the order of their dimensions: else each
  // vector would be gathered and scattered, and no accumulator could stay in a register.
  static std::string in_rows_of_vectors(const Equation& own, const Tile& tile) {
    const size_t vector = static_cast<size_t>(tile.vector);
    if (tile.vector < 0 || vector + 1 == own.free.size())
      return "";
    std::string names = own.free[vector].name;
    for (size_t k = own.free.size(); --k > vector;)
      names += ", " + own.free[k].name;
    return " reorder_storage(" + names + ")";
  }

  // The accumulation itself: the tile's accumulators, then the loop over terms around them.
  void schedule_hosted(size_t e, const std::string& where, const Tile& tile, size_t main) {
    const Equation& sum = equation(e);
    std::vector<std::string> loops;
    for (const IndexRange& range : sum.free)
      loops.push_back(range.name);
    const std::string widened = Scheduler::widened(tile, loops, ", round_up");
    std::string names;
    if (tile.vector >= 0)
      names += loops[static_cast<size_t>(tile.vector)] + ", ";
    for (const Tile::Step& step : tile.unrolled)
      names += loops[static_cast<size_t>(step.position)] + ", ";
    const bool dot = tile.dot >= 0 && e == main;
    if (!dot) {
      emit(sum.name, " " + where + in_rows_of_vectors(sum, tile) + widened);
      emit(sum.name + ".1", reordered(sum, names) + widened + unrolled_terms(sum, tile));
      return;
    }
    schedule_dot(sum, where, tile, widened, names);
  }

  // Interleaved sums, one a lane, which are then added half to half: P16(lane),
  // P8(lane) = P16(lane) + P16(lane + 8), P4 ... One lane is never taken out of a vector of fused
  // multiply-adds, which LLVM would only then compute lane by lane.
  void schedule_dot(const Equation& sum, const std::string& where, const Tile& tile,
                    const std::string& widened, const std::string& names) {
    std::string reduced = sum.reduced[static_cast<size_t>(tile.dot)].name;
    std::ostringstream factors, parts;
    for (int64_t lanes = tile.lanes; lanes == tile.lanes || lanes >= 4; lanes /= 2) {
      const std::string lane = fresh(sum, "lane" + std::to_string(lanes));
      std::string partial = sum.name + "_part" + std::to_string(lanes);
      while (!names_.insert(partial).second)
        partial += "_";
      factors << " rfactor(" << reduced << ", " << lane << ", " << lanes << ", " << partial << ")";
      const std::string vectors = " vectorize(" + lane + ")" + widened;
      const bool first = lanes == tile.lanes;
      parts << partial << ": " << where << vectors << "\n"
            << partial << ".1:"
            << (first ? reordered(sum, lane + ", " + names)
                      : " reorder(" + lane + ", " + names + reduced + ") unroll(" + reduced + ")")
            << vectors << "\n";
      reduced = lane;
      if (lanes % 2 != 0)
        break;
    }
    emit(sum.name, " " + where + widened);
    emit(sum.name + ".1", factors.str() + widened + " unroll(" + reduced + ")");
    text_ << parts.str();
  }

  static std::string reordered(const Equation& sum, std::string names) {
    for (auto range = sum.reduced.rbegin(); range != sum.reduced.rend(); ++range)
      names += range->name + ", ";
    names.resize(names.size() >= 2 ? names.size() - 2 : 0);
    return names.empty() ? "" : " reorder(" + names + ")";
  }

  // Short innermost loops over terms, such as a kernel's row, are written out.
  std::string unrolled_terms(const Equation& sum, const Tile& tile) const {
    if (sum.reduced.empty())
      return "";
    const IndexRange& last = sum.reduced.back();
    const int64_t body = tile.accumulators() * last.extent;
    return last.extent > 1 && last.extent <= most_terms_written_out && body <= most_unrolled
               ? " unroll(" + last.name + ")"
               : "";
  }

  void emit(const std::string& stage, const std::string& directives) {
    if (!directives.empty())
      text_ << stage << ":" << directives << "\n";
  }

  const DefaultPlan plan_;
  const Definition& stages_;
  const catalogue::Target& target_;
  const Placement& placement_;
  const Strips& strips_;
  std::set<std::string> names_;
  std::ostringstream text_;
};

} // namespace

catalogue::Schedule default_schedule(const Definition& stages, const catalogue::Target& target) {
  return catalogue::Schedule::parse(Scheduler(stages, target).text());
}

catalogue::Schedule lean_schedule(const Definition& stages, const catalogue::Target& target) {
  return catalogue::Schedule::parse(Scheduler(stages, target, PlacementAim::memory).text());
}

} // namespace fovea::kernels
