// An involution that makes its kernels has one for each element.
// EXPECT: fovea: WHAT: an involution that makes its kernels has a padding of its own
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto block = involution(7, pad(1));
