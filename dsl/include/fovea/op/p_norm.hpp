#pragma once
#include <fovea/op/shape_rule.hpp>

namespace fovea::ops {

constexpr ShapeError check_norm(int64_t p) {
  if (p < 1 || p > 1000)
    return {"p is no order of a norm", "1 to 1000", "{0}", "", {Shape{p}}};
  return {};
}

} // namespace fovea::ops
