// Index arithmetic is + - * / % by integers: the product of two indices is no subscript.
// EXPECT: (no match for|invalid operands)
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("square", [](Tensor<1> x) {
  Index<'i'> i;
  Index<'j'> j;
  return Z(i, j) = x(i * j);
});
