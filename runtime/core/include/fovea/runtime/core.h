/* What the core exports to those that link it: the JIT's process, and an emitted library whose
 * constant table names these functions. Hosts use the table (abi.h) only. */
#ifndef FOVEA_RUNTIME_CORE_H
#define FOVEA_RUNTIME_CORE_H

#include <fovea/runtime/abi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

const fovea_table* fovea_core_table(void);

/* The functions behind the table, by name, so that a table can be constant data. */
fovea_status fovea_core_model_open(const fovea_program* program, const fovea_model_options* options,
                                   fovea_model** model);
/* Of libraries whose programs have variants: opens the one that fits this processor. Plain
 * model_open takes any program as it is. */
fovea_status fovea_core_model_open_variant(const fovea_program* program,
                                           const fovea_model_options* options, fovea_model** model);
/* Which that is here; a program without variants: itself. The reason of a failure goes to `message`
 * (may be null). */
fovea_status fovea_core_choose_variant(const fovea_program* program, const fovea_program** chosen,
                                       char* message, uint64_t message_bytes);
void fovea_core_model_close(fovea_model* model);
const fovea_program* fovea_core_model_program(const fovea_model* model);
uint64_t fovea_core_input_count(const fovea_model* model);
uint64_t fovea_core_output_count(const fovea_model* model);
uint64_t fovea_core_parameter_count(const fovea_model* model);
const fovea_tensor_info* fovea_core_input_info(const fovea_model* model, uint64_t index);
const fovea_tensor_info* fovea_core_output_info(const fovea_model* model, uint64_t index);
const fovea_tensor_info* fovea_core_parameter_info(const fovea_model* model, uint64_t index);
uint64_t fovea_core_workspace_size(const fovea_model* model, uint32_t threads);
fovea_status fovea_core_context_create(fovea_model* model, const fovea_context_options* options,
                                       fovea_context** context);
void fovea_core_context_destroy(fovea_context* context);
uint32_t fovea_core_context_threads(const fovea_context* context);
fovea_status fovea_core_run(fovea_context* context, const fovea_buffer* inputs,
                            uint64_t input_count, fovea_buffer* outputs, uint64_t output_count);
const char* fovea_core_message(const fovea_context* context);
const char* fovea_core_status_name(fovea_status status);

/* The C library's memory: what a model without an allocator of its own takes. From 2 MB on in huge
 * pages, where the system has them. */
const fovea_allocator* fovea_core_default_allocator(void);

/* Hooks for generated code. `user_context` is what the program's entry, or a task, received: it
 * belongs to one worker. A null user_context means: serial, memory from the C library. The first
 * three have the signatures of Halide's halide_do_par_for, halide_malloc and halide_free. */
typedef int (*fovea_task)(void* user_context, int index, uint8_t* closure);
int fovea_par_for(void* user_context, fovea_task task, int min, int size, uint8_t* closure);
void* fovea_scratch_malloc(void* user_context, size_t bytes);
void fovea_scratch_free(void* user_context, void* pointer);
/* From a program's entry, on its own thread: the actual extent of a FOVEA_TENSOR_BOUNDED output. */
void fovea_set_output_extent(void* user_context, int output, int dimension, int64_t extent);

/* Around each kernel that a program's entry runs, also one that fails: what a context's profiler
 * hears. Without a profiler, and while weights are prepared, they do nothing. */
void fovea_kernel_begin(void* user_context, uint64_t call);
void fovea_kernel_end(void* user_context, uint64_t call);

/* Names that generated code refers to, and what they are; ends with a null name. */
typedef struct fovea_hook {
  const char* name;
  void* address;
} fovea_hook;
const fovea_hook* fovea_hooks(void);

#ifdef __cplusplus
}
#endif
#endif /* FOVEA_RUNTIME_CORE_H */
