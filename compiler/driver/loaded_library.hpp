#pragma once
#include <string>
#include <string_view>

namespace fovea::driver {

// Tells builds of a shared library apart: the build id of the first library of this process whose
// file name begins with `prefix`; where it has none, its path, size and time of change; empty where
// no such library is loaded.
std::string identity_of_library(std::string_view prefix);

} // namespace fovea::driver
