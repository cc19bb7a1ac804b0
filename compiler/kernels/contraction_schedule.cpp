#include "compiler/kernels/contraction_schedule.hpp"

#include "compiler/kernels/contraction_order.hpp"
#include "compiler/kernels/contraction_stages.hpp"
#include "compiler/kernels/contraction_terms.hpp"
#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/words.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

using catalogue::Target;

class Scheduler {
 public:
  Scheduler(const Definition& stages, const Target& target)
      : parts_(stages), target_(target), problem_(problem_of(parts_, target)),
        tile_(choose_tile_shape(problem_, target)) {}

  std::string text() {
    for (int e = 0; e < parts_.sum; ++e)
      if (parts_.feeds_sum(e) && !is_prologue(e))
        copy(e);
    if (parts_.root != parts_.host)
      in_order();
    host();
    for (int e = 0; e < parts_.sum; ++e)
      if (is_prologue(e))
        prologue(e);
    sum();
    return text_.str();
  }

  const TileProblem& problem() const { return problem_; }
  const TileShape& shape() const { return tile_; }
  // That threads share; 1: it does not run in parallel.
  int64_t tasks() const {
    if (!is_parallel())
      return 1;
    if (parts_.host == parts_.root) {
      const TileLoops loops = around_tile();
      return tasks_of(loops.all, shared(loops));
    }
    const std::vector<Loop> chunks = around_chunk();
    return tasks_of(chunks, chunks.size());
  }

 private:
  static TileProblem problem_of(const ContractionStages& parts, const Target& target) {
    TileProblem problem{parts.extent(parts.row(2)), parts.extent(parts.row(1)),
                        parts.extent(parts.columns())};
    const Equation& sum = parts.equation(parts.sum);
    problem.steps = term_count(sum);
    problem.leaves_cache = 4 * sum.shape().elements() > target.l2_bytes;
    return problem;
  }

  bool is_parallel() const { return target_.threads > 1 && macs() >= least_parallel_macs; }

  const Equation& equation(int e) const { return parts_.equation(e); }
  const std::string& name(int e) const { return equation(e).name; }
  std::string dimension(int k) const {
    return equation(parts_.host).free[static_cast<size_t>(k)].name;
  }

  int64_t macs() const { return evaluation_count(equation(parts_.sum)); }

