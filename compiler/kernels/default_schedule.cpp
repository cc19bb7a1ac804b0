#include "compiler/kernels/default_schedule.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/placement.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

namespace fovea::kernels {
namespace {

// Waking a thread costs 5 to 10 us (measured): below this a kernel runs on one.
constexpr double least_parallel_seconds = 30e-6;
constexpr double vector_operations = 2.5e9;   // a second and core: simple ones, per register
constexpr double bytes_per_second = 10e9;     // a core, from memory
constexpr int64_t most_unrolled = 96;         // accumulations in one loop body: compile time

int64_t ceiling_quotient(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Of the sizes up to `most` the one that wastes least on `extent`; of equals the largest.
int64_t best_tile(int64_t extent, int64_t most) {
  int64_t best = 1;
  double least = 1e30;
  for (int64_t size = std::min(extent, most); size >= 1; --size) {
    const double waste = static_cast<double>(ceiling_quotient(extent, size) * size) +
                         0.02 * static_cast<double>(extent) / static_cast<double>(size);
    if (waste < least - 1e-9) {
      least = waste;
      best = size;
    }
  }
  return best;
}

int64_t largest_divisor(int64_t extent, int64_t most) {
  for (int64_t divisor = std::min(extent, most); divisor > 1; --divisor)
    if (extent % divisor == 0)
      return divisor;
  return 1;
}

// How the elements of a root are made a tile at a time; -1: no such dimension.
struct Tile {
  int vector = -1;       // position of the vectorised dimension
  int64_t lanes = 1;     // of one vector
  int64_t vectors = 1;   // vectors in a tile
  int unrolled = -1;     // position of the dimension whose steps share loads
  int64_t unroll = 1;
  int dot = -1;          // reduced dimension that is vectorised instead
};

class Scheduler {
 public:
  Scheduler(const Definition& stages, const catalogue::Target& target)
      : stages_(stages), target_(target), placement_(place(stages)) {
    for (const Equation& equation : stages.equations)
      names_.insert(equation.name);
  }

  std::string text() {
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (placement_.kinds[e] == Placement::Kind::root)
        schedule_root(e);
    return text_.str();
  }

  double seconds() const {
    double total = 0;
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (placement_.kinds[e] == Placement::Kind::root)
        total += seconds_of(e);
    return total;
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

  // On one thread.
  double seconds_of(size_t root) const {
    double operations = static_cast<double>(element_count(equation(root))) *
                        (placement_.weights[root] + 1);
    double bytes = static_cast<double>(element_count(equation(root)) *
                                       size_of(equation(root).type));
    for (const size_t e : hosted_by(root))
      operations += static_cast<double>(evaluation_count(equation(e))) *
                    std::max(1.0, placement_.weights[e] - 2);
    for_each_node(equation(root).body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        bytes += static_cast<double>(std::max<int64_t>(stages_.type_of(node.tensor).bytes(), 0));
    });
    const double lanes = target_.lanes(lane_bytes(root));
    return std::max(operations / lanes / vector_operations, bytes / bytes_per_second);
  }

  // Of the widest element that takes part: f16 and bf16 are computed as f32.
  int64_t lane_bytes(size_t e) const {
    const auto width = [](DType type) {
      return is_float(type) ? std::max<int64_t>(size_of(type), 4) : size_of(type);
    };
    int64_t bytes = width(equation(e).type);
    for_each_node(equation(e).body,
                  [&](const Node& node) { bytes = std::max(bytes, width(node.type)); });
    return bytes;
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

  // --- the tile ----------------------------------------------------------------------------------

  // What one vector of results costs in loads when dimension `k` is vectorised.
  static double load_cost(const std::vector<std::vector<Stride>>& strides, size_t k,
                          int64_t extent, int64_t lanes) {
    double cost = 0;
    for (const std::vector<Stride>& read : strides) {
      const Stride& stride = read[k];
      const bool whole = stride.regular && (stride.elements == 0 || stride.elements == 1);
      cost += !whole ? static_cast<double>(lanes) : stride.elements ? 1.0 : 0.25;
    }
    const int64_t used = extent < lanes ? lanes : ceiling_quotient(extent, lanes) * lanes;
    return (cost + 0.25) * static_cast<double>(used) / static_cast<double>(extent);
  }

  Tile choose_tile(size_t root, size_t reduction) const {
    const Equation& sum = equation(reduction);
    const auto strides = strides_of(stages_, sum);
    const int64_t lanes = std::max(target_.lanes(lane_bytes(reduction)), 1);
    Tile tile;
    double least = static_cast<double>(strides.size() * static_cast<size_t>(lanes)); // scalars
    for (size_t k = 0; k < sum.free.size(); ++k) {
      if (sum.free[k].extent < 2)
        continue;
      double cost = load_cost(strides, k, sum.free[k].extent, lanes);
      if (k + 1 != sum.free.size()) // strided stores, once for all terms
        cost += static_cast<double>(lanes) * static_cast<double>(element_count(sum)) /
                static_cast<double>(std::max<int64_t>(evaluation_count(sum), 1));
      if (cost < least) {
        least = cost;
        tile.vector = static_cast<int>(k);
      }
    }
    for (size_t r = 0; r < sum.reduced.size(); ++r) {
      const int64_t part = largest_divisor(sum.reduced[r].extent, lanes);
      if (part < 4)
        continue;
      const double cost =
          load_cost(strides, sum.free.size() + r, part, lanes) +
          2.0 * static_cast<double>(lanes * element_count(sum)) /
              static_cast<double>(std::max<int64_t>(evaluation_count(sum), 1));
      if (cost < 0.8 * least) {
        least = cost;
        tile.vector = -1;
        tile.dot = static_cast<int>(r);
        tile.lanes = part;
      }
    }
    choose_unrolling(sum, strides, lanes, equation(root).free.size(), tile);
    return tile;
  }

  // Independent accumulators hide the latency of additions (4 cycles, 2 a cycle), and steps of a
  // dimension that some read does not depend on share that read.
  void choose_unrolling(const Equation& sum, const std::vector<std::vector<Stride>>& strides,
                        int64_t lanes, size_t rank, Tile& tile) const {
    double most = -1;
    for (size_t k = 0; k < rank; ++k) {
      if (static_cast<int>(k) == tile.vector || sum.free[k].extent < 2)
        continue;
      double shared = 0.01 * static_cast<double>(k); // of equals the innermost
      for (const std::vector<Stride>& read : strides)
        shared += read[k].regular && read[k].elements == 0;
      if (shared > most) {
        most = shared;
        tile.unrolled = static_cast<int>(k);
      }
    }
    // 12 of 16 registers (24 of 32) accumulate; the rest holds operands.
    const int64_t accumulators = target_.vector_registers() * 3 / 4;
    if (tile.vector >= 0) {
      const int64_t extent = sum.free[static_cast<size_t>(tile.vector)].extent;
      tile.lanes = std::min(lanes, extent);
      const int64_t whole = extent / tile.lanes;
      const int64_t wanted = tile.unrolled < 0 || most < 1 ? 4 : 2;
      tile.vectors = tile.lanes < lanes ? 1 : best_tile(whole, std::min(whole, wanted));
    }
    if (tile.unrolled >= 0) {
      const int64_t extent = sum.free[static_cast<size_t>(tile.unrolled)].extent;
      const int64_t room = tile.dot >= 0 ? 4 : accumulators / tile.vectors;
      tile.unroll = best_tile(extent, most < 1 ? std::min<int64_t>(room, 4) : room);
    }
  }

  // --- roots --------------------------------------------------------------------------------------

  void schedule_root(size_t root) {
    const std::vector<size_t> hosted = hosted_by(root);
    if (hosted.empty())
      schedule_pointwise(root);
    else
      schedule_accumulations(root, hosted);
  }

  // The loops of a root, outermost first, while they are being decided.
  struct Loop {
    std::string name;
    int64_t extent;
  };

  void schedule_pointwise(size_t root) {
    const Equation& own = equation(root);
    std::ostringstream line;
    if (!is_result(root))
      line << " compute_root";
    std::vector<Loop> loops;
    for (const IndexRange& range : own.free)
      loops.push_back({range.name, range.extent});
    const int64_t lanes = std::max(target_.lanes(lane_bytes(root)), 1);
    if (!loops.empty()) {
      Loop inner = loops.back();
      loops.pop_back();
      const double seconds = seconds_of(root);
      const int64_t tasks = 4 * target_.threads;
      if (loops.empty() && is_parallel(seconds) && inner.extent >= 2 * tasks * lanes) {
        const int64_t chunk = ceiling_quotient(ceiling_quotient(inner.extent, tasks), lanes) * lanes;
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
    std::erase_if(loops, [](const Loop& loop) { return loop.extent < 2; });
    if (loops.empty())
      return innermost;
    Loop outer = loops[0];
    size_t joined = 1;
    for (; joined < loops.size() && outer.extent < 4 * target_.threads; ++joined) {
      const Loop& next = loops[joined];
      const std::string fused = fresh(own, "par" + std::to_string(joined));
      line << " fuse(" << next.name << ", " << outer.name << ", " << fused << ")";
      outer = {fused, outer.extent * next.extent};
    }
    line << " parallel(" << outer.name << ")";
    return loops[joined - 1].name == innermost ? outer.name : innermost;
  }

  void schedule_accumulations(size_t root, const std::vector<size_t>& hosted) {
    const size_t main = *std::max_element(hosted.begin(), hosted.end(), [&](size_t a, size_t b) {
      return evaluation_count(equation(a)) < evaluation_count(equation(b));
    });
    const Tile tile = choose_tile(root, main);
    const Equation& own = equation(root);
    std::ostringstream line;
    if (!is_result(root))
      line << " compute_root";

    std::vector<Loop> outer;       // around the tile
    std::vector<std::string> inner; // of the tile, innermost first
    std::vector<Loop> order;
    std::string vector_loop, unrolled_loop;
    for (size_t k = 0; k < own.free.size(); ++k) {
      const IndexRange& range = own.free[k];
      const bool is_vector = static_cast<int>(k) == tile.vector;
      const bool is_unrolled = static_cast<int>(k) == tile.unrolled;
      if (!is_vector && !is_unrolled) {
        outer.push_back({range.name, range.extent});
        continue;
      }
      const int64_t size = is_vector ? tile.lanes * tile.vectors : tile.unroll;
      const std::string out = fresh(own, range.name + "_o"), in = fresh(own, range.name + "_i");
      line << " split(" << range.name << ", " << out << ", " << in << ", " << size << ")";
      outer.push_back({out, ceiling_quotient(range.extent, size)});
      (is_vector ? vector_loop : unrolled_loop) = in;
    }
    if (outer.empty()) { // a scalar
      emit(own.name, line.str());
      for (const size_t e : hosted)
        schedule_hosted(e, "compute_root", tile, main);
      return;
    }
    if (!vector_loop.empty() || !unrolled_loop.empty()) {
      line << " reorder(";
      const char* comma = "";
      for (const std::string& name : {vector_loop, unrolled_loop})
        if (!name.empty()) {
          line << comma << name;
          comma = ", ";
        }
      for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
        line << comma << loop->name;
      line << ")";
    }
    if (!vector_loop.empty()) {
      line << " vectorize(" << vector_loop << ", " << tile.lanes << ")";
      if (tile.vectors > 1)
        line << " unroll(" << vector_loop << ")";
    }
    if (!unrolled_loop.empty() && tile.unroll > 1)
      line << " unroll(" << unrolled_loop << ")";
    std::string level = outer.back().name;
    if (is_parallel(seconds_of(root)))
      level = parallelise(own, line, outer);
    emit(own.name, line.str());
    for (const size_t e : hosted)
      schedule_hosted(e, "compute_at(" + own.name + ", " + level + ")", tile, main);
  }

  // The accumulation itself: the tile's accumulators, then the loop over terms around them.
  void schedule_hosted(size_t e, const std::string& where, const Tile& tile, size_t main) {
    const Equation& sum = equation(e);
    const std::string vector = name_at(sum, tile.vector), unrolled = name_at(sum, tile.unrolled);
    std::string widened, names;
    if (tile.vector >= 0) {
      widened += " vectorize(" + vector + ", " + std::to_string(tile.lanes) + ", round_up)";
      if (tile.vectors > 1)
        widened += " unroll(" + vector + ")";
      names += vector + ", ";
    }
    if (tile.unrolled >= 0) {
      if (tile.unroll > 1)
        widened += " unroll(" + unrolled + ")";
      names += unrolled + ", ";
    }
    const bool dot = tile.dot >= 0 && e == main;
    if (!dot) {
      emit(sum.name, " " + where + widened);
      emit(sum.name + ".1", reordered(sum, names) + widened + unrolled_terms(sum, tile));
      return;
    }
    const std::string& reduced = sum.reduced[static_cast<size_t>(tile.dot)].name;
    const std::string lane = fresh(sum, "lane");
    std::string partial = sum.name + "_part";
    while (!names_.insert(partial).second)
      partial += "_";
    emit(sum.name, " " + where + widened);
    emit(sum.name + ".1", " rfactor(" + reduced + ", " + lane + ", " + std::to_string(tile.lanes) +
                              ", " + partial + ")" + widened + " unroll(" + lane + ")");
    emit(partial, " " + where + " vectorize(" + lane + ")" + widened);
    emit(partial + ".1", reordered(sum, lane + ", " + names) + " vectorize(" + lane + ")" + widened);
  }

  static std::string name_at(const Equation& equation, int position) {
    return position < 0 ? "" : equation.free[static_cast<size_t>(position)].name;
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
    const int64_t body = tile.vectors * tile.unroll * last.extent;
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

double estimated_seconds(const Definition& stages, const catalogue::Target& target) {
  return Scheduler(stages, target).seconds();
}

} // namespace fovea::kernels
