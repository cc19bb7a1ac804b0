// x + f(x) where f changes the number of channels.
// EXPECT: fovea_WHAT_the_block_refuses_this_input_WHY_see_its_shape_rule
#include <fovea/dsl.hpp>
using namespace fovea;

static_assert(shape_of(skip(conv(8, 3, same)), {1, 6, 9, 9}) == Shape{1, 8, 9, 9});
