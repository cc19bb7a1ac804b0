/* What a host gives to, and gets from, any library that fovea emits. The same text stands in every
 * emitted header, and in fovea/runtime/abi.h; the guard lets them meet in one unit. C99 and C++. */
#ifndef FOVEA_RUNTIME_HOST_TYPES_H
#define FOVEA_RUNTIME_HOST_TYPES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t fovea_status;
enum {
  FOVEA_OK = 0,
  FOVEA_ERROR_INVALID_ARGUMENT = 1,
  FOVEA_ERROR_WRONG_SHAPE = 2,
  FOVEA_ERROR_WRONG_RANK = 3,
  FOVEA_ERROR_WRONG_DTYPE = 4,
  FOVEA_ERROR_NULL_POINTER = 5,
  FOVEA_ERROR_MISALIGNED = 6,
  FOVEA_ERROR_WORKSPACE_TOO_SMALL = 7,
  FOVEA_ERROR_OUT_OF_MEMORY = 8,
  FOVEA_ERROR_UNSUPPORTED_ABI = 9,
  FOVEA_ERROR_UNSUPPORTED_DEVICE = 10,
  FOVEA_ERROR_KERNEL_FAILED = 11,
  FOVEA_ERROR_INTERNAL = 12,
  FOVEA_ERROR_BUFFER_TOO_SMALL = 13,
  FOVEA_ERROR_CONTEXT_BUSY = 14,
  FOVEA_ERROR_WEIGHTS_FILE = 15
};

typedef int32_t fovea_dtype;
enum {
  FOVEA_F16 = 0,
  FOVEA_BF16 = 1,
  FOVEA_F32 = 2,
  FOVEA_F64 = 3,
  FOVEA_I8 = 4,
  FOVEA_U8 = 5,
  FOVEA_I32 = 6,
  FOVEA_I64 = 7,
  FOVEA_BOOLEAN = 8 /* one byte, 0 or 1 */
};

/* Arena, slabs and workspace start at a multiple of this: a cache line, and the widest CPU vector.
 */
#define FOVEA_MEMORY_ALIGNMENT 64

/* A host's own threads. `parallel_for` calls task(closure, index, worker) once for every index in
 * [0, count), on any threads, returns when all calls have returned, and returns the first non-zero
 * result, else 0. `worker` is in [0, threads); two calls at the same time have different workers.
 */
typedef struct fovea_executor {
  uint64_t struct_size; /* sizeof(fovea_executor), or 0; so for every struct here */
  void* user;
  int32_t threads;
  int32_t reserved;
  int (*parallel_for)(void* user, int count, int (*task)(void* closure, int index, int worker),
                      void* closure);
} fovea_executor;

/* A host's own memory. `allocate` returns null when there is none. Called from any thread that
 * opens, creates or destroys; never during `run`. */
typedef struct fovea_allocator {
  uint64_t struct_size;
  void* user;
  void* (*allocate)(void* user, uint64_t bytes, uint64_t alignment);
  void (*release)(void* user, void* pointer, uint64_t bytes);
} fovea_allocator;

/* Called before and after each kernel of a run, on the thread that called `run`; `call` counts from
 * 0 in the order of execution. */
typedef struct fovea_profiler {
  uint64_t struct_size;
  void* user;
  void (*kernel_begin)(void* user, uint64_t call);
  void (*kernel_end)(void* user, uint64_t call);
} fovea_profiler;

typedef struct fovea_context_options {
  uint64_t struct_size;
  uint32_t threads; /* 0: all cores that the process may use, or the executor's */
  uint32_t reserved;
  const fovea_executor* executor;   /* copied; null: the context's own pool */
  const fovea_allocator* allocator; /* copied; null: the C library's */
  void* workspace; /* for intermediate results: workspace_size(model, threads) bytes; null: from the
                      allocator */
  uint64_t workspace_bytes;
  char* message; /* receives why creation failed; may be null */
  uint64_t message_bytes;
  const fovea_profiler* profiler; /* copied; null: none */
} fovea_context_options;

#ifdef __cplusplus
}
#endif
#endif /* FOVEA_RUNTIME_HOST_TYPES_H */
