// Operands of an equation state their rank.
// EXPECT: (no matching function for call to|no type named|incomplete type|no match for call to)
#include <fovea/dsl.hpp>
using namespace fovea;

auto equation = define("copy", [](int x) {
  Index<'i'> i;
  return Z(i) = x;
});
