#pragma once
#include <filesystem>

namespace fovea::command {

// Prints what an emitted library's own table says: what it takes and gives, its weights, kernels,
// memory, and the processor that it needs. Throws host::FileError.
void inspect_library(const std::filesystem::path& path, bool as_json);

} // namespace fovea::command
