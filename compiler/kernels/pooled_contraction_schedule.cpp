#include "compiler/kernels/pooled_contraction_schedule.hpp"

#include "compiler/kernels/chain.hpp"
#include "compiler/kernels/channel_vectors_parts.hpp"
#include "compiler/kernels/contraction_order.hpp"
#include "compiler/kernels/contraction_stages.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/placement.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/words.hpp"

#include <fovea/catalogue/integers.hpp>

#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;
using catalogue::Schedule;
using catalogue::StageSchedule;
using catalogue::Target;

class Scheduler {
 public:
  Scheduler(const Definition& stages, const Target& target)
      : parts_(*parts_of_chain(stages)), contraction_(parts_[0].definition),
        pooling_(parts_[1].definition), target_(target) {
    single_.threads = 1;
    find_dimensions();
    portion_ = portion(-1);
    blocks_ = tile_of(portion_, single_).shape.columns;
    portion_ = portion(blocks_);
    find_loops();
  }

  Schedule run() {
    std::vector<StageSchedule> all = Schedule::parse(pooling()).stages();
    for (StageSchedule& stage : contraction())
      all.push_back(std::move(stage));
    return Schedule(std::move(all));
  }

  PooledTiles tiles() const {
    PooledTiles result;
    result.tile = tile_of(portion_, single_);
    result.portions = tasks_of(outer_, outer_.size());
    result.passes = columns_ < 0 ? 1 : ceiling_quotient(extent(columns_), blocks_);
    for (const IndexRange& range : pooling_.equation(pooling_.sum).reduced)
      result.pixels *= range.extent;
    result.tasks = is_parallel() ? tasks_of(outer_, shared()) : 1;
    return result;
  }

 private:
  const Equation& sum() const { return pooling_.equation(pooling_.sum); }
  int64_t extent(int k) const { return pooling_.extent(k); }
  std::string dimension(int k) const {
    return pooling_.equation(pooling_.host).free[static_cast<size_t>(k)].name;
  }

  // Which of the pooled sum's dimensions is which of the contraction's.
  void find_dimensions() {
    const std::vector<Subscript>& places = map().subscripts;
    for (int d = 0; d < static_cast<int>(places.size()); ++d)
      for (int k = 0; k < pooling_.rank(); ++k)
        if (places[static_cast<size_t>(d)].index.is_index(k)) {
          if (d == contraction_.columns())
            columns_ = k;
          else if (d != contraction_.vector()) {
            kept_.push_back(k);
            kept_rows_.push_back(d);
          }
        }
  }
  // The map is the last of the pooling's operands.
  const Node& map() const {
    return *read_of(sum(), static_cast<int>(parts_[1].definition.operands.size()) - 1);
  }

  // The contraction for so many blocks of channels (-1: all) of one image.
  Definition portion(int64_t blocks) const {
    Definition result = parts_[0].definition;
    const Shape map = contraction_.equation(contraction_.sum).shape();
    for (Equation& equation : result.equations) {
      if (!(equation.shape() == map))
        continue;
      for (const int row : kept_rows_)
        equation.free[static_cast<size_t>(row)].extent = 1;
      if (blocks > 0 && contraction_.columns() >= 0)
        equation.free[static_cast<size_t>(contraction_.columns())].extent = blocks;
    }
    return result;
  }

  // Of the contraction's tile, the pixels along a reduced dimension of the pooled sum.
  int64_t tile_size(size_t r) const {
    const TileShape shape = tile_of(portion_, single_).shape;
    const int reduced = pooling_.rank() + static_cast<int>(r);
    for (const auto& [from_end, size] : {std::pair(1, shape.width), std::pair(2, shape.height)})
      if (const int row = contraction_.row(from_end);
          row >= 0 && map().subscripts[static_cast<size_t>(row)].index.is_index(reduced))
        return size;
    return 1;
  }
  // Then a tile is accumulated while it is in registers.
  bool tiles_divide_maps() const {
    for (size_t r = 0; r < sum().reduced.size(); ++r)
      if (sum().reduced[r].extent % tile_size(r) != 0)
        return false;
    return true;
  }

  // Around a portion, outermost first.
  void find_loops() {
    for (const int k : kept_)
      outer_.push_back({dimension(k), extent(k)});
    if (columns_ < 0)
      return;
    const ContractionOrder order =
        contraction_order(contraction_, tile_of(portion_, single_).shape, target_);
    outer_.insert(order.columns_first ? outer_.begin() : outer_.end(),
                  {dimension(columns_) + "_t", ceiling_quotient(extent(columns_), blocks_)});
  }

  bool is_parallel() const {
    return target_.threads > 1 && !outer_.empty() &&
           evaluation_count(contraction_.equation(contraction_.sum)) >= least_parallel_macs;
  }
  size_t shared() const { return loops_to_share(outer_, target_.threads); }

