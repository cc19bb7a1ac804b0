#pragma once
#include <fovea/location.hpp>

#include <cstdint>
#include <string>

namespace fovea::driver {

// The text of a model, from a file that may hold anything and be anything: only a regular file is
// read, at most `max_bytes` of it. It is UTF-8 without NUL, and its brackets are not nested deeper
// than a recursive parser stands. Throws Error, at the line and column of the file where the text
// is wrong, else at `location`.
std::string read_model_text(const std::string& path, int64_t max_bytes, SourceLocation location);

} // namespace fovea::driver
