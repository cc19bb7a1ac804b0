#pragma once
#include "examples/zoo/blocks/resnet.hpp"

namespace fovea::zoo {

inline constexpr const char* resnet18_summary =
    "ResNet-18 for 1000 classes: He, Zhang, Ren, Sun, 2015";

inline Network resnet18(int64_t batch = 1) {
  return resnet("resnet18", batch, {2, 2, 2, 2}, false);
}

} // namespace fovea::zoo