  std::string pooling() {
    in_order();
    host();
    accumulation();
    return text_.str();
  }

  // The result in its own order, where that is not the blocks'.
  void in_order() {
    if (pooling_.root == pooling_.host)
      return;
    const Equation& root = pooling_.equation(pooling_.root);
    text_ << root.name << ":";
    if (!root.free.empty() && root.free.back().extent >= target_.lanes(4))
      text_ << " vectorize(" << root.free.back().name << ", " << target_.lanes(4) << ")";
    text_ << "\n";
  }

  // What pooling makes, a portion at a time.
  void host() {
    const Equation& host = pooling_.equation(pooling_.host);
    text_ << host.name << ":" << (pooling_.root != pooling_.host ? " compute_root" : "");
    std::vector<std::string> order{host.free.back().name};
    if (columns_ >= 0) {
      const std::string own = dimension(columns_);
      text_ << " split(" << own << ", " << own << "_t, " << own << "_u, " << blocks_ << ")";
      order.push_back(own + "_u");
    }
    const std::string unrolled = tile(order);
    for (auto loop = outer_.rbegin(); loop != outer_.rend(); ++loop)
      order.push_back(loop->name);
    if (order.size() > 1)
      text_ << " reorder(" << joined(order) << ")";
    text_ << unrolled;
    std::string level = outer_.empty() ? "" : outer_.back().name;
    if (is_parallel()) {
      const size_t count = shared();
      const Loop task = run_in_parallel(text_, outer_, count);
      if (count == outer_.size())
        level = task.name;
    }
    place_ = level.empty() ? "compute_root" : "compute_at(" + host.name + ", " + level + ")";
    text_ << "\n";
  }

  // Over the pixels of a portion.
  void accumulation() {
    const std::string& name = sum().name;
    std::vector<std::string> order{sum().free.back().name};
    if (columns_ >= 0)
      order.push_back(sum().free[static_cast<size_t>(columns_)].name);
    const std::string widened = tile(order);
    text_ << name << ": " << place_ << widened << "\n" << name << ".1:";
    std::vector<std::string> inside, outside; // of a tile of pixels
    const bool by_tiles = tiles_divide_maps();
    for (size_t r = sum().reduced.size(); r-- > 0;) {
      const auto& [pixel, extent] = sum().reduced[r];
      const int64_t size = by_tiles ? tile_size(r) : 1;
      if (size > 1 && size < extent)
        text_ << " split(" << pixel << ", " << pixel << "_t, " << pixel << "_u, " << size << ")";
      if (size > 1)
        inside.push_back(size < extent ? pixel + "_u" : pixel);
      if (size < extent)
        outside.push_back(size > 1 ? pixel + "_t" : pixel);
    }
    order.insert(order.end(), inside.begin(), inside.end());
    order.insert(order.end(), outside.begin(), outside.end());
    text_ << " reorder(" << joined(order) << ")" << widened;
    if (!inside.empty() && !outside.empty()) {
      text_ << " unroll(" << joined(inside) << ")";
      place_ = "compute_at(" + name + ".1, " + outside.front() + ")";
    }
    text_ << "\n";
  }

  static std::string tile(const std::vector<std::string>& loops) {
    return " vectorize(" + loops[0] + ")" + (loops.size() > 1 ? " unroll(" + loops[1] + ")" : "");
  }

  // The contraction's own schedule for a portion, where pooling needs it.
  std::vector<StageSchedule> contraction() const {
    std::vector<StageSchedule> stages = contraction_schedule(portion_, single_).stages();
    const std::string& map = contraction_.equation(contraction_.host).name;
    const std::vector<catalogue::Directive> place =
        Schedule::parse("stage: " + place_).stages()[0].directives;
    for (StageSchedule& stage : stages)
      if (stage.stage == map && stage.update == 0)
        stage.directives.insert(stage.directives.begin(), place.begin(), place.end());
    return stages;
  }

  const std::vector<Stage> parts_; // of stages
  const ContractionStages contraction_;
  const ChannelParts pooling_;
  const Target target_;
  Target single_ = target_;
  int columns_ = -1;           // dimension of the pooled sum; -1: one block
  std::vector<int> kept_;      // its other dimensions but the vector's: of a batch
  std::vector<int> kept_rows_; // likewise, of the contraction's sum
  int64_t blocks_ = 1;         // of channels in a portion
  Definition portion_;         // of the contraction
  std::vector<Loop> outer_;    // around a portion
  std::string place_;          // of the map
  std::ostringstream text_;    // of the pooling's stages
};

} // namespace

Schedule pooled_contraction_schedule(const Definition& stages, const Target& target) {
  return Scheduler(stages, target).run();
}

PooledTiles pooled_tiles(const Definition& stages, const Target& target) {
  return Scheduler(stages, target).tiles();
}

} // namespace fovea::kernels
