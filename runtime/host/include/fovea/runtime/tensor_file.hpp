#pragma once

#include <fovea/runtime/host_tensor.hpp>

#include <filesystem>
#include <functional>
#include <map>

namespace fovea::host {

/// A file that is not what it should be. Files hold data from anywhere: each reader checks all it
/// reads, and throws this for whatever is wrong.
class FileError : public std::runtime_error {
 public:
  struct Fields {
    std::string what;     ///< "npy header: wrong dtype"
    std::string expected; ///< may be empty
    std::string got;      ///< may be empty
    std::string hint;     ///< may be empty
  };
  FileError(const std::filesystem::path& path, Fields fields);

  const std::filesystem::path& path() const { return path_; }
  const Fields& fields() const { return fields_; }

 private:
  std::filesystem::path path_;
  Fields fields_;
};

/// NumPy's .npy, versions 1 to 3, little-endian, C order; dtypes f2 f4 f8 i1 u1 i4 i8 b1.
HostTensor read_npy(const std::filesystem::path& path);

/// Writes version 1 (numpy.load reads it). The file appears whole or not at all: it is written
/// beside its place and renamed. bf16 is refused, NumPy has no such dtype.
void write_npy(const std::filesystem::path& path, const HostTensor& tensor);

using TensorMap = std::map<std::string, HostTensor, std::less<>>;

/// safetensors: F16 BF16 F32 F64 I8 U8 I32 I64 BOOL. `__metadata__` is checked and dropped.
TensorMap read_safetensors(const std::filesystem::path& path);

/// IDX, the format of MNIST, plain or gzipped: types u8, i8, i32, f32, f64.
HostTensor read_idx(const std::filesystem::path& path);

} // namespace fovea::host
