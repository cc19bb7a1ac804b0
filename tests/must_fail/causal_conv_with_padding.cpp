// All padding of a causal convolution is in front.
// EXPECT: fovea: WHAT: causal_conv has a padding of its own
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto layer = causal_conv(64, 3, same);
