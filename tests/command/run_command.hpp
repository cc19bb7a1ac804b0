// The built `fovea`, run as a user runs it, in a folder of the test's own.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream> // for those who include this
#include <map>
#include <string>

namespace fovea::testing {

struct CommandResult {
  int code = -1; // exit code; 128 + signal where a signal ended it
  std::string out, err;
};

struct CommandLimits {
  int seconds = 300;      // then it is killed: nothing may wait for ever
  int64_t file_bytes = 0; // that a file may have: a disk that gets full; 0: any
};

std::string contents(const std::filesystem::path& path);

// What it printed with --json; the current test fails where it failed.
nlohmann::json json_of(const CommandResult& result);

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A folder that is gone with the test.
class CommandFolder {
 public:
  CommandFolder();
  ~CommandFolder();
  CommandFolder(const CommandFolder&) = delete;
  CommandFolder& operator=(const CommandFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  // `fovea` with these words, at blanks, or between '...'; `environment` likewise ("A=b C='d e'").
  // No shell reads them, and standard input is empty. Kernels are kept from one call to the next,
  // as long as the test's program runs.
  CommandResult fovea(const std::string& words, const std::string& environment = {},
                      const CommandLimits& limits = {}) const;

  // Every file below the folder with its contents, a folder with "": what a command may change.
  std::map<std::string, std::string> snapshot() const;

 private:
  std::filesystem::path path_;
};

} // namespace fovea::testing
