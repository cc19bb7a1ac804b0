#include "compiler/kernels/default_schedule.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/interleave.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/placement.hpp"
#include "compiler/kernels/tile.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

// Waking a thread costs 5 to 10 us (measured): below this a kernel runs on one.
constexpr double least_parallel_seconds = 30e-6;
constexpr double vector_operations = 2.5e9; // a second and core: simple ones, per register
constexpr double bytes_per_second = 10e9;   // a core, from memory
constexpr double cycles_of_gathering = 0.6; // an element that does not stand beside the one before
// A sum's operands are read as its tile has it, several rows in turns: of dense layers of 16 to 144
// MB 0.92 of what comes in where they are read in order (1.69 and 1.56 ms, 3.80 and 3.48).
constexpr double bandwidth_of_sums = 0.92;
constexpr int64_t most_unrolled = 96; // accumulations in one loop body: compile time

class Scheduler {
 public:
  Scheduler(const Definition& stages, const catalogue::Target& target,
            PlacementAim aim = PlacementAim::speed)
      : stages_(stages), target_(target), placement_(place(stages, aim)) {
    for (const Equation& equation : stages.equations)
      names_.insert(equation.name);
  }

  std::string text() {
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (placement_.kinds[e] == Placement::Kind::root)
        schedule_root(e);
    return text_.str();
  }

