#include <fovea/runtime/output_files.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fovea::host {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& target, std::string expected, std::string got,
                       std::string hint = {}) {
  throw FileError(target, {"cannot write", std::move(expected), std::move(got), std::move(hint)});
}

[[noreturn]] void fail_with_errno(const fs::path& target) {
  int code = errno;
  fail(target, {}, std::strerror(code),
       code == ENOSPC || code == EFBIG || code == EDQUOT ? "free some space, or write elsewhere"
                                                         : "");
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  // Some file systems report a full disk only now.
  int close() { return ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

bool is_below_proc(const fs::path& path) {
  return path.string().starts_with("/proc/");
}

// The folder without symbolic links. Its last name may still be one.
fs::path with_canonical_folder(const fs::path& target, const fs::path& path) {
  std::error_code error;
  fs::path folder = fs::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
  if (error)
    fail(target, "an existing folder", path.parent_path().string() + ": " + error.message());
  if (!path.has_filename())
    fail(target, "the name of a file", "the name of a folder");
  return folder / path.filename();
}

// Follows links by hand: one whose file does not exist yet says where to make it, and one below
// /proc has no meaning as a path.
fs::path resolve(const fs::path& target) {
  fs::path path = target;
  for (int links = 0; links < 40; ++links) { // as many as Linux follows
    path = with_canonical_folder(target, path);
    std::error_code error;
    if (is_below_proc(path) || !fs::is_symlink(fs::symlink_status(path, error)))
      return path;
    fs::path link = fs::read_symlink(path, error);
    if (error)
      fail(target, {}, error.message());
    path = link.is_absolute() ? link : path.parent_path() / link;
  }
  fail(target, "a file", "a symbolic link that leads in a circle");
}

// What is no file but takes bytes as they come.
bool is_direct(const fs::path& target, const fs::path& resolved) {
  std::error_code error;
  fs::file_status status = fs::status(resolved, error);
  switch (status.type()) {
  case fs::file_type::not_found:
    return false;
  case fs::file_type::regular:
    return is_below_proc(resolved);
  case fs::file_type::character:
    return true;
  case fs::file_type::directory:
    fail(target, "the name of a file", "a folder");
  case fs::file_type::none:
    fail(target, {}, error.message());
  default:
    if (is_below_proc(resolved)) // the pipe behind /dev/stdout
      return true;
    fail(target, "a regular file", "a pipe, socket or block device");
  }
}

// Nobody can foresee the name, so nobody can put something there first.
fs::path create_temporary(const fs::path& target, const fs::path& folder) {
  for (;;) {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number)
      fail_with_errno(target);
    char name[40];
    std::snprintf(name, sizeof name, ".fovea-%016llx.tmp", static_cast<unsigned long long>(number));
    fs::path path = folder / name;
    int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      ::close(descriptor);
      return path;
    }
    if (errno != EEXIST)
      fail(target, "a folder in which files can be made", std::strerror(errno));
  }
}

void write_all(const fs::path& target, int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      fail_with_errno(target);
    bytes = bytes.subspan(std::size_t(written)); // a full disk takes a part first
  }
}

// By path: a linker may have put a new file under the temporary's name.
void flush_to_disk(const fs::path& target, const fs::path& temporary) {
  Descriptor file(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0)
    fail_with_errno(target);
  if (!S_ISREG(status.st_mode))
    fail(target, "a regular file as its temporary", "something else");
  // EINVAL: a file system that has nothing to flush to.
  if (::fsync(file.number()) != 0 && errno != EINVAL)
    fail_with_errno(target);
  if (file.close() != 0)
    fail_with_errno(target);
}

} // namespace

OutputFiles::~OutputFiles() {
  remove_temporaries();
}

fs::path OutputFiles::open(const fs::path& target) {
  File file{target, resolve(target), {}};
  if (is_direct(target, file.resolved)) {
    file.place = Place::direct;
    return files_.emplace_back(std::move(file)).target;
  }
  for (const File& other : files_)
    if (other.place != Place::direct && other.resolved == file.resolved)
      fail(target, "each output file once",
           other.target == target ? "the same file twice"
                                  : "the same file as " + other.target.string());
  files_.reserve(files_.size() + 1); // nothing may fail between creating and remembering
  file.temporary = create_temporary(target, file.resolved.parent_path());
  return files_.emplace_back(std::move(file)).temporary;
}

void OutputFiles::write(const fs::path& target,
                        const std::vector<std::span<const std::byte>>& parts) {
  fs::path path = open(target);
  // Appending: output to /dev/stdout that is a file must not overwrite what is there.
  Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY));
  if (file.number() < 0)
    fail_with_errno(target);
  for (std::span<const std::byte> part : parts)
    write_all(target, file.number(), part);
  if (file.close() != 0)
    fail_with_errno(target);
}

void OutputFiles::write(const fs::path& target, std::span<const std::byte> bytes) {
  write(target, std::vector{bytes});
}

void OutputFiles::write(const fs::path& target, std::string_view text) {
  write(target, std::as_bytes(std::span(text)));
}

void OutputFiles::commit() {
  std::size_t left = 0;
  for (const File& file : files_)
    if (file.place != Place::direct) {
      flush_to_disk(file.target, file.temporary);
      ++left;
    }
  try {
    for (File& file : files_)
      if (file.place != Place::direct)
        put_in_place(file, --left == 0);
  } catch (const FileError&) {
    restore();
    throw;
  }
  remove_temporaries();
}

void OutputFiles::put_in_place(File& file, bool last) {
  const char* from = file.temporary.c_str();
  const char* to = file.resolved.c_str();
  struct stat there {};
  bool exists = ::lstat(to, &there) == 0;
  if (exists && !S_ISREG(there.st_mode)) // came there since `open`; an exchange would move it
    fail(file.target, "a regular file or nothing", "something else, made meanwhile");
  // Exchanged, the old file survives under the temporary's name until all are in their places.
  // After the last one nothing can fail.
  if (exists && !last && ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0) {
    file.place = Place::exchanged;
    return;
  }
  if (::rename(from, to) != 0)
    fail_with_errno(file.target);
  file.place = exists ? Place::replaced : Place::created;
}

void OutputFiles::restore() {
  for (File& file : files_) {
    const char* from = file.temporary.c_str();
    const char* to = file.resolved.c_str();
    if (file.place == Place::exchanged &&
        ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0)
      file.place = Place::temporary;
    if (file.place == Place::created && ::rename(to, from) == 0)
      file.place = Place::temporary;
  }
}

void OutputFiles::remove_temporaries() noexcept {
  for (const File& file : files_)
    if (file.place == Place::temporary || file.place == Place::exchanged)
      ::unlink(file.temporary.c_str());
  files_.clear();
}

} // namespace fovea::host
