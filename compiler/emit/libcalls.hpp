#pragma once
#include <string_view>

namespace fovea::emission {

// May generated code call the C function `name`? Scalar mathematics, memory, and the conversions of
// short floats that compilers leave to their support library; nothing that allocates, prints, locks
// or does I/O.
bool is_libcall(std::string_view name);

} // namespace fovea::emission
