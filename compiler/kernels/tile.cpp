#include "compiler/kernels/tile.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/parallel_loops.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

using Strides = std::vector<std::vector<Stride>>;

// By how much more is computed when a dimension is walked in steps whose last overlaps.
double waste(int64_t extent, int64_t size) {
  return static_cast<double>(ceiling_quotient(extent, size) * size) / static_cast<double>(extent);
}

// How many interleaved parts a sum of `extent` terms is vectorised in: a power of two, whose parts
// halve down to one; where there is none, whatever divides.
int64_t interleaved_parts(int64_t extent, int64_t most) {
  for (int64_t parts = most; parts >= 4; parts /= 2)
    if (extent % parts == 0)
      return parts;
  for (int64_t parts = std::min(extent, most); parts >= 4; --parts)
    if (extent % parts == 0)
      return parts;
  return 1;
}

// One broadcast, one load, a few loads across lines and shuffles, or one load a lane.
double cost_of_load(const Stride& stride, int64_t lanes) {
  const double step = static_cast<double>(std::abs(stride.elements));
  if (!stride.regular || step > 4)
    return static_cast<double>(lanes);
  return step == 0 ? 0.25 : stride.elements == 1 ? 1 : 1 + 2 * step;
}

// Vectors that lie this far apart from term to term share the places of few sets in the caches:
// more of them than there are places are fetched anew. The cost is as measured: matrices of 1024,
// 2048 or 5120 columns and maps of 32x32 take 1.7 to 2.8 times as long as ones beside them.
constexpr int64_t places = 16;
constexpr double cost_of_conflict = 8;

bool conflicts(const Equation& sum, const std::vector<Stride>& read) {
  for (size_t r = sum.reduced.size(); r-- > 0;)
    if (sum.reduced[r].extent > 1) {
      const Stride& step = read[sum.free.size() + r];
      return step.regular && step.elements != 0 && sum.reduced[r].extent > places &&
             step.elements * size_of(sum.type) % set_bytes == 0;
    }
  return false;
}

// What one vector of results costs in loads when dimension `k` is vectorised.
double load_cost(const Strides& strides, size_t k, int64_t extent, int64_t lanes) {
  double cost = 0;
  for (const std::vector<Stride>& read : strides) {
    cost += cost_of_load(read[k], lanes);
  }
  const int64_t used = extent < lanes ? lanes : ceiling_quotient(extent, lanes) * lanes;
  return (cost + 0.25) * static_cast<double>(used) / static_cast<double>(extent);
}

// Free dimensions other than the vectorised one: those that most reads do not depend on first, of
// equals the innermost.
std::vector<size_t> shared_dimensions(const Equation& sum, const Strides& strides,
                                      const Tile& tile) {
  std::vector<size_t> result;
  for (size_t k = sum.free.size(); k-- > 0;)
    if (static_cast<int>(k) != tile.vector && sum.free[k].extent > 1)
      result.push_back(k);
  const auto shared = [&](size_t k) {
    return std::count_if(strides.begin(), strides.end(), [&](const std::vector<Stride>& read) {
      return read[k].regular && read[k].elements == 0;
    });
  };
  std::stable_sort(result.begin(), result.end(),
                   [&](size_t a, size_t b) { return shared(a) > shared(b); });
  return result;
}

// The dimension along which vectors are taken, of those that strides are given by; -1: none.
int vector_dimension(const Equation& sum, const Tile& tile) {
  return tile.dot >= 0 ? static_cast<int>(sum.free.size()) + tile.dot : tile.vector;
}

// Of one multiply-add of the tile, in half cycles; `gathered`: with what loads of elements cost
// that do not stand in a row, or in the way of each other, which all tiles pay.
double tile_cost(const Equation& sum, const Strides& strides, const Tile& tile, bool gathered) {
  double loads = 0;
  const int vector = vector_dimension(sum, tile);
  for (const std::vector<Stride>& read : strides) {
    const auto depends = [&](int k) {
      const Stride& stride = read[static_cast<size_t>(k)];
      return !stride.regular || stride.elements != 0;
    };
    double own = tile.vector >= 0 && depends(tile.vector) ? static_cast<double>(tile.vectors) : 1;
    if (gathered && vector >= 0)
      own *= std::max(1.0, cost_of_load(read[static_cast<size_t>(vector)], tile.lanes));
    if (gathered && tile.vector >= 0 && depends(tile.vector) && conflicts(sum, read))
      own *= cost_of_conflict;
    for (const Tile::Step& step : tile.unrolled)
      own *= depends(step.position) ? static_cast<double>(step.size) : 1;
    loads += own;
  }
  const double count = static_cast<double>(tile.accumulators());
  double vector_waste = 1;
  if (tile.vector >= 0)
    vector_waste =
        waste(sum.free[static_cast<size_t>(tile.vector)].extent, tile.lanes * tile.vectors);
  return (std::max({1.0, loads / count, 8 / count}) + 0.05 * loads / count) * vector_waste;
}

