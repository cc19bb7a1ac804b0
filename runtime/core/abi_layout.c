/* The headers are C99, and the layout of version 1 is frozen: generated code writes these structs
 * as constants, so a moved field would be a silent break. Checked on 64-bit targets by each build.
 */
#include <fovea/runtime/abi.h>
#include <fovea/runtime/core.h>
#include <fovea/runtime/library.h>

#define FOVEA_CHECK(name, condition) typedef char fovea_check_##name[(condition) ? 1 : -1]
#define FOVEA_SIZE(type, bytes) FOVEA_CHECK(type##_size, sizeof(type) == (bytes))
#define FOVEA_FIELD(type, field, offset)                                                           \
  FOVEA_CHECK(type##_##field, offsetof(type, field) == (offset))

#if UINTPTR_MAX == UINT64_MAX
FOVEA_SIZE(fovea_tensor_info, 144);
FOVEA_FIELD(fovea_tensor_info, name, 8);
FOVEA_FIELD(fovea_tensor_info, dtype, 16);
FOVEA_FIELD(fovea_tensor_info, rank, 20);
FOVEA_FIELD(fovea_tensor_info, extents, 24);
FOVEA_FIELD(fovea_tensor_info, bytes, 120);
FOVEA_FIELD(fovea_tensor_info, alignment, 128);
FOVEA_FIELD(fovea_tensor_info, flags, 136);

FOVEA_SIZE(fovea_buffer, 144);
FOVEA_FIELD(fovea_buffer, data, 8);
FOVEA_FIELD(fovea_buffer, bytes, 16);
FOVEA_FIELD(fovea_buffer, dtype, 24);
FOVEA_FIELD(fovea_buffer, rank, 28);
FOVEA_FIELD(fovea_buffer, extents, 32);
FOVEA_FIELD(fovea_buffer, device_type, 128);
FOVEA_FIELD(fovea_buffer, device_id, 132);
FOVEA_FIELD(fovea_buffer, stream, 136);

FOVEA_SIZE(fovea_call_info, 6 * 8);
FOVEA_FIELD(fovea_call_info, layer, 8);
FOVEA_FIELD(fovea_call_info, ops, 2 * 8);
FOVEA_FIELD(fovea_call_info, algorithm, 3 * 8);
FOVEA_FIELD(fovea_call_info, macs, 4 * 8);
FOVEA_FIELD(fovea_call_info, bytes, 5 * 8);

FOVEA_SIZE(fovea_weights_file, 5 * 8);
FOVEA_FIELD(fovea_weights_file, file_name, 8);
FOVEA_FIELD(fovea_weights_file, bytes, 2 * 8);
FOVEA_FIELD(fovea_weights_file, fingerprint, 3 * 8);
FOVEA_FIELD(fovea_weights_file, offsets, 4 * 8);

FOVEA_SIZE(fovea_program, 25 * 8);
FOVEA_FIELD(fovea_program, abi_version, 8);
FOVEA_FIELD(fovea_program, name, 2 * 8);
FOVEA_FIELD(fovea_program, input_count, 3 * 8);
FOVEA_FIELD(fovea_program, inputs, 4 * 8);
FOVEA_FIELD(fovea_program, output_count, 5 * 8);
FOVEA_FIELD(fovea_program, outputs, 6 * 8);
FOVEA_FIELD(fovea_program, parameter_count, 7 * 8);
FOVEA_FIELD(fovea_program, parameters, 8 * 8);
FOVEA_FIELD(fovea_program, parameter_data, 9 * 8);
FOVEA_FIELD(fovea_program, arena_bytes, 10 * 8);
FOVEA_FIELD(fovea_program, thread_scratch_bytes, 11 * 8);
FOVEA_FIELD(fovea_program, entry, 12 * 8);
FOVEA_FIELD(fovea_program, call_count, 13 * 8);
FOVEA_FIELD(fovea_program, calls, 14 * 8);
FOVEA_FIELD(fovea_program, weights_file, 15 * 8);
FOVEA_FIELD(fovea_program, prepared_bytes, 16 * 8);
FOVEA_FIELD(fovea_program, prepare, 17 * 8);
FOVEA_FIELD(fovea_program, prepare_scratch_bytes, 18 * 8);
FOVEA_FIELD(fovea_program, cpu_features, 19 * 8);
FOVEA_FIELD(fovea_program, set_count, FOVEA_PROGRAM_V1_BYTES);
FOVEA_FIELD(fovea_program, sets, 21 * 8);
FOVEA_FIELD(fovea_program, variant_count, FOVEA_PROGRAM_SETS_BYTES);
FOVEA_FIELD(fovea_program, variants, 23 * 8);
FOVEA_FIELD(fovea_program, target, 24 * 8);

FOVEA_SIZE(fovea_executor, 4 * 8);
FOVEA_FIELD(fovea_executor, user, 8);
FOVEA_FIELD(fovea_executor, threads, 2 * 8);
FOVEA_FIELD(fovea_executor, parallel_for, 3 * 8);

FOVEA_SIZE(fovea_allocator, 4 * 8);
FOVEA_FIELD(fovea_allocator, user, 8);
FOVEA_FIELD(fovea_allocator, allocate, 2 * 8);
FOVEA_FIELD(fovea_allocator, release, 3 * 8);

FOVEA_SIZE(fovea_profiler, 4 * 8);
FOVEA_FIELD(fovea_profiler, user, 8);
FOVEA_FIELD(fovea_profiler, kernel_begin, 2 * 8);
FOVEA_FIELD(fovea_profiler, kernel_end, 3 * 8);

FOVEA_SIZE(fovea_model_options, 7 * 8);
FOVEA_FIELD(fovea_model_options, parameter_count, 8);
FOVEA_FIELD(fovea_model_options, parameters, 2 * 8);
FOVEA_FIELD(fovea_model_options, allocator, 3 * 8);
FOVEA_FIELD(fovea_model_options, message, 4 * 8);
FOVEA_FIELD(fovea_model_options, message_bytes, 5 * 8);
FOVEA_FIELD(fovea_model_options, weights_path, 6 * 8);

FOVEA_SIZE(fovea_context_options, 9 * 8);
FOVEA_FIELD(fovea_context_options, threads, 8);
FOVEA_FIELD(fovea_context_options, executor, 2 * 8);
FOVEA_FIELD(fovea_context_options, allocator, 3 * 8);
FOVEA_FIELD(fovea_context_options, workspace, 4 * 8);
FOVEA_FIELD(fovea_context_options, workspace_bytes, 5 * 8);
FOVEA_FIELD(fovea_context_options, message, 6 * 8);
FOVEA_FIELD(fovea_context_options, message_bytes, 7 * 8);
FOVEA_FIELD(fovea_context_options, profiler, 8 * 8);

FOVEA_SIZE(fovea_library_options, 6 * 8);
FOVEA_FIELD(fovea_library_options, weights, 8);
FOVEA_FIELD(fovea_library_options, weights_path, 2 * 8);
FOVEA_FIELD(fovea_library_options, allocator, 3 * 8);
FOVEA_FIELD(fovea_library_options, message, 4 * 8);
FOVEA_FIELD(fovea_library_options, message_bytes, 5 * 8);

FOVEA_SIZE(fovea_table, 20 * 8);
FOVEA_FIELD(fovea_table, abi_version, 8);
FOVEA_FIELD(fovea_table, program_count, 2 * 8);
FOVEA_FIELD(fovea_table, programs, 3 * 8);
FOVEA_FIELD(fovea_table, model_open, 4 * 8);
FOVEA_FIELD(fovea_table, model_close, 5 * 8);
FOVEA_FIELD(fovea_table, model_program, 6 * 8);
FOVEA_FIELD(fovea_table, input_count, 7 * 8);
FOVEA_FIELD(fovea_table, output_count, 8 * 8);
FOVEA_FIELD(fovea_table, parameter_count, 9 * 8);
FOVEA_FIELD(fovea_table, input_info, 10 * 8);
FOVEA_FIELD(fovea_table, output_info, 11 * 8);
FOVEA_FIELD(fovea_table, parameter_info, 12 * 8);
FOVEA_FIELD(fovea_table, workspace_size, 13 * 8);
FOVEA_FIELD(fovea_table, context_create, 14 * 8);
FOVEA_FIELD(fovea_table, context_destroy, 15 * 8);
FOVEA_FIELD(fovea_table, context_threads, 16 * 8);
FOVEA_FIELD(fovea_table, run, 17 * 8);
FOVEA_FIELD(fovea_table, message, 18 * 8);
FOVEA_FIELD(fovea_table, status_name, 19 * 8);
#endif

/* A translation unit must declare something that is not a typedef. */
extern const int fovea_abi_version_of_core;
const int fovea_abi_version_of_core = FOVEA_ABI_VERSION;
