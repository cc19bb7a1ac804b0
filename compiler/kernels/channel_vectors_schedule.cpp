#include "compiler/kernels/channel_vectors_schedule.hpp"

#include "compiler/kernels/channel_vectors_parts.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/placement.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/words.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;
using catalogue::Target;

constexpr int64_t most_unrolled = 320; // accumulations in one loop body: compile time, and L1
constexpr int64_t least_parallel_evaluations = 200'000; // about what waking a thread costs
constexpr int64_t most_masked =
    16; // reads of an element, each with its own mask, before it is copied

class Scheduler {
 public:
  Scheduler(const Definition& stages, const Target& target, bool blocks)
      : parts_(stages), target_(target), lanes_(target.lanes(4)), blocks_(blocks),
        vector_(parts_.rank() - 1), x_(blocks ? tiled_dimension(vector_ - 1) : vector_),
        y_(tiled_dimension(x_ - 1)) {
    choose_tile();
  }

  std::string text() {
    for (const int e : parts_.tables)
      copy(e, "compute_root");
    if (parts_.root != parts_.host)
      in_order();
    host();
    sum();
    if (is_copied())
      image();
    return text_.str();
  }

 private:
  const Equation& equation(int e) const { return parts_.equation(e); }
  const std::string& name(int e) const { return equation(e).name; }
  static std::string dimension(const Equation& equation, int k) {
    return equation.free[static_cast<size_t>(k)].name;
  }
  std::string dimension(int k) const { return dimension(equation(parts_.host), k); }

  // k, where tasks divide that dimension as it is and not by blocks of channels; else -1.
  int tiled_dimension(int k) const {
    if (k < 0 || parts_.root == parts_.host)
      return std::max(k, -1);
    const Node& read = *parts_.read_of(parts_.root, parts_.host);
    const IndexExpr& index = read.subscripts[static_cast<size_t>(k)].index;
    return index.terms.empty() || index.terms[0].kind == IndexTerm::Kind::index ? k : -1;
  }

  // --- the tile ----------------------------------------------------------------------------------

  // Enough sums at once to hide the latency of one, and no more than registers hold beside what is
  // read; along rows first, where windows overlap.
  void choose_tile() {
    const int64_t most = target_.vector_registers() / 2 - 2; // 14 or 6
    const int64_t enough = std::min<int64_t>(8, most);
    const int64_t extent = parts_.extent(x_);
    if (x_ >= 0 && (blocks_ || extent >= lanes_)) {
      const int64_t unit = blocks_ ? 1 : lanes_;
      double least = 0;
      for (int64_t width = most; width >= 1; --width) {
        if (width * unit > extent)
          continue;
        const double cost = static_cast<double>(ceiling_quotient(extent, width * unit)) *
                            static_cast<double>(std::max<int64_t>(width, 4) + 1);
        if (least == 0 || cost < least) {
          least = cost;
          width_ = width;
        }
      }
    }
    if (y_ >= 0)
      height_ = std::min(parts_.extent(y_), std::max<int64_t>(enough / width_, 1));
    // Where rows are kept for the next tile, no tile begins in the one before.
    if (is_copied() && parts_.slides(y_))
      height_ = catalogue::largest_divisor(parts_.extent(y_), height_);
    rows_ = rows_at_once();
  }

  // Of dimension y, for one task.
  int64_t rows_at_once() const {
    const int64_t extent = parts_.extent(y_);
    if (y_ < 0 || !is_parallel())
      return extent;
    int64_t others = 1;
    for (int k = 0; k < y_; ++k)
      others *= parts_.extent(k);
    const int64_t tasks =
        others >= 2 * target_.threads ? 1 : ceiling_quotient(2 * target_.threads, others);
    return std::min(ceiling_quotient(ceiling_quotient(extent, tasks), height_) * height_, extent);
  }

  bool is_parallel() const { return runs_in_parallel(parts_.stages, target_); }

  // Is what the windows see worth a copy of its own? Not for its padding, which is decided once a
  // tile; where blocks are made of it, and where windows along a row are many.
  bool is_copied() const {
    if (parts_.image < 0)
      return false;
    if (blocks_)
      return !reads_blocks(equation(parts_.image));
    const int64_t terms = term_count(equation(parts_.sum));
    const bool one_tile = parts_.extent(x_) <= width_ * lanes_ && parts_.extent(y_) <= height_;
    return terms > most_masked && !one_tile;
  }
  // Its last index is inside a block of what it reads, too.
  static bool reads_blocks(const Equation& copy) {
    return !copy.body->subscripts.empty() &&
           copy.body->subscripts.back().index.is_index(static_cast<int>(copy.free.size()) - 1);
  }

