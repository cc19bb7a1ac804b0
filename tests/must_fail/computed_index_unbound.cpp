// An index that a computed index depends on, and nothing binds.
// EXPECT: an index on the right side is bound nowhere
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("lookup", [](Tensor<1> x, Tensor<1> p) {
  Index<'i'> i;
  Index<'j'> j;
  return Z(i) = x(p(j));
});
