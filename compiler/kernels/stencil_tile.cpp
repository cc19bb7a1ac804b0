#include "compiler/kernels/stencil_tile.hpp"

#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/reach.hpp"
#include "compiler/kernels/tile.hpp"

#include <algorithm>
#include <vector>

namespace fovea::kernels {
namespace {

constexpr int64_t most_rows = 4;
constexpr int64_t least_tiles = 4; // in a dimension: of two, as many elements would be waste
// Loads that one row more must save of each row's, or it is not worth its code.
constexpr double least_saved = 0.05;
// Limits to what Halide has to compile: operations, reads, and reads across borders, each of which
// stands in the loops for every edge and corner, too.
constexpr double most_operations = 256;
constexpr size_t most_reads = 200;
constexpr int64_t most_reads_across_borders = 20;
// Minima and maxima of integers take vectors of this size: 512 bits are done in two halves, and
// more of their loads cross a cache line (a median of bytes 0.40 ms instead of 0.51, on AMD's Zen
// 4).
constexpr int64_t bytes_of_minima = 32;

bool is_extremum_of_integers(const Node& node) {
  return node.kind == Node::Kind::op && (node.op == ScalarOp::min || node.op == ScalarOp::max) &&
         !is_float(node.type);
}

class Chooser {
 public:
  Chooser(const Definition& stages, const Placement& placement, size_t root,
          const catalogue::Target& target, const NarrowStages& narrow)
      : stages_(stages), placement_(placement), root_(root), target_(target), narrow_(narrow),
        dimension_(stages.equations[root].free.size() - 2) {}

  int64_t rows(int64_t most) const {
    int64_t best = 1;
    double least = loads_of(reach(1));
    for (int64_t rows = 2; rows <= most; ++rows) {
      const Reach together = reach(rows);
      if (!is_allowed(together, rows))
        break;
      const double loads = loads_of(together) / static_cast<double>(rows);
      if (loads > (1 - least_saved) * least)
        continue;
      least = loads;
      best = rows;
    }
    return best;
  }

  bool chooses_integers() const {
    const auto chooses = [&](size_t e) {
      bool found = false;
      for_each_node(equation(e).body,
                    [&](const Node& node) { found |= is_extremum_of_integers(node); });
      return found;
    };
    return chooses(root_) || std::ranges::any_of(reach(1).within, [&](const Expr& read) {
             return chooses(static_cast<size_t>(read->tensor) - stages_.operands.size());
           });
  }

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  Reach reach(int64_t rows) const {
    return reach_of(stages_, root_,
                    [&](size_t e) { return placement_.kinds[e] == Placement::Kind::inlined; },
                    most_reads, {dimension_, rows});
  }

  bool follows_rows(const Expr& read) const {
    return std::ranges::any_of(read->subscripts, [&](const Subscript& subscript) {
      return holds(subscript.index, static_cast<int>(dimension_));
    });
  }

  // What all rows read alike is no reason for a tile.
  double loads_of(const Reach& reach) const {
    return static_cast<double>(std::ranges::count_if(
        reach.elements, [&](const Expr& read) { return follows_rows(read); }));
  }

  bool is_allowed(const Reach& reach, int64_t rows) const {
    const auto across_borders = std::ranges::count_if(reach.elements, [](const Expr& read) {
      return std::ranges::any_of(read->subscripts, [](const Subscript& subscript) {
        return subscript.boundary != Boundary::none;
      });
    });
    return reach.is_complete &&
           placement_.weights[root_] * static_cast<double>(rows) <= most_operations &&
           across_borders <= most_reads_across_borders &&
           rows_in_one_set(reach, rows) * set_bytes <= target_.l1_bytes;
  }

  // Of rows that lie a multiple of `set_bytes` apart, those that are in the way of each other: each
  // of their lines is needed for the next vector, too.
  int64_t rows_in_one_set(const Reach& reach, int64_t rows) const {
    const auto is_apart = [](int64_t extent, int64_t bytes) {
      return extent * bytes % set_bytes == 0;
    };
    std::vector<Expr> seen; // the first read of each row
    std::vector<bool> has_window;
    for (const Expr& read : reach.elements) {
      const Shape shape = stages_.type_of(read->tensor).shape;
      const int last = shape.rank() - 1;
      if (last < 1 || !is_apart(shape[last], element_bytes(read->tensor)))
        continue;
      const auto known =
          std::ranges::find_if(seen, [&](const Expr& other) { return is_same_row(*other, *read); });
      if (known != seen.end()) {
        has_window[static_cast<size_t>(known - seen.begin())] = true;
        continue;
      }
      seen.push_back(read);
      has_window.push_back(false);
    }
    const Equation& own = equation(root_);
    const int64_t read = std::ranges::count(has_window, true);
    return read > 0 && is_apart(own.free.back().extent, narrow_.element_bytes(own)) ? read + rows
                                                                                    : read;
  }

  int64_t element_bytes(int tensor) const {
    const int stage = tensor - static_cast<int>(stages_.operands.size());
    return stage < 0 ? size_of(stages_.type_of(tensor).dtype)
                     : narrow_.element_bytes(equation(static_cast<size_t>(stage)));
  }

  static bool is_same_row(const Node& a, const Node& b) {
    const auto same = [](const Subscript& x, const Subscript& y) { return x.index == y.index; };
    return a.tensor == b.tensor && std::equal(a.subscripts.begin(), a.subscripts.end() - 1,
                                              b.subscripts.begin(), b.subscripts.end() - 1, same);
  }

  const Definition& stages_;
  const Placement& placement_;
  const size_t root_;
  const catalogue::Target& target_;
  const NarrowStages& narrow_;
  const size_t dimension_;
};

} // namespace

StencilTile choose_stencil_tile(const Definition& stages, const Placement& placement, size_t root,
                                const Equation& own, const catalogue::Target& target, int64_t lanes,
                                const NarrowStages& narrow) {
  StencilTile tile{1, lanes};
  const size_t rank = own.free.size();
  if (rank < 2 || own.free.back().extent < lanes || lanes == 1)
    return tile;
  const Chooser chooser(stages, placement, root, target, narrow);
  tile.rows = chooser.rows(std::min(most_rows, own.free[rank - 2].extent / least_tiles));
  if (tile.rows > 1 && chooser.chooses_integers())
    tile.lanes = std::min(lanes, bytes_of_minima / narrow.element_bytes(own));
  return tile;
}

} // namespace fovea::kernels
