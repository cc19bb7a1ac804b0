// A sum over an index that the body does not use.
// EXPECT: a reduction index does not occur in the reduced expression
// EXPECT: every term would be the same
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("total", [](Tensor<1> x) {
  Index<'i'> i;
  Index<'m'> m;
  Index<'n'> n;
  return Z(i) = sum(m, n)(x(i + m));
});
