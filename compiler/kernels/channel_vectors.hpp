#pragma once
#include <fovea/catalogue/problem.hpp>
#include <fovea/definition/definition.hpp>

#include <optional>
#include <vector>

// Reductions over windows in which each channel stays by itself: depthwise convolutions, pooling.
// They run with neighbouring channels, or neighbouring elements of a row, in one vector.
namespace fovea::kernels {

// Z(b, i, y, x) = reduce(m, n) X(b, i / multiplier, y s + m d + o, x s + n d + o)  [* K(i, m, n)],
// recognised by where indices stand. Indices are numbered as in the equation; reduced ones of
// extent 1 may stand anywhere.
struct ChannelWindows {
  int equation = 0;
  int image = 0;             // operand
  int weights = -1;          // operand; -1: none
  int channel = -1;          // free; the one that blocks may be of
  int channel_axis = -1;     // of the image, where it is
  int weights_axis = -1;     // of the weights
  int64_t multiplier = 1;    // elements of `channel` for one of the image's
  struct Axis {              // of the image
    int row = -1, term = -1; // indices: free, reduced; -1: none
    int64_t stride = 1, dilation = 1, offset = 0;
    bool is_window() const { return term >= 0 || stride != 1 || offset != 0; }
  };
  std::vector<Axis> axes; // one per dimension of the image
};

// A definition that is one such reduction, and besides only equations that read its result (and
// other tensors) element by element.
std::optional<ChannelWindows> channel_windows(const Definition& definition);

// f32 throughout; each tensor that has the result's dimensions row-major or with its channels in
// blocks of a vector, and the image as well; no operand prepared but the weights.
bool has_channel_vectors(const catalogue::Problem& problem, const ChannelWindows& windows);

// Do vectors hold channels? Where image or result have them in blocks; else parts of a row.
bool in_channel_blocks(const catalogue::Problem& problem, const ChannelWindows& windows);

// The problem's equations over tensors as they are stored:
//   P(i_o, m, n, i_i) = K(i, m, n)                                       i = 16 i_o + i_i
//   T(b, i_o, y, x, i_i) = reduce(m, n) X(b, i_o, y + m, x + n, i_i) P(i_o, m, n, i_i)
// or, by rows, from a copy X' that holds the padding and, for each stride, a part of its own, so
// that neighbours are always read together:
//   T(b, i, y, x) = reduce(m, n) X'(b, i, y + m, n mod s, x + n / s) K(i, m, n)
Definition channel_vectors(const catalogue::Problem& problem, const ChannelWindows& windows);

// P alone.
Definition packed_channel_weights(const catalogue::Problem& problem, const ChannelWindows& windows);

// The layout that suits an operand and the result: channels in blocks where there are enough.
catalogue::Layout channel_layout(const catalogue::Problem& problem, const ChannelWindows& windows,
                                 int operand);
catalogue::Layout channel_layout_of_result(const catalogue::Problem& problem,
                                           const ChannelWindows& windows);

// Estimated cycles of one core.
double channel_vectors_cycles(const catalogue::Problem& problem, const ChannelWindows& windows);

} // namespace fovea::kernels
