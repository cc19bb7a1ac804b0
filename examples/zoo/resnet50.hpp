#pragma once
#include "examples/zoo/blocks/resnet.hpp"

namespace fovea::zoo {

inline constexpr const char* resnet50_summary =
    "ResNet-50 for 1000 classes: He, Zhang, Ren, Sun, 2015";

inline Network resnet50(int64_t batch = 1) {
  return resnet("resnet50", batch, {3, 4, 6, 3}, true);
}

} // namespace fovea::zoo
