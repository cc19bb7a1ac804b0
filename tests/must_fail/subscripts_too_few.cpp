// EXPECT: a tensor is read with the wrong number of subscripts
// EXPECT: Tensor<R> has R dimensions and takes R subscripts
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("plane", [](Tensor<3> V) {
  Index<'i'> i;
  Index<'j'> j;
  return Z(i, j) = V(i, j);
});
