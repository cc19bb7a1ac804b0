#pragma once
#include <fovea/error.hpp>
#include <fovea/runtime/tensor_file.hpp>
#include <fovea/shape.hpp>

namespace fovea::driver {

// What a file's reader found wrong, as the public interface says it: at the line that asked for it.
[[noreturn]] inline void rethrow(const host::FileError& error, SourceLocation location) {
  const host::FileError::Fields& fields = error.fields();
  throw Error({.what = error.path().string() + ": " + fields.what,
               .where = location,
               .expected = fields.expected,
               .got = fields.got,
               .hint = fields.hint});
}

inline DType dtype_of(const host::HostTensor& tensor) {
  return static_cast<DType>(tensor.dtype());
}
inline TensorType type_of(const host::HostTensor& tensor) {
  return {dtype_of(tensor), Shape(tensor.shape())};
}

} // namespace fovea::driver
