#include <fovea/runtime/core.h>
#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/tensor_memory.hpp>

#include <cstring>
#include <new>

namespace fovea::host {

void* allocate_tensor(std::size_t bytes) {
  const fovea_allocator& allocator = *fovea_core_default_allocator();
  void* memory = allocator.allocate(allocator.user, bytes ? bytes : 1, FOVEA_MEMORY_ALIGNMENT);
  if (!memory)
    throw std::bad_alloc();
  return memory;
}

void release_tensor(void* memory) noexcept {
  const fovea_allocator& allocator = *fovea_core_default_allocator();
  allocator.release(allocator.user, memory, 0);
}

std::string to_string(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

void HostTensor::Release::operator()(std::byte* pointer) const {
  release_tensor(pointer);
}

HostTensor HostTensor::uninitialised(fovea_dtype dtype, std::vector<std::int64_t> shape) {
  std::uint64_t bytes = 0;
  if (fovea_dtype_bytes(dtype) == 0)
    throw std::invalid_argument("tensor: " + std::to_string(dtype) + " is no dtype");
  if (shape.size() > FOVEA_MAX_RANK ||
      !fovea_dense_bytes(dtype, std::int32_t(shape.size()), shape.data(), &bytes))
    throw std::invalid_argument("tensor: shape " + to_string(shape) +
                                ": expected a rank of at most 12, extents of 0 or more, and a size "
                                "that fits 63 bits");
  HostTensor tensor;
  tensor.storage_.reset(static_cast<std::byte*>(allocate_tensor(std::size_t(bytes))));
  tensor.dtype_ = dtype;
  tensor.shape_ = std::move(shape);
  tensor.bytes_ = std::size_t(bytes);
  return tensor;
}

HostTensor::HostTensor(fovea_dtype dtype, std::vector<std::int64_t> shape)
    : HostTensor(uninitialised(dtype, std::move(shape))) {
  std::memset(bytes(), 0, bytes_);
}

HostTensor::HostTensor(const HostTensor& other)
    : HostTensor(uninitialised(other.dtype_, other.shape_)) {
  if (bytes_)
    std::memcpy(bytes(), other.bytes(), bytes_);
}

HostTensor& HostTensor::operator=(const HostTensor& other) {
  return *this = HostTensor(other);
}

void HostTensor::fill(const void* values, std::size_t bytes) {
  if (bytes != bytes_)
    throw std::invalid_argument("tensor of shape " + to_string(shape_) + ": expected " +
                                std::to_string(bytes_) + " bytes of values, got " +
                                std::to_string(bytes));
  if (bytes)
    std::memcpy(this->bytes(), values, bytes);
}

void HostTensor::check_dtype(fovea_dtype asked) const {
  if (asked != dtype_)
    throw std::invalid_argument(std::string("tensor of ") + fovea_dtype_name(dtype_) + " read as " +
                                fovea_dtype_name(asked));
}

void HostTensor::check_bits() const {
  if (fovea_dtype_bytes(dtype_) != 2)
    throw std::invalid_argument(std::string("tensor of ") + fovea_dtype_name(dtype_) +
                                " read as 16-bit elements");
}

fovea_buffer HostTensor::buffer() {
  fovea_buffer buffer{};
  buffer.struct_size = sizeof buffer;
  buffer.data = bytes();
  buffer.bytes = bytes_;
  buffer.dtype = dtype_;
  buffer.rank = std::int32_t(shape_.size());
  for (std::size_t d = 0; d < shape_.size(); ++d)
    buffer.extents[d] = shape_[d];
  return buffer;
}

} // namespace fovea::host
