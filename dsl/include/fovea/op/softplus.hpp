#pragma once
#include <fovea/equation/expression.hpp>

namespace fovea::ops {

// log(exp(x) + 1) where exp(x) may overflow. Its error is some roundings of 1, not of the result:
// below -17 it is 0 in f32.
template <class S>
S softplus_of(const S& x) {
  return max(x, 0.0) + log(exp(-abs(x)) + 1.0);
}

} // namespace fovea::ops
