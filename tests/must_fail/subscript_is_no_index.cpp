// EXPECT: no match(ing function)? for call
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("half", [](Tensor<1> x) {
  Index<'i'> i;
  return Z(i) = x(0.5);
});
