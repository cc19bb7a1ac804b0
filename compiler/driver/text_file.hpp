#pragma once
#include <filesystem>
#include <string>

namespace fovea::driver {

// Writes a dump; makes its folder. Throws Error.
void write_text(const std::filesystem::path& path, const std::string& text);

} // namespace fovea::driver
