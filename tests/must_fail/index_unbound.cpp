// An index of the right side that nothing binds.
// EXPECT: an index on the right side is bound nowhere
// EXPECT: it is neither on the left side nor reduced by sum/product/max/min/mean
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("blur", [](Tensor<2> x) {
  Index<'i'> i;
  Index<'j'> j;
  return Z(i) = x(i, j);
});
