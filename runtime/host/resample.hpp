// Resizing along one axis: which input elements make an output element, and with which weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea::host {

// Of an axis resized to `whole` elements, the outputs [first, first + count).
struct ResizedAxis {
  std::int64_t whole = 0, first = 0, count = 0;
};

// Bilinear with antialiasing: the filter is a triangle that reaches one element to either side, of
// the input where it is enlarged, of the output where it is reduced. Positions are those of
// elements' centres; beyond the edge there is nothing, and the weights are normalised to 1.
class Resampling {
 public:
  Resampling(std::int64_t input, const ResizedAxis& output);

  std::int64_t count() const { return std::int64_t(begins_.size()); }
  std::int64_t begin(std::int64_t output) const { return begins_[std::size_t(output)]; }
  std::int64_t end(std::int64_t output) const {
    return begin(output) + std::int64_t(weights(output).size());
  }
  std::span<const double> weights(std::int64_t output) const {
    std::size_t index = std::size_t(output);
    return std::span(weights_).subspan(offsets_[index], offsets_[index + 1] - offsets_[index]);
  }

 private:
  std::vector<std::int64_t> begins_;
  std::vector<std::size_t> offsets_{0};
  std::vector<double> weights_;
};

} // namespace fovea::host
