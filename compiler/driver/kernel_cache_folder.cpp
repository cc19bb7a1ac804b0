#include "compiler/driver/kernel_cache_folder.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <random>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea::driver {
namespace {

constexpr std::string_view temporary_beginning = ".fovea-";
constexpr int64_t most_bytes = int64_t{256} << 20; // of a file; larger ones are nobody's kernel
constexpr time_t touch_seconds = 60;

std::string text_of(int error) {
  return std::generic_category().message(error);
}

// Each that is missing, for this user alone, as the XDG base directory specification wants.
void make_folders(const std::filesystem::path& path) {
  std::filesystem::path part;
  for (const std::filesystem::path& name : path) {
    part /= name;
    mkdir(part.c_str(), 0700); // what fails shows when the last one is opened
  }
}

// O_NOFOLLOW looks at the last name only: "link/" would be followed.
std::filesystem::path without_slashes(const std::filesystem::path& path) {
  std::string text = path.string();
  while (text.size() > 1 && text.back() == '/')
    text.pop_back();
  return text;
}

std::string problem_of(const FileDescriptor& folder) {
  struct stat status = {};
  if (fstat(folder.number(), &status) != 0)
    return text_of(errno);
  if (status.st_uid != geteuid())
    return fmt::format("belongs to user {}, not to user {}", status.st_uid, geteuid());
  if (status.st_mode & (S_IWGRP | S_IWOTH))
    return fmt::format("others may write to it (mode {:03o}; chmod 700 mends it)",
                       status.st_mode & 0777);
  return {};
}

bool is_ours(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

bool read_all(int file, std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file, bytes.data() + done, bytes.size() - done);
    if (count > 0)
      done += static_cast<size_t>(count);
    else if (count == 0 || errno != EINTR)
      return false;
  }
  return true;
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count >= 0)
      bytes.remove_prefix(static_cast<size_t>(count));
    else if (errno != EINTR)
      return false;
  }
  return true;
}

// Processes are told apart by their ids, also after a fork; machines that share a folder by chance.
std::string temporary_name() {
  static std::atomic<uint64_t> number = 0;
  std::random_device random;
  return fmt::format("{}{}-{}-{:08x}", temporary_beginning, getpid(), ++number, random());
}

} // namespace

FileDescriptor::~FileDescriptor() {
  close();
}

bool FileDescriptor::close() {
  const int number = release();
  return number < 0 || ::close(number) == 0;
}

PrivateFolder::PrivateFolder(const std::filesystem::path& path) {
  const std::filesystem::path folder = without_slashes(path);
  make_folders(folder);
  FileDescriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const int error = errno;
  if (opened.is_open())
    problem_ = problem_of(opened);
  else if (std::error_code unknown; std::filesystem::is_symlink(folder, unknown))
    problem_ = "is a symbolic link";
  else
    problem_ = error == ENOENT ? "cannot be made" : text_of(error);
  if (problem_.empty())
    folder_ = std::move(opened);
  else
    problem_ = folder.string() + ": " + problem_;
}

PrivateFolder::Content PrivateFolder::read(const std::string& name, Use use) const {
  // O_NONBLOCK: a pipe would make us wait for its writer.
  const FileDescriptor file(
      openat(folder_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) { // a link, a socket, no rights; else no file, or no means to open one
    const bool foreign = errno == ELOOP || errno == ENXIO || errno == EACCES;
    return {foreign ? Found::foreign : Found::nothing, {}};
  }
  struct stat status = {};
  if (fstat(file.number(), &status) != 0)
    return {};
  if (!is_ours(status) || status.st_size > most_bytes)
    return {Found::foreign, {}};
  Content content{Found::file, std::string(static_cast<size_t>(status.st_size), '\0')};
  if (!read_all(file.number(), content.bytes))
    return {};
  if (use == Use::now && std::abs(time(nullptr) - status.st_mtim.tv_sec) >= touch_seconds)
    futimens(file.number(), nullptr);
  return content;
}

bool PrivateFolder::write(const std::string& name, std::string_view bytes) const {
  if (static_cast<int64_t>(bytes.size()) > most_bytes)
    return false;
  const std::string temporary = temporary_name();
  FileDescriptor file(openat(folder_.number(), temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open())
    return false;
  // No fsync: what a crash of the machine tears, its hash betrays.
  const bool written = write_all(file.number(), bytes) && file.close();
  if (written && renameat(folder_.number(), temporary.c_str(), folder_.number(), name.c_str()) == 0)
    return true;
  unlinkat(folder_.number(), temporary.c_str(), 0);
  return false;
}

bool PrivateFolder::remove(const std::string& name) const {
  return unlinkat(folder_.number(), name.c_str(), 0) == 0 ||
         unlinkat(folder_.number(), name.c_str(), AT_REMOVEDIR) == 0;
}

std::vector<PrivateFolder::File> PrivateFolder::files() const {
  // Opened anew: a descriptor has one position, which threads would share.
  FileDescriptor folder(openat(folder_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> list(fdopendir(folder.number()), closedir);
  std::vector<File> files;
  if (!list)
    return files;
  folder.release(); // `list` closes it
  while (const dirent* entry = readdir(list.get())) {
    struct stat status = {};
    if (fstatat(folder_.number(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode))
      files.push_back({entry->d_name, status.st_size, status.st_mtim});
  }
  return files;
}

std::optional<FileDescriptor> PrivateFolder::try_lock(const std::string& name) const {
  FileDescriptor file(openat(folder_.number(), name.c_str(),
                             O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!file.is_open() || flock(file.number(), LOCK_EX | LOCK_NB) != 0)
    return std::nullopt;
  return file;
}

bool PrivateFolder::is_temporary(std::string_view name) {
  return name.starts_with(temporary_beginning);
}

} // namespace fovea::driver