  Work work(const catalogue::Machine& machine) const {
    Work work;
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      if (placement_.kinds[e] != Placement::Kind::hosted)
        work.seconds += cycles_of_gathers(equation(e)) * machine.cycle(target_);
      if (placement_.kinds[e] == Placement::Kind::root) {
        work.seconds += cycles_of(e) * machine.cycle(target_);
        work.shared = std::max(work.shared, is_parallel(seconds_of(e)) ? 1.0 : 0.0);
      }
      if (equation(e).reduction)
        work.bandwidth = bandwidth_of_sums;
    }
    return work;
  }

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  std::vector<size_t> hosted_by(size_t root) const {
    std::vector<size_t> result;
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (placement_.hosts[e] == static_cast<int>(root))
        result.push_back(e);
    return result;
  }

  bool is_result(size_t e) const {
    return std::find(stages_.results.begin(), stages_.results.end(), static_cast<int>(e)) !=
           stages_.results.end();
  }

  // Of a root with what it hosts, on one core.
  double cycles_of(size_t root) const {
    const auto lanes = [&](const Equation& own) {
      return static_cast<double>(std::max(target_.lanes(lane_bytes(own)), 1));
    };
    const Equation& own = equation(root);
    const bool wide = !own.free.empty() && own.free.back().extent > 1;
    double cycles = static_cast<double>(element_count(own)) * (placement_.weights[root] + 1) / 2 /
                    (wide ? lanes(own) : 1);
    for (const size_t e : hosted_by(root)) {
      const Equation& sum = equation(e);
      const Tile tile = choose_tile(stages_, sum, target_);
      const double terms =
          static_cast<double>(evaluation_count(sum)) / static_cast<double>(tile.lanes);
      // A multiply-add and its two reads are one operation; a maximum that keeps NaN is three.
      const bool extreme = sum.reduction == ReduceKind::max || sum.reduction == ReduceKind::min;
      cycles += terms * tile.cycles * std::max(1.0, placement_.weights[e] - 2) * (extreme ? 3 : 1);
      if (tile.dot >= 0)
        cycles += static_cast<double>(element_count(sum)) * cycles_of_folding;
    }
    return cycles;
  }

  // What an equation that is no sum reads across memory while it is written along it.
  double cycles_of_gathers(const Equation& own) const {
    double gathered = 0;
    if (!own.free.empty())
      for (const std::vector<Stride>& read : strides_of(stages_, own)) {
        const Stride& last = read[own.free.size() - 1];
        gathered += last.regular && last.elements <= 1 ? 0 : 1;
      }
    return gathered * static_cast<double>(element_count(own)) * cycles_of_gathering;
  }

  // On one thread, of whatever machine: schedules do not depend on it.
  double seconds_of(size_t root) const {
    double operations =
        static_cast<double>(element_count(equation(root))) * (placement_.weights[root] + 1);
    double bytes =
        static_cast<double>(element_count(equation(root)) * size_of(equation(root).type));
    for (const size_t e : hosted_by(root))
      operations += static_cast<double>(evaluation_count(equation(e))) *
                    std::max(1.0, placement_.weights[e] - 2);
    for_each_node(equation(root).body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        bytes += static_cast<double>(std::max<int64_t>(stages_.type_of(node.tensor).bytes(), 0));
    });
    const double lanes = target_.lanes(lane_bytes(equation(root)));
    return std::max(operations / lanes / vector_operations, bytes / bytes_per_second);
  }

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

  // --- roots
  // --------------------------------------------------------------------------------------

  void schedule_root(size_t root) {
    const std::vector<size_t> hosted = hosted_by(root);
    if (hosted.empty())
      schedule_pointwise(root);
    else
      schedule_accumulations(root, hosted);
  }

  // The loops of a root, outermost first, while they are being decided.
  void schedule_pointwise(size_t root) {
    const Equation& own = equation(root);
    std::ostringstream line;
    if (!is_result(root))
      line << " compute_root";
    std::vector<Loop> loops;
    for (const IndexRange& range : own.free)
      loops.push_back({range.name, range.extent});
    const int64_t lanes = std::max(target_.lanes(lane_bytes(equation(root))), 1);
    if (!loops.empty()) {
      Loop inner = loops.back();
      loops.pop_back();
      const double seconds = seconds_of(root);
      const int64_t tasks = 4 * target_.threads;
      if (loops.empty() && is_parallel(seconds) && inner.extent >= 2 * tasks * lanes) {
        const int64_t chunk =
            ceiling_quotient(ceiling_quotient(inner.extent, tasks), lanes) * lanes;
        const std::string outer = fresh(own, inner.name + "_o");
        const std::string part = fresh(own, inner.name + "_i");
        line << " split(" << inner.name << ", " << outer << ", " << part << ", " << chunk << ")";
        loops.push_back({outer, ceiling_quotient(inner.extent, chunk)});
        inner = {part, chunk};
      }
      if (inner.extent >= lanes && lanes > 1)
        line << " vectorize(" << inner.name << ", " << lanes << ")";
      else if (inner.extent >= 2 && inner.extent < lanes)
        line << " vectorize(" << inner.name << ")";
      if (is_parallel(seconds))
        parallelise(own, line, loops);
    }
    emit(own.name, line.str());
  }

  bool is_parallel(double seconds) const {
    return target_.threads > 1 && seconds >= least_parallel_seconds;
  }

  // Outer loops become one, until there is work for every thread; returns the innermost's name.
  std::string parallelise(const Equation& own, std::ostringstream& line, std::vector<Loop> loops) {
    const std::string innermost = loops.empty() ? "" : loops.back().name;
    // Of extent 1: not needed around the rest; within it they are joined, as neighbours must be.
    loops.erase(loops.begin(), std::find_if(loops.begin(), loops.end(),
                                            [](const Loop& loop) { return loop.extent > 1; }));
    if (loops.empty())
      return innermost;
    const size_t count = loops_to_share(loops, target_.threads);
    const Loop task = run_in_parallel(
        line, loops, count, [&](size_t k) { return fresh(own, "par" + std::to_string(k)); });
    return count == loops.size() ? task.name : innermost;
  }

  void schedule_accumulations(size_t root, const std::vector<size_t>& hosted) {
    const size_t main = *std::max_element(hosted.begin(), hosted.end(), [&](size_t a, size_t b) {
      return evaluation_count(equation(a)) < evaluation_count(equation(b));
    });
    const Tile tile = choose_tile(stages_, equation(main), target_);
    const Equation& own = equation(root);
    std::ostringstream line;
    if (!is_result(root))
      line << " compute_root" << in_rows_of_vectors(own, tile);

    std::vector<Loop> outer;        // around the tile, outermost first
    std::vector<std::string> inner; // of the tile, innermost first
    std::vector<std::string> loops(own.free.size());
    for (size_t k = 0; k < own.free.size(); ++k) {
      const IndexRange& range = own.free[k];
      const int64_t size = tile.step_of(static_cast<int>(k));
      if (size == 0) {
        outer.push_back({range.name, range.extent});
        continue;
      }
      const std::string out = fresh(own, range.name + "_o");
      loops[k] = fresh(own, range.name + "_i");
      line << " split(" << range.name << ", " << out << ", " << loops[k] << ", " << size << ")";
      outer.push_back({out, ceiling_quotient(range.extent, size)});
    }
    if (outer.empty()) { // a scalar
      emit(own.name, line.str());
      for (const size_t e : hosted)
        schedule_hosted(e, "compute_root", tile, main);
      return;
    }
    if (tile.vector >= 0)
      inner.push_back(loops[static_cast<size_t>(tile.vector)]);
    for (const Tile::Step& step : tile.unrolled)
      inner.push_back(loops[static_cast<size_t>(step.position)]);
    if (!inner.empty()) {
      line << " reorder(" << inner[0];
      for (size_t k = 1; k < inner.size(); ++k)
        line << ", " << inner[k];
      for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
        line << ", " << loop->name;
      line << ")";
    }
    line << widened(tile, loops, "");
    std::string level = outer.back().name;
    if (is_parallel(seconds_of(root)))
      level = parallelise(own, line, outer);
    emit(own.name, line.str());
    for (const size_t e : hosted)
      schedule_hosted(e, "compute_at(" + own.name + ", " + level + ")", tile, main);
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

  // Interleaved sums, one a lane, which are then added half to half: P16(lane), P8(lane) =
  // P16(lane)
  // + P16(lane + 8), P4 ... One lane is never taken out of a vector of fused multiply-adds, which
  // LLVM would only then compute lane by lane.
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
    return last.extent > 1 && last.extent <= 8 && body <= most_unrolled
               ? " unroll(" + last.name + ")"
               : "";
  }

  void emit(const std::string& stage, const std::string& directives) {
    if (!directives.empty())
      text_ << stage << ":" << directives << "\n";
  }

  const Definition& stages_;
  const catalogue::Target& target_;
  Placement placement_;
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

Work default_work(const Definition& stages, const catalogue::Target& target,
                  const catalogue::Machine& machine) {
  return Scheduler(stages, target).work(machine);
}

} // namespace fovea::kernels
