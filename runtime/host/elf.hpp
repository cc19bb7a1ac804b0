// What a shared library exports, read from the file without running any of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fovea::host {

// The prefixes P for which the library defines both P_query and P_model_open, sorted. Throws
// FileError where the file is no shared library for this machine.
std::vector<std::string> exported_prefixes(const std::filesystem::path& path);

} // namespace fovea::host
