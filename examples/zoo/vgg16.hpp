#pragma once
#include "examples/zoo/blocks/vgg.hpp"

namespace fovea::zoo {

inline constexpr const char* vgg16_summary = "VGG-16 for 1000 classes: Simonyan, Zisserman, 2014";

inline Network vgg16(int64_t batch = 1) {
  return vgg("vgg16", batch, {2, 2, 3, 3, 3});
}

} // namespace fovea::zoo
