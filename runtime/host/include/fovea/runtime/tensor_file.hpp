#pragma once

#include <fovea/runtime/file_error.hpp>
#include <fovea/runtime/host_tensor.hpp>

#include <filesystem>
#include <functional>
#include <map>

namespace fovea::host {

/// NumPy's .npy, versions 1 to 3, little-endian, C order; dtypes f2 f4 f8 i1 u1 i4 i8 b1.
HostTensor read_npy(const std::filesystem::path& path);

/// Writes version 1 (numpy.load reads it). The file appears whole or not at all (OutputFiles). bf16
/// is refused, NumPy has no such dtype.
void write_npy(const std::filesystem::path& path, const HostTensor& tensor);

using TensorMap = std::map<std::string, HostTensor, std::less<>>;

/// safetensors: F16 BF16 F32 F64 I8 U8 I32 I64 BOOL. `__metadata__` is checked and dropped.
TensorMap read_safetensors(const std::filesystem::path& path);

/// Writes a file that the safetensors libraries read, whole or not at all (OutputFiles). The data
/// start at a multiple of 64 bytes, and tensors whose sizes are multiples of 64 come first, so they
/// start at such ones too; the others at multiples of their elements' size. Throws FileError also
/// where a name is no UTF-8 or is "__metadata__", which the format keeps to itself.
void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors);

/// IDX, the format of MNIST, plain or gzipped: types u8, i8, i32, f32, f64.
HostTensor read_idx(const std::filesystem::path& path);

} // namespace fovea::host
