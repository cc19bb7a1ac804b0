#pragma once
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace fovea::emission::testing {

// A folder for a test's files, gone with the test.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fovea-emit-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return *this / name;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::filesystem::path path_;
};

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a command of the shell prints, on both streams, and how it ends.
struct Ran {
  int status = 0;
  std::string said;
};
inline Ran shell(const std::string& command) {
  Ran ran;
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  std::array<char, 4096> bytes;
  while (size_t got = fread(bytes.data(), 1, bytes.size(), pipe))
    ran.said.append(bytes.data(), got);
  ran.status = pclose(pipe);
  return ran;
}
// Expects success; what was printed.
inline std::string succeed(const std::string& command) {
  const Ran ran = shell(command);
  EXPECT_EQ(ran.status, 0) << command << "\n" << ran.said;
  return ran.said;
}

// The strictest that users compile with.
inline const std::string c99 = "cc -std=c99 -pedantic -Wall -Wextra -Werror -O0 ";
inline const std::string cpp17 = "c++ -x c++ -std=c++17 -pedantic -Wall -Wextra -Werror -O0 ";
inline const std::string none = " -x none ";

template <class T>
std::string bytes_of(std::span<const T> elements) {
  return {reinterpret_cast<const char*>(elements.data()), elements.size_bytes()};
}

} // namespace fovea::emission::testing
