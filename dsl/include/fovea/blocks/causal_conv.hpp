#pragma once
#include <fovea/ops/conv.hpp>

namespace fovea {

// Causal convolution (van den Oord et al., WaveNet, arXiv 1609.03499), in 1, 2 or 3 spatial
// dimensions: a place of the result sees none behind it. It is `conv` with all its padding in
// front, (kernel - 1) * dilation elements, so no op of its own: whatever makes a convolution fast
// holds for it. causal_conv(64, 2, dilation(4)); the result has the extents of the input, divided
// by the stride.
template <class... Options>
constexpr Layer<ops::Conv> causal_conv(Located<int64_t> filters, const Extents& kernel,
                                       const Options&... options) {
  static_assert(!(std::is_same_v<Options, Padding> || ...),
                "fovea: WHAT: causal_conv has a padding of its own; WHY: all of it is in front; "
                "WHERE: causal_conv(..., here)");
  Layer<ops::Conv> layer = detail::convolution<ops::Conv>(filters, kernel, options...);
  ops::Conv& op = layer.op;
  op.padding = PaddingMode::explicitly;
  op.pad_end = {0};
  const Shape& longer = op.kernel.rank() > op.dilation.rank() ? op.kernel : op.dilation;
  for (int d = 0; d < longer.rank(); ++d) {
    const int64_t size = entry(op.kernel, d, 1), gap = entry(op.dilation, d, 1);
    const bool sound = size >= 1 && size <= INT32_MAX && gap >= 1 && gap <= INT32_MAX;
    op.pad_begin.push_back(sound ? (size - 1) * gap : 0); // else the shape rule says what is wrong
  }
  return layer;
}

} // namespace fovea