// What part of their time threads work that share the tiles of a sum worth sharing.
double evenness_of(const Equation& sum, const Tile& tile, const catalogue::Target& target) {
  constexpr int64_t least_terms = 200'000;
  if (target.threads == 1 || evaluation_count(sum) < least_terms)
    return 1;
  int64_t tiles = 1;
  for (size_t k = 0; k < sum.free.size(); ++k)
    tiles *= ceiling_quotient(sum.free[k].extent,
                              std::max<int64_t>(tile.step_of(static_cast<int>(k)), 1));
  return evenness(tiles, target.threads);
}

// Do steps along dimension `k` have loads in common: what does not depend on it, or windows that
// overlap?
bool shares_loads(const Equation& sum, const Strides& strides, size_t k) {
  return std::ranges::any_of(strides, [&](const std::vector<Stride>& read) {
    const auto is_as_far = [&](const Stride& tap) {
      return tap.regular && tap.elements == read[k].elements;
    };
    return read[k].regular &&
           (read[k].elements == 0 ||
            std::any_of(read.begin() + static_cast<std::ptrdiff_t>(sum.free.size()), read.end(),
                        is_as_far));
  });
}

// Of equals the tile of fewer rows that have no load in common, where a window is written out:
// vectors beside each other share its cache lines, rows only the places of one set.
double cost_of_rows(const Equation& sum, const Strides& strides, const Tile& tile) {
  constexpr double next_to_nothing = 1e-6;
  if (sum.reduced.empty() || sum.reduced.back().extent > most_terms_written_out)
    return 0;
  int64_t rows = 1;
  for (const Tile::Step& step : tile.unrolled)
    if (!shares_loads(sum, strides, static_cast<size_t>(step.position)))
      rows *= step.size;
  return next_to_nothing * static_cast<double>(rows);
}

// Tiles of up to three dimensions: the vectorised one and the two that most reads do not depend
// on. Two multiply-adds and two loads start each cycle, and an addition takes four.
void choose_unrolling(const Equation& sum, const Strides& strides, const catalogue::Target& target,
                      Tile& tile) {
  std::vector<size_t> dimensions = shared_dimensions(sum, strides, tile);
  const auto extent = [&](size_t k) {
    return k < dimensions.size() ? sum.free[dimensions[k]].extent : 1;
  };
  int64_t whole = 1; // vectors in the whole dimension
  if (tile.vector >= 0)
    whole = sum.free[static_cast<size_t>(tile.vector)].extent / tile.lanes;
  // A quarter of the registers holds operands; a dot product's lanes are added up at the end.
  const int64_t most = tile.dot >= 0 ? 8 : target.vector_registers() * 3 / 4;
  const int64_t most_vectors = std::min<int64_t>(whole, 4);
  double least = 1e30;
  Tile best = tile;
  for (int64_t v = 1; v <= most_vectors; ++v)
    for (int64_t a = 1; a <= std::min(extent(0), most / v); ++a)
      for (int64_t b = 1; b <= std::min(extent(1), most / v / a); ++b) {
        Tile candidate = tile;
        candidate.vectors = v;
        candidate.unrolled.clear();
        if (a > 1)
          candidate.unrolled.push_back({static_cast<int>(dimensions[0]), a});
        if (b > 1)
          candidate.unrolled.push_back({static_cast<int>(dimensions[1]), b});
        const double cycles = tile_cost(sum, strides, candidate, false) * waste(extent(0), a) *
                                  waste(extent(1), b) / evenness_of(sum, candidate, target) +
                              cost_of_rows(sum, strides, candidate);
        if (cycles < least - 1e-9) {
          least = cycles;
          best = candidate;
        }
      }
  const double wasted = (least - cost_of_rows(sum, strides, best)) *
                        evenness_of(sum, best, target) / tile_cost(sum, strides, best, false);
  best.cycles = tile_cost(sum, strides, best, true) * wasted / 2;
  tile = best;
}

} // namespace

int64_t Tile::accumulators() const {
  int64_t count = vectors;
  for (const Step& step : unrolled)
    count *= step.size;
  return count;
}

int64_t Tile::step_of(int position) const {
  if (position == vector)
    return lanes * vectors;
  for (const Step& step : unrolled)
    if (step.position == position)
      return step.size;
  return 0;
}

Tile choose_tile(const Definition& stages, const Equation& sum, const catalogue::Target& target,
                 const NarrowStages& narrow) {
  const Strides strides = strides_of(stages, sum);
  const int64_t lanes = std::max(target.lanes(narrow.lane_bytes(sum)), 1);
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
    const int64_t part = interleaved_parts(sum.reduced[r].extent, lanes);
    if (part < 4)
      continue;
    const double cost = load_cost(strides, sum.free.size() + r, part, lanes) +
                        2.0 * static_cast<double>(lanes * element_count(sum)) /
                            static_cast<double>(std::max<int64_t>(evaluation_count(sum), 1));
    if (cost < 0.8 * least) {
      least = cost;
      tile.vector = -1;
      tile.dot = static_cast<int>(r);
      tile.lanes = part;
    }
  }
  if (tile.vector >= 0)
    while (tile.lanes * 2 <= std::min(lanes, sum.free[static_cast<size_t>(tile.vector)].extent))
      tile.lanes *= 2; // other sizes LLVM rounds up, or takes apart
  choose_unrolling(sum, strides, target, tile);
  return tile;
}

} // namespace fovea::kernels
