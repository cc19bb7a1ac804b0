// A boundary rule is one subscript.
// EXPECT: a tensor is read with the wrong number of subscripts
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("plane", [](Tensor<3> V) {
  Index<'i'> i;
  Index<'j'> j;
  return Z(i.range(3), j) = V(zero(i - 1), j);
});
