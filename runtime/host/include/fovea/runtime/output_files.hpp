#pragma once

#include <fovea/runtime/file_error.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace fovea::host {

/// Files that appear together, whole, or not at all.
///
///   OutputFiles files;
///   run_linker(files.open("lenet5.so"));       // a fresh temporary beside lenet5.so
///   files.write("lenet5.h", header_text);
///   files.commit();                            // both take their places
///
/// Until `commit` nothing that exists is touched; without it the destructor removes what was
/// written. Only the death of the process leaves temporaries, ".fovea-<16 digits>.tmp".
///
/// A target that is a symbolic link means the file that it points to. A character device, and what
/// is reached through /proc (so /dev/stdout, /dev/fd/3), is written at once and cannot be taken
/// back. Folders, pipes, sockets and block devices are refused.
///
/// Every function throws FileError, whose path is the target.
class OutputFiles {
 public:
  OutputFiles() = default;
  ~OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  /// An empty file in the target's folder, for the caller to write or to replace; its mode is what
  /// the umask gives. The same target twice is an error.
  std::filesystem::path open(const std::filesystem::path& target);

  /// Opens and writes the whole file: `bytes`, or `parts` one after another.
  void write(const std::filesystem::path& target, std::span<const std::byte> bytes);
  void write(const std::filesystem::path& target, std::string_view text);
  void write(const std::filesystem::path& target,
             const std::vector<std::span<const std::byte>>& parts);

  /// Brings every file to the disk, then all into their places. Where one cannot take its place,
  /// the earlier ones are put back as they were. (File systems that cannot exchange two names, such
  /// as FAT, allow that only for files that did not exist.)
  void commit();

 private:
  enum class Place { temporary, created, exchanged, replaced, direct };
  struct File {
    std::filesystem::path target;    ///< as the caller named it, for messages
    std::filesystem::path resolved;  ///< no symbolic link
    std::filesystem::path temporary; ///< what the caller writes
    Place place = Place::temporary;
  };

  void put_in_place(File& file, bool last);
  void restore();
  void remove_temporaries() noexcept;

  std::vector<File> files_;
};

} // namespace fovea::host
