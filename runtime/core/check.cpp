#include "runtime/core/check.hpp"

namespace fovea::core {

using ull = unsigned long long;

namespace {
// "lenet5: input 'image'"
struct PlaceText {
  char text[256];
  PlaceText(const TensorPlace& place, const char* name) {
    if (name)
      snprintf(text, sizeof text, "%.100s: %s '%.100s'", place.program, place.role, name);
    else
      snprintf(text, sizeof text, "%.100s: %s %llu", place.program, place.role, ull(place.index));
  }
};
} // namespace

static fovea_status check_info(const fovea_tensor_info& info, const TensorPlace& place,
                               Message& message) {
  PlaceText where(place, info.name);
  if (fovea_status status = check_struct(&info, sizeof(fovea_tensor_info), where.text, message))
    return status;
  if (!info.name)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected a name, got null", where.text);
  if (!fovea_dtype_bytes(info.dtype))
    return message.fail(FOVEA_ERROR_WRONG_DTYPE, "%s: expected a dtype, got %d", where.text,
                        int(info.dtype));
  if (info.rank < 0 || info.rank > FOVEA_MAX_RANK)
    return message.fail(FOVEA_ERROR_WRONG_RANK, "%s: expected a rank of 0 to %d, got %d",
                        where.text, FOVEA_MAX_RANK, int(info.rank));
  uint64_t bytes = 0;
  if (!fovea_dense_bytes(info.dtype, info.rank, info.extents, &bytes) || bytes != info.bytes)
    return message.fail(FOVEA_ERROR_WRONG_SHAPE,
                        "%s: extents %s of %s are not the %llu bytes that the program states",
                        where.text, ShapeText(info.extents, info.rank).text,
                        fovea_dtype_name(info.dtype), ull(info.bytes));
  if (info.alignment & (info.alignment - 1))
    return message.fail(FOVEA_ERROR_MISALIGNED,
                        "%s: expected an alignment that is a power of two, got %llu", where.text,
                        ull(info.alignment));
  if (info.flags & ~uint32_t(FOVEA_TENSOR_IN_OUT | FOVEA_TENSOR_BOUNDED))
    return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                        "%s: flags %#x are not known to ABI version %d; use a newer fovea",
                        where.text, unsigned(info.flags), FOVEA_ABI_VERSION);
  return FOVEA_OK;
}

static fovea_status check_infos(const fovea_tensor_info* infos, uint64_t count, const char* program,
                                const char* role, Message& message) {
  if (count && !infos)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %llu %ss, got null", program,
                        ull(count), role);
  for (uint64_t i = 0; i < count; ++i) {
    const fovea_tensor_info& info = *element(infos, i);
    if (fovea_status status = check_info(info, {program, role, i}, message))
      return status;
    if (info.struct_size != infos->struct_size)
      return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                          "%s: %s %llu: expected the struct_size of its neighbours, %llu, got %llu",
                          program, role, ull(i), ull(infos->struct_size), ull(info.struct_size));
  }
  return FOVEA_OK;
}

fovea_status check_program(const fovea_program* program, Message& message) {
  if (!program)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "model_open: expected a program, got null");
  if (fovea_status status = check_struct(program, sizeof(fovea_program), "program", message))
    return status;
  if (program->abi_version != FOVEA_ABI_VERSION)
    return message.fail(
        FOVEA_ERROR_UNSUPPORTED_ABI,
        "program: expected ABI version %d, got %llu; compile it again with this fovea",
        FOVEA_ABI_VERSION, ull(program->abi_version));
  if (!program->name || !program->entry)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "program: expected a %s, got null",
                        program->name ? "function to enter" : "name");
  const char* name = program->name;
  if (fovea_status status =
          check_infos(program->inputs, program->input_count, name, "input", message))
    return status;
  if (fovea_status status =
          check_infos(program->outputs, program->output_count, name, "output", message))
    return status;
  return check_infos(program->parameters, program->parameter_count, name, "parameter", message);
}

fovea_status check_buffers(const fovea_buffer* buffers, uint64_t count, uint64_t expected,
                           const char* program, const char* role, Message& message) {
  if (count != expected)
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT, "%s: expected %llu %ss, got %llu", program,
                        ull(expected), role, ull(count));
  if (count && !buffers)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %llu %ss, got null", program,
                        ull(count), role);
  for (uint64_t i = 0; i < count; ++i) {
    const fovea_buffer& buffer = *element(buffers, i);
    PlaceText where({program, role, i}, nullptr);
    if (fovea_status status = check_struct(&buffer, sizeof(fovea_buffer), where.text, message))
      return status;
    if (buffer.struct_size != buffers->struct_size)
      return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                          "%s: struct_size: expected that of its neighbours, %llu, got %llu",
                          where.text, ull(buffers->struct_size), ull(buffer.struct_size));
  }
  return FOVEA_OK;
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
                          Extents extents, const TensorPlace& place, Message& message) {
  PlaceText where(place, info.name);
  if (fovea_status status = check_type(info, buffer, extents, where.text, message))
    return status;
  if (buffer.bytes < info.bytes)
    return message.fail(FOVEA_ERROR_BUFFER_TOO_SMALL,
                        "%s: buffer too small: expected %llu bytes for %s of %s, got %llu",
                        where.text, ull(info.bytes), ShapeText(info.extents, info.rank).text,
                        fovea_dtype_name(info.dtype), ull(buffer.bytes));
  if (info.bytes == 0)
    return FOVEA_OK; // nothing to point at
  if (!buffer.data)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %llu bytes of data, got null",
                        where.text, ull(info.bytes));
  uint64_t alignment = info.alignment ? info.alignment : fovea_dtype_bytes(info.dtype);
  if (!is_aligned(buffer.data, alignment))
    return message.fail(FOVEA_ERROR_MISALIGNED,
                        "%s: misaligned: expected a pointer aligned to %llu bytes, got %p",
                        where.text, ull(alignment), buffer.data);
  return FOVEA_OK;
}

fovea_status take_allocator(const fovea_allocator* given, fovea_allocator* taken,
                            Message& message) {
  *taken = default_allocator();
  if (!given)
    return FOVEA_OK;
  if (fovea_status status = check_struct(given, sizeof(fovea_allocator), "allocator", message))
    return status;
  if (!given->allocate || !given->release)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "allocator: expected %s, got null",
                        given->allocate ? "release" : "allocate");
  *taken = *given;
  return FOVEA_OK;
}

} // namespace fovea::core
