#pragma once
#include "examples/zoo/blocks/resnet.hpp"

namespace fovea::zoo {

inline constexpr const char* resnet152_summary =
    "ResNet-152 for 1000 classes: He, Zhang, Ren, Sun, 2015";

inline Network resnet152(int64_t batch = 1) {
  return resnet("resnet152", batch, {3, 8, 36, 3}, true);
}

} // namespace fovea::zoo
