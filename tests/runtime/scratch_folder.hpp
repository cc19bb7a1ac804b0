// A folder for a test's files, gone with the test; and bytes made by hand.
#pragma once

#include <fovea/runtime/tensor_file.hpp>

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace fovea_test {

class ScratchFolder {
 public:
  ScratchFolder() {
    static int counter = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("fovea_test_" + std::to_string(getpid()) + "_" + std::to_string(counter++));
    std::filesystem::create_directory(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;

  std::filesystem::path write(const std::string& bytes, const char* name = "file") const {
    // A new file: some file systems flush one that is cut to nothing and written again.
    std::filesystem::remove(path_ / name);
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class T>
std::string little_endian(std::initializer_list<T> values) {
  std::string bytes;
  for (T value : values)
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

// Expects a FileError whose text has the path and `words`.
template <class Read>
void expect_refused(const std::filesystem::path& path, Read read, const std::string& words,
                    const std::string& what = {}) {
  try {
    read(path);
    ADD_FAILURE() << what << ": accepted, expected: " << words;
  } catch (const fovea::host::FileError& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << what << "\n"
                                                                        << error.what();
    EXPECT_EQ(std::string(error.what()).find(path.string()), 0u) << error.what();
  }
}

// A file cut anywhere is refused, never read beyond its end.
template <class Read>
void expect_prefixes_refused(const ScratchFolder& folder, const std::string& bytes, Read read) {
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THROW(read(folder.write(bytes.substr(0, length))), fovea::host::FileError)
        << "accepted the first " << length << " of " << bytes.size() << " bytes";
}

// One byte changed anywhere either gives a FileError or a tensor, and nothing else happens.
template <class Read>
void expect_damage_survived(const ScratchFolder& folder, const std::string& bytes, Read read) {
  for (std::size_t position = 0; position < bytes.size(); ++position)
    for (char value : {'\0', '\1', '\x7f', '\xff', '9', '"', '[', '{', '-'}) {
      std::string damaged = bytes;
      damaged[position] = value;
      try {
        read(folder.write(damaged));
      } catch (const fovea::host::FileError&) {
      }
    }
}

} // namespace fovea_test
