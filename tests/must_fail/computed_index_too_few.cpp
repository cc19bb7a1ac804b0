// A computed index is one subscript.
// EXPECT: a tensor is read with the wrong number of subscripts
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("lookup", [](Tensor<2> x, Tensor<1> p) {
  Index<'i'> i;
  return Z(i) = x(p(i));
});
