#pragma once
#include <string_view>

namespace fovea {

// A copy of a file's name that lasts as long as the program: a SourceLocation refers to it, and an
// Error or a Network outlives what it was read from. Equal names share one copy.
const char* kept_name(std::string_view file);

} // namespace fovea
