// Operands of an equation state their rank.
// EXPECT: WHAT: an operand of an equation without a rank
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("copy", [](int x) {
  Index<'i'> i;
  return Z(i.range(x)) = value(i);
});
