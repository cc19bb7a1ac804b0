// EXPECT: a tensor is read with the wrong number of subscripts
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("plane", [](Tensor<1> x) {
  Index<'i'> i;
  Index<'j'> j;
  return Z(i, j) = x(i, j);
});
