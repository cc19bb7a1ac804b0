#pragma once
#include <fovea/runtime/output_files.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::command {

// Throws host::FileError where one of the files could not be written, and where two are the same.
// Leaves nothing behind: for a look before long work.
void check_writable(const std::vector<std::filesystem::path>& files);

// Files that appear together in a folder, which is made where it is absent. Without `commit` it is
// as it was.
class OutputFolder {
 public:
  // Throws Error where the folder can be neither used nor made. Makes nothing yet.
  explicit OutputFolder(std::filesystem::path path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  std::filesystem::path path_of(const std::string& name) const { return path_ / name; }
  // A temporary that `commit` puts in the place of path_of(name). Throws host::FileError, Error.
  std::filesystem::path open(const std::string& name);
  void write(const std::string& name, std::string_view text);
  void commit();

 private:
  void make();

  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_; // outermost first
  std::optional<host::OutputFiles> files_{std::in_place};
};

} // namespace fovea::command