  // --- stages ------------------------------------------------------------------------------------

  void copy(int e, const std::string& place) {
    const Equation& own = equation(e);
    text_ << name(e) << ": " << place;
    if (!own.free.empty() && own.free.back().extent >= lanes_)
      text_ << " vectorize(" << own.free.back().name << ", " << lanes_ << ")";
    text_ << "\n";
  }

  // Row by row, each once: rows that later windows need again are kept.
  void image() {
    if (row_level_.empty())
      return copy(parts_.image, "compute_root");
    std::string place = "compute_at(" + row_level_ + ")";
    if (parts_.slides(y_) && !task_level_.empty())
      place += " store_at(" + task_level_ + ")";
    copy(parts_.image, place);
  }

  // Joins loops, given outermost first, into one that runs in parallel; returns the name of the
  // innermost.
  std::string parallel(const std::vector<Loop>& loops) {
    if (loops.empty())
      return "";
    if (!is_parallel())
      return loops.back().name;
    const size_t count = loops_to_share(loops, target_.threads);
    const Loop task = run_in_parallel(text_, loops, count);
    return count == loops.size() ? task.name : loops.back().name;
  }

  // The result in its own order: blocks of channels, chunks of rows, turned around.
  void in_order() {
    const Equation& root = equation(parts_.root);
    const Node& read = *parts_.read_of(parts_.root, parts_.host);
    const IndexExpr& inside = read.subscripts.back().index; // of the block
    const int channel = inside.terms.empty() ? -1
                        : inside.terms[0].kind == IndexTerm::Kind::index
                            ? inside.terms[0].index
                            : inside.terms[0].inner->terms[0].index;
    const auto root_dimension = [&](int k) { // that dimension k of the host is
      return k < 0 ? -1 : single_index(read.subscripts[static_cast<size_t>(k)].index);
    };
    const int y = root_dimension(y_);
    std::vector<Loop> outer;
    std::vector<std::string> inner;
    text_ << name(parts_.root) << ":";
    std::string channel_loop;
    for (int k = 0; k < static_cast<int>(root.free.size()); ++k) {
      const IndexRange& range = root.free[static_cast<size_t>(k)];
      const std::string& own = range.name;
      if (k == channel) {
        channel_loop = own;
        if (range.extent <= lanes_)
          continue;
        text_ << " split(" << own << ", " << own << "_o, " << own << "_u, " << lanes_ << ", guard)";
        channel_loop = own + "_u";
        outer.push_back({own + "_o", ceiling_quotient(range.extent, lanes_)});
      } else if (k == y && y != root_dimension(x_)) {
        text_ << " split(" << own << ", " << own << "_c, " << own << "_r, " << rows_ << ")";
        outer.push_back({own + "_c", ceiling_quotient(range.extent, rows_)});
        inner.insert(inner.begin(), own + "_r");
      } else if (k == root_dimension(x_) || (y >= 0 && k > y)) {
        inner.insert(inner.begin(), own);
      } else {
        outer.push_back({own, range.extent});
      }
    }
    if (!channel_loop.empty())
      inner.push_back(channel_loop);
    std::vector<std::string> order = inner;
    for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
      order.push_back(loop->name);
    if (order.size() > 1)
      text_ << " reorder(" << joined(order) << ")";
    const IndexRange& last = root.free.back();
    if (!inner.empty() && inner[0] == last.name && last.extent >= lanes_ &&
        static_cast<int>(root.free.size()) - 1 != channel)
      text_ << " vectorize(" << last.name << ", " << lanes_ << ")";
    const std::string level = parallel(outer);
    text_ << "\n";
    task_level_ = level.empty() ? "" : name(parts_.root) + ", " + level;
    host_place_ = level.empty() ? "compute_root" : "compute_at(" + task_level_ + ")";
  }

