// conv without its parentheses is no block.
// EXPECT: (no match for|invalid operands|reference to overloaded function)
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto features = max_pool(2) | conv;
