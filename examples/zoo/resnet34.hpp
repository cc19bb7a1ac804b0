#pragma once
#include "examples/zoo/blocks/resnet.hpp"

namespace fovea::zoo {

inline constexpr const char* resnet34_summary =
    "ResNet-34 for 1000 classes: He, Zhang, Ren, Sun, 2015";

inline Network resnet34(int64_t batch = 1) {
  return resnet("resnet34", batch, {3, 4, 6, 3}, false);
}

} // namespace fovea::zoo
