// One index cannot be two dimensions of the result.
// EXPECT: an index stands twice on the left side
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("diagonal", [](Tensor<2> x) {
  Index<'i'> i;
  return Z(i, i) = x(i, i);
});
