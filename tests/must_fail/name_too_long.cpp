// Names inside constexpr blocks have at most 63 characters.
// EXPECT: named
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto layer =
    conv(6, 5).named("a_name_that_goes_on_and_on_until_it_has_more_characters_than_fit");
