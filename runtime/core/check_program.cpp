// What a compiler handed over: a program that contradicts itself is refused, never entered.
#include "runtime/core/check.hpp"
#include "runtime/core/sets.hpp"
#include "runtime/core/weights.hpp"

namespace fovea::core {

using ull = unsigned long long;

static fovea_status check_info(const fovea_tensor_info& info, const Place& place,
                               Message& message) {
  PlaceText where(place, info.name);
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
  if (fovea_status status = check_array(infos, count, program, role, message))
    return status;
  for (uint64_t i = 0; i < count; ++i)
    if (fovea_status status = check_info(*element(infos, i), {program, role, i}, message))
      return status;
  return FOVEA_OK;
}

static fovea_status check_calls(const fovea_program& program, Message& message) {
  if (fovea_status status =
          check_array(program.calls, program.call_count, program.name, "call", message))
    return status;
  for (uint64_t i = 0; i < program.call_count; ++i) {
    const fovea_call_info& call = *element(program.calls, i);
    if (!call.layer || !call.ops || !call.algorithm)
      return message.fail(FOVEA_ERROR_NULL_POINTER,
                          "%s: call %llu: expected the names of layer, ops and algorithm, got null",
                          program.name, ull(i));
  }
  return FOVEA_OK;
}

static fovea_status check_weights_file(const fovea_program& program, Message& message) {
  const fovea_weights_file* file = program.weights_file;
  if (!file)
    return FOVEA_OK;
  if (fovea_status status = check_struct(file, sizeof *file, "weights file", message))
    return status;
  if (!file->file_name || (program.parameter_count && !file->offsets))
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: weights file: expected %s, got null",
                        program.name, file->file_name ? "offsets" : "a name");
  if (file->bytes < weights_header_bytes)
    return message.fail(FOVEA_ERROR_WEIGHTS_FILE,
                        "%s: weights file: expected at least the header's %llu bytes, got %llu",
                        program.name, ull(weights_header_bytes), ull(file->bytes));
  for (uint64_t i = 0; i < program.parameter_count; ++i) {
    const fovea_tensor_info& info = *element(program.parameters, i);
    uint64_t offset = file->offsets[i];
    if (offset % FOVEA_MEMORY_ALIGNMENT != 0 || offset < weights_header_bytes ||
        offset > file->bytes || info.bytes > file->bytes - offset)
      return message.fail(FOVEA_ERROR_WEIGHTS_FILE,
                          "%s: weights file: expected the %llu bytes of parameter '%s' at a "
                          "multiple of %d between %llu and %llu, got offset %llu",
                          program.name, ull(info.bytes), info.name, FOVEA_MEMORY_ALIGNMENT,
                          ull(weights_header_bytes), ull(file->bytes), ull(offset));
  }
  return FOVEA_OK;
}

static fovea_status check_preparation(const fovea_program& program, Message& message) {
  if (bool(program.prepare) != bool(program.prepared_bytes))
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "%s: expected a function to prepare and the bytes that it fills, or "
                        "neither, got %s and %llu bytes",
                        program.name, program.prepare ? "a function" : "none",
                        ull(program.prepared_bytes));
  if (program.prepared_bytes > size_bound || program.prepare_scratch_bytes > size_bound)
    return message.fail(FOVEA_ERROR_OUT_OF_MEMORY,
                        "%s: prepared weights (%llu bytes, slab of %llu) exceed the address space",
                        program.name, ull(program.prepared_bytes),
                        ull(program.prepare_scratch_bytes));
  return FOVEA_OK;
}

// Before anything of the program runs: an instruction that the processor lacks ends the process.
fovea_status check_processor(const fovea_program& program, uint64_t available, Message& message) {
  constexpr uint64_t known = sizeof cpu_feature_names / sizeof *cpu_feature_names;
  if (program.cpu_features >> known)
    return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                        "%s: cpu_features %#llx are not known to ABI version %d; use a newer fovea",
                        program.name, ull(program.cpu_features), FOVEA_ABI_VERSION);
  uint64_t missing = program.cpu_features & ~available;
  for (uint64_t bit = 0; bit < known; ++bit)
    if (missing >> bit & 1)
      return message.fail(FOVEA_ERROR_UNSUPPORTED_DEVICE,
                          "%s: expected a processor with %s, got one without; compile it for "
                          "a target without",
                          program.name, cpu_feature_names[bit]);
  return FOVEA_OK;
}

static fovea_status check_identity(const fovea_program* program, Message& message) {
  if (!program)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "model_open: expected a program, got null");
  if (fovea_status status =
          check_struct(program, sizeof(fovea_program), "program", message, FOVEA_PROGRAM_V1_BYTES))
    return status;
  if (program->abi_version != FOVEA_ABI_VERSION)
    return message.fail(
        FOVEA_ERROR_UNSUPPORTED_ABI,
        "program: expected ABI version %d, got %llu; compile it again with this fovea",
        FOVEA_ABI_VERSION, ull(program->abi_version));
  if (!program->name || !program->entry)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "program: expected a %s, got null",
                        program->name ? "function to enter" : "name");
  return FOVEA_OK;
}

fovea_status check_program(const fovea_program* program, Message& message) {
  if (fovea_status status = check_identity(program, message))
    return status;
  const char* name = program->name;
  if (fovea_status status = check_processor(*program, available_cpu_features(), message))
    return status;
  if (fovea_status status =
          check_infos(program->inputs, program->input_count, name, "input", message))
    return status;
  if (fovea_status status =
          check_infos(program->outputs, program->output_count, name, "output", message))
    return status;
  if (fovea_status status =
          check_infos(program->parameters, program->parameter_count, name, "parameter", message))
    return status;
  if (fovea_status status = check_calls(*program, message))
    return status;
  if (fovea_status status = check_weights_file(*program, message))
    return status;
  if (fovea_status status = check_preparation(*program, message))
    return status;
  return check_sets(*program, message);
}

} // namespace fovea::core
