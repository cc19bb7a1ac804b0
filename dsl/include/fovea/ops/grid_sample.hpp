#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/op.hpp>

namespace fovea {

// How an image is read between its elements, and beyond its edges.
enum class SampleMode : uint8_t { linear, nearest };
enum class SamplePadding : uint8_t { zeros, border, reflection };

constexpr std::string_view name_of(SampleMode mode) {
  return mode == SampleMode::linear ? "linear" : "nearest";
}
constexpr bool parse(std::string_view name, SampleMode& mode) {
  mode = name == "nearest" ? SampleMode::nearest : SampleMode::linear;
  return name == name_of(mode);
}
constexpr std::string_view name_of(SamplePadding padding) {
  return padding == SamplePadding::zeros    ? "zeros"
         : padding == SamplePadding::border ? "border"
                                            : "reflection";
}
constexpr bool parse(std::string_view name, SamplePadding& padding) {
  for (SamplePadding candidate :
       {SamplePadding::zeros, SamplePadding::border, SamplePadding::reflection})
    if (name == name_of(candidate)) {
      padding = candidate;
      return true;
    }
  return false;
}

struct GridSampleOptions {
  SampleMode mode = SampleMode::linear;
  SamplePadding padding = SamplePadding::zeros;
  bool align_corners = false;
};

namespace ops {

// Reads X at the places of a grid (Jaderberg et al., Spatial transformer networks, arXiv
// 1506.02025; torch.nn.functional.grid_sample):
//   Z(b,c,j) = X(b, c, p), p = ((G(b,j) + 1) * extent - 1) / 2
// where the last component of a place counts for the first spatial dimension (x, y or x, y, z), and
// -1 and 1 are the edges of the outermost elements, with `align_corners` their centres: then
// p = (G(b,j) + 1) / 2 * (extent - 1). Between elements: `linear` interpolation, or the `nearest`
// one, of two the even. Beyond the edges: zeros, with `border` what stands at the edge, with
// `reflection` the image mirrored at its edges.
// Shapes: X [batch, channels, space...], G [batch, outputs..., dimensions],
// Z [batch, channels, outputs...].
struct GridSample : OpBase<GridSample>, GridSampleOptions {
  static constexpr const char* name = "grid_sample";
  static constexpr int inputs = 2;

  constexpr GridSample() = default;
  constexpr explicit GridSample(const GridSampleOptions& options) : GridSampleOptions(options) {}

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("mode", self.mode);
    visit("padding", self.padding);
    visit("align_corners", self.align_corners);
  }

  constexpr Inferred infer(const Types& operands) const {
    if (operands.size() != 2)
      return ShapeError{"it has the wrong number of operands", "data and a grid", "", "", {}};
    const TensorType &x = operands[0], &grid = operands[1];
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    if (const ShapeError error = check_float(x); error.what)
      return error;
    for (int64_t extent : x.shape)
      if (extent > 2147483647)
        return ShapeError{"the input {in} is too large", "extents below 2^31", "{in}", "", {}};
    if (const ShapeError error = check_operand(grid, 3, 5); error.what)
      return error;
    const int spatial = x.shape.rank() - 2;
    if (grid.dtype != x.dtype || grid.shape.rank() != x.shape.rank() ||
        grid.shape[0] != x.shape[0] || grid.shape[grid.shape.rank() - 1] != spatial)
      return ShapeError{"the grid does not fit the input {in}",
                        "the same element type and a shape of rank {0} that starts with {1} and "
                        "ends with {2}",
                        "{3}",
                        "",
                        {Shape{x.shape.rank()}, Shape{x.shape[0]}, Shape{spatial}, grid.shape}};
    const TensorType result{x.dtype,
                            x.shape.slice(0, 2) + grid.shape.slice(1, grid.shape.rank() - 1)};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// `x` at the places of `grid`: grid_sample(x, grid, {.padding = SamplePadding::border}).
inline Tensor<> grid_sample(const Tensor<>& x, const Tensor<>& grid,
                            const GridSampleOptions& options = {},
                            SourceLocation location = SourceLocation::current()) {
  return apply(ops::GridSample(options), {x, grid}, location);
}

} // namespace fovea
