// Reductions run over indices as declared.
// EXPECT: (no matching function for call to|no match for call to).*sum
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("total", [](Tensor<1> x) {
  Index<'m'> m;
  return Z() = sum(m + 1)(x(m));
});
