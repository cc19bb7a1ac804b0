#pragma once
#include "examples/zoo/blocks/vgg.hpp"

namespace fovea::zoo {

inline constexpr const char* vgg19_summary = "VGG-19 for 1000 classes: Simonyan, Zisserman, 2014";

inline Network vgg19(int64_t batch = 1) {
  return vgg("vgg19", batch, {2, 2, 4, 4, 4});
}

} // namespace fovea::zoo
