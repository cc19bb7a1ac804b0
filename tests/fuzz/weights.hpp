// The core's reader: weights beside a library.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fovea_fuzz {

// Opens a model on the file and runs it, so that every weight is read.
bool open_weights(const std::filesystem::path& path);
std::string with_weights_hash(std::string bytes);
std::vector<std::string> weights_files();

} // namespace fovea_fuzz
