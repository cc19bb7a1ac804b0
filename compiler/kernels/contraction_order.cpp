#include "compiler/kernels/contraction_order.hpp"

#include <fovea/catalogue/integers.hpp>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

bool columns_first(const ContractionStages& parts, const TileShape& tile,
                   const catalogue::Target& target, double image, double weights) {
  const double l2 = static_cast<double>(target.l2_bytes);
  if (weights <= l2 / 2)
    return image <= l2 / 2; // either fits: less of the image is walked again
  const double column_tiles =
      static_cast<double>(ceiling_quotient(parts.extent(parts.columns()), tile.columns));
  const double row_tiles = static_cast<double>(parts.equation(parts.sum).shape().elements()) /
                           static_cast<double>(tile.accumulators() * target.lanes(4)) /
                           column_tiles;
  return image * column_tiles <= weights * row_tiles;
}

} // namespace

ContractionOrder contraction_order(const ContractionStages& parts, const TileShape& tile,
                                   const catalogue::Target& target) {
  const Factors factors = factors_of(parts.stages, parts.contraction);
  const auto bytes = [&](const Node* read) {
    return static_cast<double>(parts.stages.type_of(read->tensor).bytes());
  };
  const double image = bytes(factors.image), weights = bytes(factors.weights);
  return {columns_first(parts, tile, target, image, weights), image >= weights};
}

} // namespace fovea::kernels
