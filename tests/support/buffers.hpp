#pragma once
#include <fovea/fovea.hpp>
#include <fovea/runtime/core.h>

#include <algorithm>
#include <random>

// Tensors as callers of libraries give them.
namespace fovea {

inline fovea_buffer buffer_for(const fovea_tensor_info& info, void* data) {
  fovea_buffer buffer{};
  buffer.struct_size = sizeof buffer;
  buffer.data = data;
  buffer.bytes = info.bytes;
  buffer.dtype = info.dtype;
  buffer.rank = info.rank;
  std::copy_n(info.extents, std::size(info.extents), buffer.extents);
  return buffer;
}

inline fovea_buffer buffer_of(Array<float>& array) {
  fovea_buffer buffer{};
  buffer.struct_size = sizeof buffer;
  buffer.data = array.data();
  buffer.bytes = static_cast<uint64_t>(array.size()) * sizeof(float);
  buffer.dtype = FOVEA_F32;
  buffer.rank = array.shape().rank();
  std::copy(array.shape().begin(), array.shape().end(), buffer.extents);
  return buffer;
}

// Always the same.
inline Array<float> random_image(const Shape& shape) {
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> range(-1, 1);
  Array<float> image(shape);
  for (float& element : image)
    element = range(engine);
  return image;
}

} // namespace fovea
