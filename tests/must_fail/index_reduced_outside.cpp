// An index keeps no meaning outside its reduction.
// EXPECT: an index on the right side is bound nowhere
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("escape", [](Tensor<2> x, Tensor<1> w) {
  Index<'i'> i;
  Index<'m'> m;
  return Z(i) = sum(m)(x(i, m)) * w(m);
});
