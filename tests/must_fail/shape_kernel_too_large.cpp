// A block that refuses its input is no constant expression; the compiler names where to look.
// EXPECT: fovea_WHAT_the_block_refuses_this_input_WHY_see_its_shape_rule
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto features = conv(6, 5) | max_pool(2) | conv(16, 5);
static_assert(shape_of(features, {1, 1, 9, 9}) == Shape{1, 16, 1, 1});
