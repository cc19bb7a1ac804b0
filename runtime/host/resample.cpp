#include "runtime/host/resample.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::host {

Resampling::Resampling(std::int64_t input, const ResizedAxis& output) {
  double scale = double(input) / double(output.whole);
  double reach = std::max(scale, 1.0);
  for (std::int64_t i = output.first; i < output.first + output.count; ++i) {
    double centre = (double(i) + 0.5) * scale;
    auto begin = std::max<std::int64_t>(0, std::int64_t(std::floor(centre - reach + 0.5)));
    auto end = std::min<std::int64_t>(input, std::int64_t(std::floor(centre + reach + 0.5)));
    double sum = 0;
    for (std::int64_t k = begin; k < end; ++k) {
      double distance = std::abs((double(k) + 0.5 - centre) / reach);
      weights_.push_back(std::max(0.0, 1 - distance));
      sum += weights_.back();
    }
    for (std::size_t k = offsets_.back(); k < weights_.size(); ++k)
      weights_[k] /= sum;
    begins_.push_back(begin);
    offsets_.push_back(weights_.size());
  }
}

} // namespace fovea::host
