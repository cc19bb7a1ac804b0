// A layer's operands are its inputs, then its weights.
// EXPECT: WHAT: a weight stands before an input
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("scaled", [](Weight<1> w, Tensor<1> x) {
  Index<'i'> i;
  return Z(i) = x(i) * w(i);
});
