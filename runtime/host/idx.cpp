// IDX: two zero bytes, a type, a rank, big-endian extents of 32 bits, big-endian data; often
// gzipped.
#include "runtime/host/file.hpp"

#include <algorithm>
#include <zlib.h>

namespace fovea::host {

namespace {

struct CloseGz {
  void operator()(gzFile file) const { gzclose(file); }
};

class GzFile {
 public:
  explicit GzFile(const std::filesystem::path& path)
      : path_(path), file_size_(regular_file_size(path)), file_(gzopen(path.c_str(), "rb")) {
    if (!file_)
      fail("cannot open", "a readable file", "an error of the system");
    gzbuffer(file_.get(), 1 << 17);
  }

  // Short only at the end of the data.
  std::uint64_t read_some(void* bytes, std::uint64_t count) {
    std::uint64_t done = 0;
    while (done < count) {
      unsigned part = unsigned(std::min<std::uint64_t>(count - done, 1 << 30));
      int got = gzread(file_.get(), static_cast<char*>(bytes) + done, part);
      int code = Z_OK;
      const char* reason = gzerror(file_.get(), &code);
      if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
        fail("damaged gzip data", "a complete gzip file",
             code == Z_BUF_ERROR ? "one that ends too early" : reason);
      if (got == 0)
        break;
      done += std::uint64_t(got);
    }
    return done;
  }

  void read(void* bytes, std::uint64_t count, const char* what) {
    std::uint64_t got = read_some(bytes, count);
    if (got != count)
      fail(std::string(what) + ": the file ends too early", std::to_string(count) + " bytes",
           std::to_string(got) + " bytes");
  }

  // The most that the file can hold: deflate expands by 1032 at most. What a header claims beyond
  // that is refused before memory is taken for it.
  std::uint64_t most_bytes() const {
    return gzdirect(file_.get()) ? file_size_ : file_size_ * 1032 + 1024;
  }

  [[noreturn]] void fail(std::string what, std::string expected, std::string got) const {
    throw FileError(path_, {"idx: " + std::move(what), std::move(expected), std::move(got), {}});
  }

 private:
  std::filesystem::path path_;
  std::uint64_t file_size_;
  std::unique_ptr<gzFile_s, CloseGz> file_;
};

fovea_dtype dtype_of(const GzFile& file, unsigned char code) {
  switch (code) {
  case 0x08:
    return FOVEA_U8;
  case 0x09:
    return FOVEA_I8;
  case 0x0c:
    return FOVEA_I32;
  case 0x0d:
    return FOVEA_F32;
  case 0x0e:
    return FOVEA_F64;
  default:
    file.fail("unsupported type", "8 (u8), 9 (i8), 12 (i32), 13 (f32) or 14 (f64)",
              std::to_string(code));
  }
}

void swap_bytes(HostTensor& tensor) {
  std::size_t width = std::size_t(fovea_dtype_bytes(tensor.dtype()));
  if (width == 1)
    return;
  for (std::byte *element = tensor.bytes(), *end = element + tensor.size_bytes(); element != end;
       element += width)
    std::reverse(element, element + width);
}

} // namespace

HostTensor read_idx(const std::filesystem::path& path) {
  GzFile file(path);
  unsigned char start[4];
  file.read(start, sizeof start, "magic");
  if (start[0] != 0 || start[1] != 0)
    file.fail("not an IDX file: wrong magic", "two zero bytes",
              std::to_string(start[0]) + ", " + std::to_string(start[1]));
  fovea_dtype dtype = dtype_of(file, start[2]);
  if (start[3] > FOVEA_MAX_RANK)
    file.fail("rank too large", "at most 12 dimensions", std::to_string(start[3]));
  std::vector<std::int64_t> shape(start[3]);
  for (std::int64_t& extent : shape) {
    unsigned char raw[4];
    file.read(raw, sizeof raw, "extents");
    extent = std::int64_t(raw[0]) << 24 | raw[1] << 16 | raw[2] << 8 | raw[3];
  }
  std::uint64_t bytes = declared_bytes(path, "idx", dtype, shape);
  if (bytes > file.most_bytes())
    file.fail("the file is too small for its shape",
              std::to_string(bytes) + " bytes for shape " + to_string(shape),
              "at most " + std::to_string(file.most_bytes()) + " bytes");
  HostTensor tensor = allocate_tensor(path, "idx", dtype, std::move(shape));
  file.read(tensor.bytes(), bytes, "data");
  char extra;
  // Also makes zlib check the length and checksum at the end.
  if (file.read_some(&extra, 1) != 0)
    file.fail("data after the last element", "nothing", "more bytes");
  swap_bytes(tensor);
  return tensor;
}

} // namespace fovea::host
