// A block goes on with blocks only.
// EXPECT: (no match for|invalid operands)
// EXPECT: operator
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto features = conv(6, 5) | 7;
