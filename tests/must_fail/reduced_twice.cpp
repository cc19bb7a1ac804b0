// One index twice in one reduction.
// EXPECT: an index is reduced twice
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("total", [](Tensor<1> x) {
  Index<'m'> m;
  return Z() = sum(m, m)(x(m));
});
