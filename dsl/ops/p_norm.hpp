#pragma once
#include <fovea/equation/statement.hpp>

// Terms and roots of p-norms, (sum |x|^p)^(1/p).
namespace fovea::ops {

template <class S>
Scalar<S> norm_term(const Scalar<S>& x, int64_t p) {
  return p == 1 ? abs(x) : p == 2 ? x * x : pow(abs(x), static_cast<double>(p));
}
template <class S>
Scalar<S> norm_root(const Scalar<S>& sum, int64_t p) {
  return p == 1 ? sum : p == 2 ? sqrt(sum) : pow(sum, 1.0 / static_cast<double>(p));
}

} // namespace fovea::ops
