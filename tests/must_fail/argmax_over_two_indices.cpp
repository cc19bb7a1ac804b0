// A place is one number: argmax runs over one index.
// EXPECT: no matching function for call to .argmax
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("place", [](Tensor<2> x) {
  Index<'i'> i;
  Index<'j'> j;
  return Z() = argmax(i, j)(x(i, j));
});
