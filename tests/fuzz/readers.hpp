// What is fuzzed: each reader of files with some valid files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fovea_fuzz {

struct Reader {
  const char* name;
  // Returns whether the file was accepted; throws what the reader throws, but for FileError, and
  // std::logic_error where what it returned contradicts itself.
  bool (*read)(const std::filesystem::path& path);
  // Makes lengths and checksums right again, so that a change goes deeper than those. May be null.
  std::string (*repair)(std::string bytes);
  std::vector<std::string> (*files)();
};

const std::vector<Reader>& readers();

} // namespace fovea_fuzz
