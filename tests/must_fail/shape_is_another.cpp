// The compiler knows a block's shape, and says where it differs.
// EXPECT: static(_assert| assertion) failed
// EXPECT: LeNet-5's features
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto features = conv(6, 5, same) | tanh | avg_pool(2);
static_assert(shape_of(features, {1, 1, 28, 28}) == Shape{1, 6, 14, 15}, "LeNet-5's features");
