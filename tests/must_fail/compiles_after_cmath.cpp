// COMPILES: `tanh`, `exp`, `round`, `max` of <cmath> and <math.h> share their names with ours.
#include <cmath>
#include <math.h>

#include <algorithm>

#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto block = conv(6, 5) | tanh | exp | sin | round | abs | relu;
static_assert(shape_of(block, {1, 1, 28, 28}) == fovea::Shape{1, 6, 24, 24});

auto soft = define("softmax", [](Tensor<2> x) {
  Index<'i'> i;
  Index<'j'> j;
  Index<'k'> k;
  auto M = let(M_(i) = max(j)(x(i, j)));
  auto E = let(E_(i, j) = exp(x(i, j) - M(i)));
  return Z(i, j) = E(i, j) / sum(k)(E(i, k));
});
double both(double x) {
  return ::tanh(x) + exp(x);
}
