#include "compiler/driver/files.hpp"

#include <fovea/array.hpp>

#include <cstring>

namespace fovea::detail {

template <class Read>
static host::HostTensor read(Read read_file, const std::string& path, DType expected,
                             SourceLocation location) {
  host::HostTensor tensor;
  try {
    tensor = read_file(path);
  } catch (const host::FileError& error) {
    driver::rethrow(error, location);
  }
  if (driver::dtype_of(tensor) != expected)
    throw Error({.what = path + ": the elements have another type than the array",
                 .where = location,
                 .expected = std::string(name_of(expected)),
                 .got = to_string(driver::type_of(tensor)),
                 .hint = "read it as it is, and convert the elements"});
  return tensor;
}

host::HostTensor read_npy(const std::string& path, DType expected, SourceLocation location) {
  return read(host::read_npy, path, expected, location);
}

host::HostTensor read_idx(const std::string& path, DType expected, SourceLocation location) {
  return read(host::read_idx, path, expected, location);
}

void write_npy(const std::string& path, const void* data, const TensorType& type,
               SourceLocation location) {
  try {
    host::HostTensor tensor = host::HostTensor::uninitialised(static_cast<fovea_dtype>(type.dtype),
                                                              type.shape.to_vector());
    if (tensor.size_bytes())
      std::memcpy(tensor.bytes(), data, tensor.size_bytes());
    host::write_npy(path, tensor);
  } catch (const host::FileError& error) {
    driver::rethrow(error, location);
  }
}

} // namespace fovea::detail
