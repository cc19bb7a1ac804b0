// EXPECT: fovea_WHAT_the_block_refuses_this_input_WHY_see_its_shape_rule
#include <fovea/dsl.hpp>
using namespace fovea;

static_assert(shape_of(conv(8, 3, groups(3)), {1, 6, 9, 9}) == Shape{1, 8, 7, 7});
