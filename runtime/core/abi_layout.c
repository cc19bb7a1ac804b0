/* The header is C99, and the layout of version 1 is frozen: generated code writes these structs as
 * constants, so a moved field would be a silent break. Checked on 64-bit targets by each build. */
#include <fovea/runtime/abi.h>
#include <fovea/runtime/core.h>

#define FOVEA_CHECK(name, condition) typedef char fovea_check_##name[(condition) ? 1 : -1]

#if UINTPTR_MAX == UINT64_MAX
FOVEA_CHECK(info, sizeof(fovea_tensor_info) == 144);
FOVEA_CHECK(info_dtype, offsetof(fovea_tensor_info, dtype) == 16);
FOVEA_CHECK(info_extents, offsetof(fovea_tensor_info, extents) == 24);
FOVEA_CHECK(info_bytes, offsetof(fovea_tensor_info, bytes) == 120);
FOVEA_CHECK(info_flags, offsetof(fovea_tensor_info, flags) == 136);
FOVEA_CHECK(buffer, sizeof(fovea_buffer) == 144);
FOVEA_CHECK(buffer_data, offsetof(fovea_buffer, data) == 8);
FOVEA_CHECK(buffer_dtype, offsetof(fovea_buffer, dtype) == 24);
FOVEA_CHECK(buffer_extents, offsetof(fovea_buffer, extents) == 32);
FOVEA_CHECK(buffer_device, offsetof(fovea_buffer, device_type) == 128);
FOVEA_CHECK(buffer_stream, offsetof(fovea_buffer, stream) == 136);
FOVEA_CHECK(executor, sizeof(fovea_executor) == 32);
FOVEA_CHECK(allocator, sizeof(fovea_allocator) == 32);
FOVEA_CHECK(program, sizeof(fovea_program) == 13 * 8);
FOVEA_CHECK(program_entry, offsetof(fovea_program, entry) == 12 * 8);
FOVEA_CHECK(model_options, sizeof(fovea_model_options) == 6 * 8);
FOVEA_CHECK(context_options, sizeof(fovea_context_options) == 8 * 8);
FOVEA_CHECK(table, sizeof(fovea_table) == 20 * 8);
#endif

/* A translation unit must declare something that is not a typedef. */
extern const int fovea_abi_version_of_core;
const int fovea_abi_version_of_core = FOVEA_ABI_VERSION;
