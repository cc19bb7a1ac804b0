#include "runtime/core/check.hpp"

namespace fovea::core {

using ull = unsigned long long;

PlaceText::PlaceText(const Place& place, const char* name) {
  if (name)
    snprintf(text, sizeof text, "%.100s: %s '%.100s'", place.program, place.role, name);
  else
    snprintf(text, sizeof text, "%.100s: %s %llu", place.program, place.role, ull(place.index));
}

fovea_status check_buffers(const fovea_buffer* buffers, uint64_t count, uint64_t expected,
                           const char* program, const char* role, Message& message) {
  if (count != expected)
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT, "%s: expected %llu %ss, got %llu", program,
                        ull(expected), role, ull(count));
  return check_array(buffers, count, program, role, message);
}

static fovea_status check_type(const fovea_tensor_info& info, const fovea_buffer& buffer,
                               Extents extents, const char* where, Message& message) {
  if (buffer.device_type != FOVEA_DEVICE_CPU || buffer.device_id != 0 || buffer.stream)
    return message.fail(FOVEA_ERROR_UNSUPPORTED_DEVICE,
                        "%s: expected CPU memory (device type 0, device 0, no stream), got device "
                        "type %d, device %d%s",
                        where, int(buffer.device_type), int(buffer.device_id),
                        buffer.stream ? ", a stream" : "");
  if (buffer.dtype != info.dtype)
    return message.fail(FOVEA_ERROR_WRONG_DTYPE, "%s: wrong dtype: expected %s, got %s", where,
                        fovea_dtype_name(info.dtype), fovea_dtype_name(buffer.dtype));
  if (buffer.rank != info.rank)
    return message.fail(FOVEA_ERROR_WRONG_RANK, "%s: wrong rank: expected %d (%s), got %d", where,
                        int(info.rank), ShapeText(info.extents, info.rank).text, int(buffer.rank));
  if (extents == Extents::read)
    for (int32_t d = 0; d < info.rank; ++d)
      if (buffer.extents[d] != info.extents[d])
        return message.fail(FOVEA_ERROR_WRONG_SHAPE, "%s: wrong shape: expected %s, got %s", where,
                            ShapeText(info.extents, info.rank).text,
                            ShapeText(buffer.extents, info.rank).text);
  return FOVEA_OK;
}

fovea_status check_buffer(const fovea_tensor_info& info, const fovea_buffer& buffer,
                          Extents extents, const Place& place, Message& message) {
  PlaceText where(place, info.name);
  if (fovea_status status = check_type(info, buffer, extents, where.text, message))
    return status;
  if (buffer.bytes < info.bytes)
    return message.fail(FOVEA_ERROR_BUFFER_TOO_SMALL,
                        "%s: buffer too small: expected %llu bytes for %s of %s, got %llu",
                        where.text, ull(info.bytes), ShapeText(info.extents, info.rank).text,
                        fovea_dtype_name(info.dtype), ull(buffer.bytes));
  return check_memory(info, buffer.data, place, message);
}

fovea_status check_memory(const fovea_tensor_info& info, const void* data, const Place& place,
                          Message& message) {
  if (info.bytes == 0)
    return FOVEA_OK; // nothing to point at
  PlaceText where(place, info.name);
  if (!data)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %llu bytes of data, got null",
                        where.text, ull(info.bytes));
  uint64_t alignment = info.alignment ? info.alignment : fovea_dtype_bytes(info.dtype);
  if (!is_aligned(data, alignment))
    return message.fail(FOVEA_ERROR_MISALIGNED,
                        "%s: misaligned: expected a pointer aligned to %llu bytes, got %p",
                        where.text, ull(alignment), data);
  return FOVEA_OK;
}

fovea_status take_allocator(const fovea_allocator* given, fovea_allocator* taken,
                            Message& message) {
  *taken = default_allocator();
  if (!given)
    return FOVEA_OK;
  if (fovea_status status = check_host_struct(given, sizeof(fovea_allocator), "allocator", message))
    return status;
  if (!given->allocate || !given->release)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "allocator: expected %s, got null",
                        given->allocate ? "release" : "allocate");
  *taken = *given;
  return FOVEA_OK;
}

fovea_status take_profiler(const fovea_profiler* given, fovea_profiler* taken, Message& message) {
  *taken = {};
  if (!given)
    return FOVEA_OK;
  if (fovea_status status = check_host_struct(given, sizeof(fovea_profiler), "profiler", message))
    return status;
  if (!given->kernel_begin || !given->kernel_end)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "profiler: expected %s, got null",
                        given->kernel_begin ? "kernel_end" : "kernel_begin");
  *taken = *given;
  return FOVEA_OK;
}

} // namespace fovea::core
