// A pool has no groups.
// EXPECT: no matching function for call to
// EXPECT: apply_option
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto pool = max_pool(2, groups(2));
