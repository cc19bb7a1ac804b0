#include "compiler/command/output_folder.hpp"

#include <fovea/error.hpp>

#include <cerrno>
#include <cstring>
#include <ranges>
#include <system_error>
#include <unistd.h>

namespace fovea::command {

namespace fs = std::filesystem;

void check_writable(const std::vector<fs::path>& files) {
  host::OutputFiles probe;
  for (const fs::path& file : files)
    probe.open(file);
}

OutputFolder::OutputFolder(fs::path path) : path_(fs::absolute(path).lexically_normal()) {
  const auto refuse = [&](const std::string& expected, const std::string& got) {
    throw Error({.what = path.string() + ": no folder that files can be written to",
                 .expected = expected,
                 .got = got});
  };
  fs::path there = path_; // the folder, or the one above it that exists
  std::error_code error;
  while (!fs::exists(fs::symlink_status(there, error)) && there.has_relative_path())
    there = there.parent_path();
  if (!fs::is_directory(there, error))
    refuse("a folder, or a name that is free", there.string() + " is none");
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    refuse("a folder in which files can be made", there.string() + ": " + std::strerror(errno));
}

OutputFolder::~OutputFolder() {
  files_.reset(); // removes its temporaries
  std::error_code ignored;
  for (const fs::path& folder : made_ | std::views::reverse)
    fs::remove(folder, ignored);
}

void OutputFolder::make() {
  std::vector<fs::path> absent;
  std::error_code error;
  for (fs::path folder = path_; !fs::is_directory(folder, error) && folder.has_relative_path();
       folder = folder.parent_path())
    if (folder.has_filename()) // no trailing slash
      absent.push_back(folder);
  for (const fs::path& folder : absent | std::views::reverse) {
    if (!fs::create_directory(folder, error))
      throw Error({.what = folder.string() + ": the folder cannot be made",
                   .got = error ? error.message() : "something else appeared there"});
    made_.push_back(folder);
  }
}

fs::path OutputFolder::open(const std::string& name) {
  make();
  return files_->open(path_of(name));
}

void OutputFolder::write(const std::string& name, std::string_view text) {
  make();
  files_->write(path_of(name), text);
}

void OutputFolder::commit() {
  make();
  files_->commit();
  made_.clear();
}

} // namespace fovea::command
