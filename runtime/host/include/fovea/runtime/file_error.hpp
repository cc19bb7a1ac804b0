#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace fovea::host {

/// A file that is not what it should be, or cannot be written. Files hold data from anywhere: each
/// reader checks all it reads, and throws this for whatever is wrong.
class FileError : public std::runtime_error {
 public:
  struct Fields {
    std::string what;     ///< "npy header: wrong dtype"
    std::string expected; ///< may be empty
    std::string got;      ///< may be empty
    std::string hint;     ///< may be empty
  };
  FileError(const std::filesystem::path& path, Fields fields);

  const std::filesystem::path& path() const { return path_; }
  const Fields& fields() const { return fields_; }

 private:
  std::filesystem::path path_;
  Fields fields_;
};

} // namespace fovea::host
