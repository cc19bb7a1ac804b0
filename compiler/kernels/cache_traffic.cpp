#include "compiler/kernels/cache_traffic.hpp"

#include "compiler/kernels/indices.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <numeric>

namespace fovea::kernels {
namespace {

constexpr int64_t line = 64; // bytes
// Of a cache that holds what is used again: the rest is passing through.
constexpr double usable = 0.75;
// A byte from beyond the second level takes about as long as these from the second.
constexpr double bytes_of_l2_a_byte = 6;
constexpr double least_saving = 0.1; // of the time that fetching takes

// Bytes of the box that a read touches, lines whole; rows that are read whole lie beside each
// other.
double bytes_touched(const Definition& stages, const Node& read,
                     const std::vector<Interval>& indices) {
  const TensorType type = stages.type_of(read.tensor);
  int64_t run = size_of(type.dtype), runs = 1;
  bool is_whole = true; // all inner dimensions are
  for (int d = type.shape.rank(); d-- > 0;) {
    const Interval range = range_of(read.subscripts[static_cast<size_t>(d)], indices);
    const int64_t low = std::max<int64_t>(range.low, 0);
    const int64_t high = std::min(range.high, type.shape[d] - 1);
    const int64_t extent = std::max<int64_t>(high - low + 1, 1);
    (is_whole ? run : runs) *= extent;
    is_whole = is_whole && extent == type.shape[d];
  }
  return static_cast<double>(catalogue::ceiling_quotient(run, line) * line) *
         static_cast<double>(runs);
}

// The reads of one sum, and what each touches within the loops from any on.
class Nest {
 public:
  Nest(const Definition& stages, const Equation& sum, const std::vector<TileLoop>& loops)
      : loops_(loops) {
    std::vector<Interval> indices = intervals_of(sum);
    std::vector<const Node*> reads;
    for_each_node(sum.body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        reads.push_back(&node);
    });
    touched_.resize(loops.size() + 1);
    for (size_t depth = 0; depth <= loops.size(); ++depth) {
      for (const Node* read : reads)
        touched_[depth].push_back(bytes_touched(stages, *read, indices));
      if (depth < loops.size()) {
        Interval& own = indices[static_cast<size_t>(loops[depth].index)];
        own.high = std::min(own.high, own.low + loops[depth].step - 1);
      }
    }
  }

  // Into a cache of so many bytes.
  double fetched(int64_t cache_bytes) const {
    const auto fits = [&](size_t depth) {
      return sum_of(touched_[depth]) <= usable * static_cast<double>(cache_bytes);
    };
    size_t depth = 0; // the loops from it on touch no more than the cache holds
    while (depth < loops_.size() && !fits(depth))
      ++depth;
    double bytes = 0;
    for (size_t r = 0; r < touched_[depth].size(); ++r) {
      size_t around = depth; // what the next loop leaves where it is stays in the cache
      while (fits(depth) && around > 0 && touched_[around - 1][r] == touched_[around][r])
        --around;
      double times = 1;
      for (size_t k = 0; k < around; ++k)
        times *= static_cast<double>(loops_[k].extent);
      bytes += touched_[depth][r] * times;
    }
    return bytes;
  }

 private:
  static double sum_of(const std::vector<double>& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), 0.0);
  }

  const std::vector<TileLoop>& loops_;
  std::vector<std::vector<double>> touched_; // by depth and read: within the loops from there on
};

std::vector<TileLoop> ordered(const std::vector<TileLoop>& loops,
                              const std::vector<size_t>& order) {
  std::vector<TileLoop> result;
  for (const size_t k : order)
    result.push_back(loops[k]);
  return result;
}

} // namespace

CacheTraffic cache_traffic(const Definition& stages, const Equation& sum,
                           const std::vector<TileLoop>& loops, const catalogue::Target& target) {
  const Nest nest(stages, sum, loops);
  return {nest.fetched(target.l1_bytes), nest.fetched(target.l2_bytes)};
}

std::vector<size_t> order_of_least_traffic(const Definition& stages, const Equation& sum,
                                           const std::vector<TileLoop>& loops,
                                           const catalogue::Target& target) {
  const auto cost = [&](const std::vector<size_t>& order) {
    const CacheTraffic traffic = cache_traffic(stages, sum, ordered(loops, order), target);
    return traffic.beyond_l1 + bytes_of_l2_a_byte * traffic.beyond_l2;
  };
  std::vector<size_t> best(loops.size());
  std::iota(best.begin(), best.end(), size_t{0});
  const std::vector<size_t> written = best;
  double least = cost(best) * (1 - least_saving);
  for (size_t from = 0; from < loops.size(); ++from)
    for (const size_t to : {size_t{0}, loops.size() - 1}) {
      std::vector<size_t> order = written;
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(from));
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), from);
      if (const double own = cost(order); own < least) {
        least = own;
        best = order;
      }
    }
  return best;
}

} // namespace fovea::kernels