  // Epilogue applied, a tile at a time.
  void host() {
    const bool is_root = parts_.host == parts_.root;
    const std::string& own = name(parts_.host);
    text_ << own << ":" << (is_root ? "" : " " + host_place_);
    std::vector<Loop> outer;
    for (int k = 0; k < y_; ++k)
      outer.push_back({dimension(k), parts_.extent(k)});
    if (y_ >= 0) {
      const std::string y = dimension(y_);
      std::string rows = y;
      if (is_root) {
        text_ << " split(" << y << ", " << y << "_c, " << y << "_r, " << rows_ << ")";
        outer.push_back({y + "_c", ceiling_quotient(parts_.extent(y_), rows_)});
        rows = y + "_r";
      }
      text_ << " split(" << rows << ", " << y << "_t, " << y << "_u, " << height_ << ")";
    }
    if (x_ >= 0 && has_x_tile())
      text_ << " split(" << dimension(x_) << ", " << dimension(x_) << "_t, " << dimension(x_)
            << "_u, " << width_ * (blocks_ ? 1 : lanes_) << ")";
    std::vector<std::string> order{x_loop()};
    if (blocks_)
      order = {dimension(vector_)};
    if (blocks_ && x_ >= 0)
      order.push_back(x_loop());
    if (y_ >= 0)
      order.push_back(dimension(y_) + "_u");
    if (x_ >= 0 && has_x_tile())
      order.push_back(dimension(x_) + "_t");
    if (y_ >= 0)
      order.push_back(dimension(y_) + "_t");
    for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
      order.push_back(loop->name);
    if (order.size() > 1)
      text_ << " reorder(" << joined(order) << ")";
    text_ << tile_loops(dimension(vector_), x_loop(), y_ < 0 ? "" : dimension(y_) + "_u",
                        !has_x_tile() ? ", predicate" : "");
    if (is_root) {
      const std::string level = parallel(outer);
      task_level_ = level.empty() ? "" : own + ", " + level;
    }
    if (y_ >= 0)
      row_level_ = own + ", " + dimension(y_) + "_t";
    tile_level_ = x_ >= 0 && has_x_tile() ? own + ", " + dimension(x_) + "_t" : row_level_;
    text_ << "\n";
  }

  // Rows shorter than a vector are one, masked.
  bool has_x_tile() const { return blocks_ || parts_.extent(x_) >= lanes_; }
  std::string x_loop() const {
    return x_ < 0 ? "" : has_x_tile() ? dimension(x_) + "_u" : dimension(x_);
  }

  // `lane`: the dimension that vectors hold, where that is not x.
  std::string tile_loops(const std::string& lane, const std::string& x, const std::string& y,
                         const std::string& tail) const {
    std::string text;
    if (blocks_)
      text += " vectorize(" + lane + ")" + (x_ < 0 ? "" : " unroll(" + x + ")");
    else
      text += " vectorize(" + x + ", " + std::to_string(lanes_) + tail + ") unroll(" + x + ")";
    return text + (y.empty() ? "" : " unroll(" + y + ")");
  }

  void sum() {
    const Equation& own = equation(parts_.sum);
    const std::string x = x_ < 0 ? "" : dimension(own, x_), y = y_ < 0 ? "" : dimension(own, y_);
    const std::string widened = tile_loops(dimension(own, vector_), x, y, ", round_up");
    text_ << own.name << ": "
          << (tile_level_.empty() ? "compute_root" : "compute_at(" + tile_level_ + ")") << widened
          << "\n"
          << own.name << ".1:";
    std::vector<std::string> order{dimension(own, vector_)};
    if (blocks_ && x_ >= 0)
      order.push_back(x);
    if (y_ >= 0)
      order.push_back(y);
    std::string unrolled;
    int64_t body = width_ * height_;
    bool whole = true; // terms further in are written out
    for (auto range = own.reduced.rbegin(); range != own.reduced.rend(); ++range) {
      order.push_back(range->name);
      whole &= body * range->extent <= most_unrolled;
      if (!whole)
        continue;
      body *= range->extent;
      unrolled += (unrolled.empty() ? "" : ", ") + range->name;
    }
    if (order.size() > 1)
      text_ << " reorder(" << joined(order) << ")";
    text_ << widened;
    if (!unrolled.empty())
      text_ << " unroll(" << unrolled << ")";
    text_ << "\n";
  }

  const ChannelParts parts_;
  const Target& target_;
  const int64_t lanes_;
  const bool blocks_;
  const int vector_, x_, y_;       // dimensions of the sum; -1: none
  int64_t width_ = 1, height_ = 1; // of the tile: vectors, rows
  int64_t rows_ = 1;
  std::string host_place_, task_level_, row_level_, tile_level_; // "stage, loop"
  std::ostringstream text_;
};

} // namespace

bool runs_in_parallel(const Definition& stages, const Target& target) {
  return target.threads > 1 &&
         std::any_of(stages.equations.begin(), stages.equations.end(), [](const Equation& stage) {
           return stage.reduction && evaluation_count(stage) >= least_parallel_evaluations;
         });
}

catalogue::Schedule channel_vectors_schedule(const Definition& stages, const Target& target,
                                             bool blocks) {
  return catalogue::Schedule::parse(Scheduler(stages, target, blocks).text());
}

} // namespace fovea::kernels
