// Reading a file of bytes that cannot be trusted.
#pragma once

#include <fovea/runtime/tensor_file.hpp>

#include <cstdio>

namespace fovea::host {

// A regular file, read from its beginning; every shortfall is a FileError that says what was being
// read.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return size_ - position_; }

  void read(void* bytes, std::uint64_t count, const char* what);
  // To a position within the file.
  void seek(std::uint64_t position);
  // `limit` guards memory; the file's own size guards it as well.
  std::string read_text(std::uint64_t count, std::uint64_t limit, const char* what);
  std::uint64_t read_little_endian(int bytes, const char* what);

  [[noreturn]] void fail(std::string what, std::string expected = {}, std::string got = {},
                         std::string hint = {}) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
};

// Size of a regular file; FileError where there is none.
std::uint64_t regular_file_size(const std::filesystem::path& path);

// Bytes of a tensor that a file declares; FileError where rank or size are beyond what is
// supported.
std::uint64_t declared_bytes(const std::filesystem::path& path, const std::string& tensor,
                             fovea_dtype dtype, const std::vector<std::int64_t>& shape);

// Uninitialised; FileError where memory does not suffice.
HostTensor allocate_tensor(const std::filesystem::path& path, const std::string& tensor,
                           fovea_dtype dtype, std::vector<std::int64_t> shape);

// A boolean that is neither 0 nor 1 is undefined behaviour in C++ and in kernels.
void check_booleans(const std::filesystem::path& path, const std::string& tensor,
                    const HostTensor& values);

// Text from a file for a message: short, printable.
std::string excerpt(std::string_view text);

} // namespace fovea::host
