#pragma once
#include "compiler/emit/weights_layout.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace fovea::emission {

// Writes a relocatable ELF object for an architecture ("x86-64") whose only content is `parts`,
// read-only, aligned to 64 bytes, at the hidden symbol `symbol`. Straight to the file: weights as
// constants of a compiler's IR would take many times their size in memory. Throws Error.
void write_data_object(const std::filesystem::path& path, std::string_view arch,
                       const std::string& symbol, const Parts& parts);

// Throws Error, with the system's reason.
void write_file(const std::filesystem::path& path, const Parts& parts);

} // namespace fovea::emission
