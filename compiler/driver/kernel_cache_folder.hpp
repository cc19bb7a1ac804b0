#pragma once
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea::driver {

// A file that is closed at the end.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  // False where the system reports late that it could not write.
  bool close();
  // The caller closes it.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// A folder of this user's, for nobody else to write: it holds code. Opened once; whatever becomes
// of its path afterwards, files are named relative to what was checked. May be used from several
// threads, and its files by several processes.
class PrivateFolder {
 public:
  // Made, with its parents, where there is none. Where it cannot be used, `problem()` says why.
  explicit PrivateFolder(const std::filesystem::path& path);

  bool is_open() const { return folder_.is_open(); }
  const std::string& problem() const { return problem_; }

  enum class Found {
    nothing,
    foreign, // something that is not a file of ours
    file,
  };
  struct Content {
    Found found = Found::nothing;
    std::string bytes;
  };
  enum class Use {
    none,
    now, // mark the file as used, unless that was done less than a minute ago
  };
  Content read(const std::string& name, Use use) const;
  // The file has all of the bytes or, where this returns false, is as it was.
  bool write(const std::string& name, std::string_view bytes) const;
  bool remove(const std::string& name) const;

  struct File {
    std::string name;
    int64_t bytes = 0;
    timespec used = {};
  };
  // Regular files, in no order.
  std::vector<File> files() const;

  // Nothing where another process, or thread, has it.
  std::optional<FileDescriptor> try_lock(const std::string& name) const;

  // What a write leaves behind when its process is killed.
  static bool is_temporary(std::string_view name);

 private:
  FileDescriptor folder_;
  std::string problem_;
};

} // namespace fovea::driver
