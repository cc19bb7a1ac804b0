/* What stands behind the functions of an emitted library: PREFIX_run and the others are a few
 * instructions that call these with the library's own program. Raw pointers, whose types the
 * emitted header knows; so shape, rank and dtype need no check, null, alignment and overlap do. */
#ifndef FOVEA_RUNTIME_LIBRARY_H
#define FOVEA_RUNTIME_LIBRARY_H

#include <fovea/runtime/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The layout of every PREFIX_model_options. */
typedef struct fovea_library_options {
  uint64_t struct_size;             /* sizeof it, or 0 */
  const void* const* weights;       /* a PREFIX_weights: one pointer per parameter; required where
                                       the weights are the caller's, allowed in place of a weights
                                       file, else null. Not copied: they outlive the model */
  const char* weights_path;         /* of the weights file; null: beside the library */
  const fovea_allocator* allocator; /* copied; null: the C library's */
  char* message;                    /* receives why opening failed; may be null */
  uint64_t message_bytes;
} fovea_library_options;

/* Null on failure, with the reason in options->message. `options` may be null. */
fovea_model* fovea_library_open(const fovea_program* program, const fovea_library_options* options);
/* The same for a library of several targets: the program's variant that fits this processor. */
fovea_model* fovea_library_open_variant(const fovea_program* program,
                                        const fovea_library_options* options);
/* Null on failure, with the reason in options->message. `options` may be null. */
fovea_context* fovea_library_context_create(fovea_model* model,
                                            const fovea_context_options* options);
/* `inputs`, `outputs`: structs of pointers, one per tensor in the program's order. Checks them all
 * first (null, alignment, overlap) and writes nothing if one is wrong. Does not tell the actual
 * extents of a FOVEA_TENSOR_BOUNDED output: the table's `run` does. */
fovea_status fovea_library_run(fovea_context* context, const void* const* inputs,
                               void* const* outputs);
/* The same for a library of several sets of shapes. `inputs`: behind the pointers stand the extents
 * of each input, as the program's rank says how many; they choose the set. */
fovea_status fovea_library_run_shaped(fovea_context* context, const void* const* inputs,
                                      void* const* outputs);
/* 0 and *queried = table where the version is known; else FOVEA_ERROR_UNSUPPORTED_ABI with the
 * reason in `message` (may be null), and *queried untouched. */
fovea_status fovea_library_query(const fovea_table* table, uint64_t abi_version,
                                 const fovea_table** queried, char* message,
                                 uint64_t message_bytes);

#ifdef __cplusplus
}
#endif
#endif /* FOVEA_RUNTIME_LIBRARY_H */
