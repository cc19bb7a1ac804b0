// A depthwise separable convolution has a group per channel.
// EXPECT: fovea: WHAT: a depthwise separable convolution has no groups
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto block = depthwise_separable_conv(64, 3, groups(4));
