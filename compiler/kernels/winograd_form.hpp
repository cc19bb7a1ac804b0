#pragma once
#include "compiler/kernels/contraction.hpp"
#include "compiler/kernels/winograd_transform.hpp"

#include <fovea/catalogue/problem.hpp>

#include <optional>

// Which convolutions minimal filtering computes.
namespace fovea::kernels {

// A spatial dimension along which sums are transformed.
struct WinogradAxis {
  int row = 0;  // its number among the contraction's rows
  int term = 0; // the reduced index
  int64_t tile = 1, taps = 1;
  int64_t size() const { return tile + taps - 1; }
  WinogradTransform transform() const { return winograd_transform(tile, taps); }
};

struct WinogradForm {
  Contraction contraction;
  std::vector<WinogradAxis> axes; // one or two
  int channel = 0;                // the reduced index
  int64_t block = 1;              // channels in one vector
};

// Stride and dilation 1, windows of 3, 5 or 7 along one or two dimensions and of 1 along others, no
// groups; transforms of at most eight points: beyond, errors are too large.
std::optional<WinogradForm> winograd_form(const catalogue::Problem& problem, int64_t tile);

const Equation& sum_of(const Definition& definition, const WinogradForm& form);

// How much the transforms are of, and the products between them.
struct WinogradExtents {
  int64_t points = 1;                // of one tile's transform
  int64_t columns = 1, channels = 1; // in blocks
  std::vector<int64_t> tiles;        // of each of the contraction's rows

  int64_t macs(const WinogradForm& form) const; // of the products
};
WinogradExtents winograd_extents(const Definition& definition, const WinogradForm& form);

// The window that is this dimension of the image; none: a batch, a channel.
const Contraction::Window* window_at(const Contraction& contraction, int axis);

} // namespace fovea::kernels
