// The declared letter, not the name of the C++ variable, is the index.
// EXPECT: an index stands twice on the left side
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("copy", [](Tensor<2> x) {
  Index<'i'> i;
  Index<'i'> j;
  return Z(i, j) = x(i, j);
});
