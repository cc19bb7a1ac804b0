#include "runtime/host/file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace fovea::host {

static std::string error_text(const std::filesystem::path& path, const FileError::Fields& fields) {
  std::string text = path.string() + ": error: " + fields.what;
  if (!fields.expected.empty())
    text += "\n  expected: " + fields.expected;
  if (!fields.got.empty())
    text += "\n  got: " + fields.got;
  if (!fields.hint.empty())
    text += "\n  hint: " + fields.hint;
  return text;
}

FileError::FileError(const std::filesystem::path& path, Fields fields)
    : std::runtime_error(error_text(path, fields)), path_(path), fields_(std::move(fields)) {}

std::uint64_t regular_file_size(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw FileError(path, {"cannot open", "a file", error ? error.message() : "nothing there", {}});
  // A pipe or device has no size to check a header against, and may never end.
  if (!std::filesystem::is_regular_file(status))
    throw FileError(path, {"cannot read", "a regular file", "a folder, pipe or device", {}});
  std::uint64_t size = std::filesystem::file_size(path, error);
  if (error)
    throw FileError(path, {"cannot read its size", {}, error.message(), {}});
  return size;
}

InputFile::InputFile(const std::filesystem::path& path)
    : path_(path), size_(regular_file_size(path)) {
  file_.reset(std::fopen(path.c_str(), "rb"));
  if (!file_)
    fail("cannot open", "a readable file", std::strerror(errno));
}

void InputFile::fail(std::string what, std::string expected, std::string got,
                     std::string hint) const {
  throw FileError(path_, {std::move(what), std::move(expected), std::move(got), std::move(hint)});
}

void InputFile::read(void* bytes, std::uint64_t count, const char* what) {
  if (count > remaining())
    fail(std::string(what) + ": the file ends too early", std::to_string(count) + " bytes",
         std::to_string(remaining()) + " bytes", "the file is truncated or not of this format");
  if (count && std::fread(bytes, 1, count, file_.get()) != count)
    fail(std::string(what) + ": reading failed", std::to_string(count) + " bytes",
         std::ferror(file_.get()) ? std::strerror(errno) : "end of file");
  position_ += count;
}

void InputFile::seek(std::uint64_t position) {
  if (::fseeko(file_.get(), off_t(position), SEEK_SET) != 0)
    fail("cannot read on from another place", {}, std::strerror(errno));
  position_ = position;
}

std::string InputFile::read_text(std::uint64_t count, std::uint64_t limit, const char* what) {
  if (count > limit)
    fail(std::string(what) + ": absurd length", "at most " + std::to_string(limit) + " bytes",
         std::to_string(count) + " bytes");
  if (count > remaining()) // before memory is taken
    fail(std::string(what) + ": the file ends too early", std::to_string(count) + " bytes",
         std::to_string(remaining()) + " bytes", "the file is truncated or not of this format");
  std::string text(count, '\0');
  read(text.data(), count, what);
  return text;
}

std::uint64_t InputFile::read_little_endian(int bytes, const char* what) {
  unsigned char raw[8] = {};
  read(raw, std::uint64_t(bytes), what);
  std::uint64_t value = 0;
  for (int i = bytes - 1; i >= 0; --i)
    value = value << 8 | raw[i];
  return value;
}

std::uint64_t declared_bytes(const std::filesystem::path& path, const std::string& tensor,
                             fovea_dtype dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = 0;
  if (shape.size() > FOVEA_MAX_RANK)
    throw FileError(
        path,
        {tensor + ": rank too large", "at most 12 dimensions", std::to_string(shape.size()), {}});
  if (!fovea_dense_bytes(dtype, std::int32_t(shape.size()), shape.data(), &bytes))
    throw FileError(path, {tensor + ": impossible shape",
                           "extents whose product fits 63 bits",
                           to_string(shape),
                           {}});
  return bytes;
}

HostTensor allocate_tensor(const std::filesystem::path& path, const std::string& tensor,
                           fovea_dtype dtype, std::vector<std::int64_t> shape) {
  std::string text = to_string(shape);
  try {
    return HostTensor::uninitialised(dtype, std::move(shape));
  } catch (const std::bad_alloc&) {
    throw FileError(path, {tensor + ": not enough memory",
                           {},
                           std::string(fovea_dtype_name(dtype)) + " of shape " + text,
                           {}});
  }
}

void check_booleans(const std::filesystem::path& path, const std::string& tensor,
                    const HostTensor& values) {
  if (values.dtype() != FOVEA_BOOLEAN)
    return;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (unsigned value = std::to_integer<unsigned>(values.bytes()[i]); value > 1)
      throw FileError(path, {tensor + ": element " + std::to_string(i) + " is no boolean",
                             "0 or 1",
                             std::to_string(value),
                             {}});
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string result = "'";
  for (char c : text.substr(0, longest))
    result += c >= 0x20 && c < 0x7f ? c : '?';
  return result + (text.size() > longest ? "...'" : "'");
}

} // namespace fovea::host