  // Padded images, packed weights: whole, before all else.
  void copy(int e) {
    const Equation& own = equation(e);
    text_ << name(e) << ": compute_root";
    if (own.free.empty()) {
      text_ << "\n";
      return;
    }
    const IndexRange& inner = own.free.back();
    const int64_t lanes = target_.lanes(4);
    if (inner.extent >= lanes)
      text_ << " vectorize(" << inner.name << ", " << lanes << ")";
    std::vector<Loop> outer;
    for (size_t k = 0; k + 1 < own.free.size(); ++k)
      outer.push_back({own.free[k].name, own.free[k].extent});
    if (own.shape().elements() >= 100'000 && target_.threads > 1 && !outer.empty())
      run_in_parallel(text_, outer, loops_to_share(outer, target_.threads));
    text_ << "\n";
  }

  // Computed from the image, not merely copied, with the channels in vectors and each pixel read
  // once: as the sum wants it, a row of tiles at a time.
  bool is_prologue(int e) const {
    const Node& image = *factors_of(parts_.stages, parts_.contraction).image;
    return image.tensor == parts_.stages.tensor_of_equation(e) &&
           equation(e).body->kind != Node::Kind::read && parts_.contraction.windows.empty() &&
           equation(e).free.back().extent % target_.lanes(4) == 0 &&
           std::any_of(parts_.contraction.channels.begin(), parts_.contraction.channels.end(),
                       [&](int c) { return image.subscripts.back().index.is_index(c); });
  }

  // Where each row of tiles is computed for all its columns: from memory once, by all threads.
  void prologue(int e) {
    if (image_level_.empty())
      return copy(e);
    text_ << name(e) << ": compute_at(" << name(parts_.host) << ", " << image_level_
          << ") vectorize(" << equation(e).free.back().name << ", " << target_.lanes(4) << ")\n";
  }

  // The tile's loops of a stage with the contraction's dimensions, innermost first.
  std::vector<std::string> tile_loops(const std::string& suffix) const {
    std::vector<std::string> loops{dimension(parts_.vector())};
    if (parts_.columns() >= 0)
      loops.push_back(dimension(parts_.columns()) + suffix);
    for (const int from_end : {1, 2})
      if (parts_.row(from_end) >= 0)
        loops.push_back(dimension(parts_.row(from_end)) + suffix);
    return loops;
  }

  static std::string unrolled(const std::vector<std::string>& tile_loops) {
    std::string text = " vectorize(" + tile_loops[0] + ")";
    if (tile_loops.size() > 1)
      text += " unroll(" + joined({tile_loops.begin() + 1, tile_loops.end()}) + ")";
    return text;
  }

  // The loops around the tile, outermost first: over columns outermost, in chunks of pixels where
  // threads share these, or over pixels.
  struct TileLoops {
    std::vector<Loop> all;
    size_t pixels = 0; // how many are around those over columns
    std::string splits;
  };
  TileLoops around_tile() const {
    std::vector<Loop> pixels, columns;
    for (const int k : parts_.outer_rows())
      pixels.push_back({dimension(k), parts_.extent(k)});
    TileLoops loops;
    const auto split = [&](int k, int64_t size, std::vector<Loop>& own) {
      if (k < 0)
        return;
      const std::string& whole = dimension(k);
      loops.splits +=
          " split(" + whole + ", " + whole + "_t, " + whole + "_u, " + std::to_string(size) + ")";
      own.push_back({whole + "_t", ceiling_quotient(parts_.extent(k), size)});
    };
    split(parts_.row(2), tile_.height, pixels);
    split(parts_.row(1), tile_.width, pixels);
    split(parts_.columns(), tile_.columns, columns);
    const ContractionOrder order = contraction_order(parts_, tile_, target_);
    const bool columns_first = order.columns_first;
    const bool in_chunks =
        columns_first && order.shares_pixels && is_parallel() && parts_.host == parts_.root;
    const std::vector<Loop> chunks =
        in_chunks ? split_chunks(pixels, loops.splits) : std::vector<Loop>();
    loops.all = chunks;
    for (const auto* own : {columns_first ? &columns : &pixels, columns_first ? &pixels : &columns})
      loops.all.insert(loops.all.end(), own->begin(), own->end());
    loops.pixels = columns_first ? chunks.size() : pixels.size();
    return loops;
  }

  // The outermost loop over pixels that has steps, in chunks: takes them out of `pixels`. None
  // where they would not be even.
  std::vector<Loop> split_chunks(std::vector<Loop>& pixels, std::string& splits) const {
    const auto outer = std::find_if(pixels.begin(), pixels.end(),
                                    [](const Loop& loop) { return loop.extent > 1; });
    const int64_t size = outer == pixels.end() ? 0 : even_chunk(outer->extent, target_.threads);
    if (size == 0)
      return {};
    const Loop chunk{outer->name + "_c", ceiling_quotient(outer->extent, size)};
    const Loop part{outer->name + "_r", size};
    splits += " split(" + outer->name + ", " + chunk.name + ", " + part.name + ", " +
              std::to_string(size) + ")";
    *outer = part;
    return {chunk};
  }

  // How many of them run in parallel, as one.
  size_t shared(const TileLoops& loops) const {
    if (!is_parallel() || loops.all.empty())
      return 0;
    const size_t count = loops_to_share(loops.all, target_.threads);
    // A prologue is computed between pixels and columns, if there is a task for each thread.
    const bool split = count > loops.pixels && has_prologue() &&
                       tasks_of(loops.all, loops.pixels) >= 2 * target_.threads;
    return split ? loops.pixels : count;
  }

  bool has_prologue() const {
    for (int e = 0; e < parts_.sum; ++e)
      if (parts_.feeds_sum(e) && is_prologue(e))
        return true;
    return false;
  }

  // Epilogue applied, a tile at a time.
  void host() {
    const TileLoops loops = around_tile();
    const std::vector<Loop>& outer = loops.all;
    text_ << name(parts_.host) << ":";
    const bool is_root = parts_.host == parts_.root;
    if (!is_root)
      text_ << " " << host_place_;
    text_ << loops.splits;
    const std::vector<std::string> inner = tile_loops("_u");
    std::vector<std::string> order = inner;
    for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
      order.push_back(loop->name);
    if (order.size() > 1)
      text_ << " reorder(" << joined(order) << ")";
    text_ << unrolled(inner);
    tile_level_ = outer.empty() ? "" : outer.back().name;
    if (loops.pixels > 0)
      image_level_ = outer[loops.pixels - 1].name;
    if (const size_t count = is_root ? shared(loops) : 0; count > 0) {
      const Loop task = run_in_parallel(text_, outer, count);
      if (count == outer.size())
        tile_level_ = task.name;
      if (count >= loops.pixels)
        image_level_ = count == loops.pixels ? task.name : "";
    }
    text_ << "\n";
  }

  // The host's dimension that the result in its own order is made in chunks of.
  int chunked() const { return parts_.row(2) >= 0 ? parts_.row(2) : parts_.row(1); }

  std::vector<Loop> around_chunk() const {
    const Equation& root = equation(parts_.root);
    const std::vector<int> of_host = host_dimensions(root);
    std::vector<Loop> loops;
    for (size_t k = 0; k < root.free.size(); ++k) {
      const IndexRange& range = root.free[k];
      if (chunked() >= 0 && of_host[k] == chunked())
        loops.push_back(
            {range.name + "_c", ceiling_quotient(range.extent, rows_at_once(range.extent))});
      else if (contains(parts_.outer_rows(), of_host[k]))
        loops.push_back({range.name, range.extent});
    }
    return loops;
  }

  // The result in its own order: some of its rows at once, each block of columns turned around.
  void in_order() {
    const Equation& root = equation(parts_.root);
    if (root.free.empty()) { // one number
      host_place_ = "compute_root";
      return;
    }
    text_ << name(parts_.root) << ":";
    const std::vector<int> of_host = host_dimensions(root);
    const auto is_chunked = [&](size_t k) { return chunked() >= 0 && of_host[k] == chunked(); };
    const std::vector<Loop> outer = around_chunk();
    std::vector<std::string> order;
    std::string level;
    const int64_t lanes = target_.lanes(4);
    for (size_t k = 0; k < root.free.size(); ++k) {
      const IndexRange& range = root.free[k];
      if (!is_chunked(k)) {
        if (!contains(parts_.outer_rows(), of_host[k]))
          order.insert(order.begin(), range.name);
        continue;
      }
      const int64_t chunk = rows_at_once(range.extent);
      text_ << " split(" << range.name << ", " << range.name << "_c, " << range.name << "_r, "
            << chunk << ")";
      order.insert(order.begin(), range.name + "_r");
    }
    if (outer.empty()) {
      host_place_ = "compute_root";
    } else {
      for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
        order.push_back(loop->name);
      text_ << " reorder(" << joined(order) << ")";
      level = outer.back().name;
    }
    const IndexRange& inner = root.free.back();
    const bool in_chunks = is_chunked(root.free.size() - 1);
    const std::string inner_loop = in_chunks ? inner.name + "_r" : inner.name;
    const int64_t inner_extent = in_chunks ? rows_at_once(inner.extent) : inner.extent;
    if (inner_extent >= lanes)
      text_ << " vectorize(" << inner_loop << ", " << lanes << ")";
    if (!outer.empty()) {
      if (is_parallel()) {
        level = run_in_parallel(text_, outer, outer.size()).name;
      }
      host_place_ = "compute_at(" + name(parts_.root) + ", " + level + ") store_in(heap)";
    }
    text_ << "\n";
  }

  // Per dimension of the result, which of the host's it is; -1 for the columns, which are whole.
  std::vector<int> host_dimensions(const Equation& root) const {
    std::vector<int> dimensions;
    const Node& read = *read_of(root, parts_.stages.tensor_of_equation(parts_.host));
    for (int k = 0; k < static_cast<int>(root.free.size()); ++k) {
      dimensions.push_back(-1);
      for (int d = 0; d < parts_.vector(); ++d)
        if (read.subscripts[static_cast<size_t>(d)].index.is_index(k))
          dimensions.back() = d;
    }
    return dimensions;
  }

  // Of the chunked dimension: whole tiles, what the second-level cache holds of the result before
  // it is turned around, and shares for all threads.
  int64_t rows_at_once(int64_t extent) const {
    const bool by_width = parts_.row(2) < 0;
    const int64_t tile = by_width ? tile_.width : tile_.height;
    int64_t row_bytes = 4 * target_.lanes(4) * parts_.extent(parts_.columns());
    if (!by_width)
      row_bytes *= parts_.extent(parts_.row(1));
    int64_t outer = 1;
    for (const int k : parts_.outer_rows())
      outer *= parts_.extent(k);
    int64_t rows = std::max<int64_t>(target_.l2_bytes / 4 / std::max<int64_t>(row_bytes, 1), 1);
    if (is_parallel() && outer < 2 * target_.threads)
      rows = std::min(rows, ceiling_quotient(extent, ceiling_quotient(2 * target_.threads, outer)));
    rows = std::min(ceiling_quotient(rows, tile) * tile, extent);
    // The last tile of a chunk, and the last chunk, begin where they end with what they are of: as
    // few rows as can be are computed twice, while all threads work.
    int64_t best = rows;
    double least = 0;
    for (int64_t size = rows; 2 * size > rows; --size) {
      const int64_t chunks = ceiling_quotient(extent, size);
      double turns = static_cast<double>(chunks * ceiling_quotient(size, tile));
      if (is_parallel())
        turns /= evenness(chunks * outer, target_.threads);
      if (least == 0 || turns < least * 0.999) {
        least = turns;
        best = size;
      }
    }
    return best;
  }

  void sum() {
    const Equation& own = equation(parts_.sum);
    std::vector<std::string> loops{own.free.back().name};
    const auto add = [&](int k) {
      if (k >= 0)
        loops.push_back(own.free[static_cast<size_t>(k)].name);
    };
    add(parts_.columns());
    add(parts_.row(1));
    add(parts_.row(2));
    const std::string place = tile_level_.empty()
                                  ? " compute_root"
                                  : " compute_at(" + name(parts_.host) + ", " + tile_level_ + ")";
    text_ << own.name << ":" << place << unrolled(loops) << "\n" << own.name << ".1:";

    const TermLoops terms = term_loops(parts_, tile_);
    text_ << terms.split;
    std::vector<std::string> all = loops;
    all.insert(all.end(), terms.order.begin(), terms.order.end());
    if (all.size() > 1)
      text_ << " reorder(" << joined(all) << ")";
    text_ << unrolled(loops);
    if (!terms.unrolled.empty())
      text_ << " unroll(" << joined(terms.unrolled) << ")";
    text_ << "\n";
  }

  const ContractionStages parts_;
  const Target& target_;
  const TileProblem problem_;
  const TileShape tile_;
  std::string host_place_, tile_level_;
  std::string image_level_; // the loop over pixels around those over columns; empty: there is none
  std::ostringstream text_;
};

} // namespace

catalogue::Schedule contraction_schedule(const Definition& stages, const Target& target) {
  return catalogue::Schedule::parse(Scheduler(stages, target).text());
}

ChosenTile tile_of(const Definition& stages, const Target& target) {
  const Scheduler scheduler(stages, target);
  ChosenTile chosen{scheduler.problem(), scheduler.shape(), scheduler.tasks()};
  const ContractionStages parts(stages);
  for (const int k : parts.outer_rows())
    chosen.problem.other_tasks *= parts.extent(k);
  return chosen;
}

} // namespace fovea::kernels
