#include "tests/fuzz/readers.hpp"

#include "runtime/host/elf.hpp"
#include "tests/fuzz/weights.hpp"

#include <fovea/runtime/image_file.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <zlib.h>

namespace fovea_fuzz {

namespace {

using namespace fovea::host;
namespace fs = std::filesystem;

// --- What a reader returned --------------------------------------------------------------------

void check(const HostTensor& tensor) {
  std::uint64_t bytes = 0;
  const std::vector<std::int64_t>& shape = tensor.shape();
  if (!fovea_dense_bytes(tensor.dtype(), std::int32_t(shape.size()), shape.data(), &bytes) ||
      bytes != tensor.size_bytes())
    throw std::logic_error("the bytes do not fit the shape");
  unsigned all = 0; // reads every byte, under the eyes of the sanitizer
  for (std::size_t i = 0; i < tensor.size_bytes(); ++i)
    all |= std::to_integer<unsigned>(tensor.bytes()[i]);
  if (tensor.dtype() == FOVEA_BOOLEAN && all > 1)
    throw std::logic_error("a boolean is neither 0 nor 1");
}

template <class Read>
bool accepts(Read read) {
  try {
    read();
    return true;
  } catch (const FileError& error) {
    if (error.fields().what.empty() || error.path().empty())
      throw std::logic_error("an error without words");
    return false;
  }
}

bool read_npy_file(const fs::path& path) {
  return accepts([&] { check(read_npy(path)); });
}

bool read_idx_file(const fs::path& path) {
  return accepts([&] { check(read_idx(path)); });
}

bool read_safetensors_file(const fs::path& path) {
  return accepts([&] {
    for (const auto& [name, tensor] : read_safetensors(path))
      check(tensor);
  });
}

bool read_image_file(const fs::path& path) {
  return accepts([&] {
    ImageOptions options{.channels = 3, .height = 6, .width = 9, .max_pixels = 1'000'000};
    options.fit = ImageOptions::Fit::crop;
    if (fs::file_size(path) % 2) {
      options.fit = ImageOptions::Fit::stretch;
      options.channels = 1;
    }
    HostTensor tensor = read_image(path, options);
    check(tensor);
    for (float value : tensor.data<float>())
      if (!(value >= -1e-6f && value <= 1.00001f))
        throw std::logic_error("a sample outside of 0 to 1");
  });
}

bool read_exports(const fs::path& path) {
  return accepts([&] { exported_prefixes(path); });
}

// --- Valid files -------------------------------------------------------------------------------

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty())
    throw std::runtime_error("cannot read " + path.string());
  return bytes;
}

std::vector<std::string> files_ending(const std::string& ending) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(FOVEA_SOURCE_DIR "/tests/data/images"))
    if (entry.path().extension() == ending)
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end()); // so that a seed means the same everywhere
  std::vector<std::string> files;
  for (const fs::path& path : paths)
    files.push_back(bytes_of(path));
  return files;
}

std::vector<std::string> npy_files() {
  auto npy = [](const std::string& header, std::size_t bytes) {
    return std::string("\x93NUMPY\x01\0", 8) + char(header.size()) + '\0' + header +
           std::string(bytes, '\1');
  };
  return {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24),
          npy("{'descr': '|b1', 'fortran_order': False, 'shape': (5,), }\n", 5),
          npy("{'descr': '<i8', 'fortran_order': False, 'shape': (), }\n", 8)};
}

std::vector<std::string> safetensors_files() {
  auto safetensors = [](const std::string& header, std::size_t bytes) {
    return std::string(1, char(header.size())) + std::string(7, '\0') + header +
           std::string(bytes, '\1');
  };
  return {safetensors(R"({"__metadata__":{"format":"pt"},)"
                      R"("w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                      R"("b":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]}})",
                      11),
          safetensors(R"({"s":{"shape":[],"dtype":"I64","data_offsets":[0,8]},)"
                      R"("none":{"dtype":"F16","shape":[0,7],"data_offsets":[8,8]}})",
                      8),
          safetensors("{}   ", 0)};
}

std::vector<std::string> idx_files() {
  return {std::string("\0\0\x08\x02\0\0\0\x02\0\0\0\x03", 12) + "abcdef",
          std::string("\0\0\x0d\x01\0\0\0\x02", 8) + "\x3f\x80xyzwvu",
          std::string("\0\0\x0c\0", 4) + "1234"};
}

std::vector<std::string> elf_files() {
  return {bytes_of(FOVEA_FUZZ_LIBRARY)};
}

// --- Repairs -----------------------------------------------------------------------------------

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, uLong(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = uInt(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = uInt(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::vector<std::string> gzipped_files() {
  std::vector<std::string> files = idx_files();
  for (std::size_t i = 0, plain = files.size(); i < plain; ++i)
    files.push_back(gzip(files[i]));
  return files;
}

// What is not packed yet is packed, so that the change is inside.
std::string packed(std::string bytes) {
  return bytes.starts_with("\x1f\x8b") ? bytes : gzip(bytes);
}

// The header ends with the newline, or with the last brace.
std::string with_npy_length(std::string bytes) {
  std::size_t end = bytes.find('\n', 10);
  if (bytes.size() >= 10 && end != bytes.npos) {
    bytes[8] = char((end + 1 - 10) & 0xff);
    bytes[9] = char((end + 1 - 10) >> 8);
  }
  return bytes;
}

std::string with_safetensors_length(std::string bytes) {
  std::size_t end = bytes.rfind('}');
  if (end == bytes.npos || end < 8)
    return bytes;
  std::uint64_t length = end + 1 - 8;
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes;
}

// Each chunk: length, name, data, checksum of name and data; numbers are big-endian.
std::string with_png_checksums(std::string bytes) {
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    if (length > bytes.size() - at - 12)
      break;
    auto data = reinterpret_cast<const Bytef*>(bytes.data() + at + 4);
    uLong checksum = crc32(0, data, uInt(length + 4));
    for (std::size_t i = 0; i < 4; ++i)
      bytes[at + 8 + length + i] = char(checksum >> (24 - 8 * i));
    at += 12 + length;
  }
  return bytes;
}

} // namespace

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all = {
      {"npy", read_npy_file, with_npy_length, npy_files},
      {"safetensors", read_safetensors_file, with_safetensors_length, safetensors_files},
      {"idx", read_idx_file, nullptr, idx_files},
      {"idx_gz", read_idx_file, packed, gzipped_files},
      {"png", read_image_file, with_png_checksums, [] { return files_ending(".png"); }},
      {"jpeg", read_image_file, nullptr, [] { return files_ending(".jpg"); }},
      {"weights", open_weights, with_weights_hash, weights_files},
      {"library", read_exports, nullptr, elf_files},
  };
  return all;
}

} // namespace fovea_fuzz
