#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fovea::emission {

// An object with symbols called otherwise: old name -> new name. Throws Error.
std::vector<std::byte> rename_symbols(std::span<const std::byte> object,
                                      const std::map<std::string, std::string>& names);

// Makes every symbol that the object defines its own, except `kept`. Throws Error.
void localise_symbols(const std::filesystem::path& object, const std::vector<std::string>& kept);

// Writes an archive of one object, called `member`. Throws Error.
void write_archive(const std::filesystem::path& archive, const std::filesystem::path& object,
                   const std::string& member);

} // namespace fovea::emission
