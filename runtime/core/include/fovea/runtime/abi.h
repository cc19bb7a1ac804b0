/* fovea C ABI, version 1: frozen, fields are only appended. C99 and C++; needs nothing but the C
 * library's headers.
 *
 * One table of functions serves a network that was compiled a moment ago and one that was emitted
 * as a shared library. The way through it:
 *
 *   const fovea_table *t = ...;                        core's own, or an emitted library's
 *   fovea_model *m;   t->model_open(program, NULL, &m);
 *   fovea_context *c; t->context_create(m, NULL, &c);
 *   t->run(c, inputs, n_inputs, outputs, n_outputs);   0, or a status and t->message(c)
 *   t->context_destroy(c); t->model_close(m);
 *
 * Rules that hold for every struct here:
 *  - `struct_size` is sizeof(the struct) as its writer knew it. Fields are only ever appended. A
 * reader refuses a struct smaller than version 1 and one whose unknown tail is not zero. Elements
 * of an array share one struct_size, which is the array's stride.
 *  - zero every struct before filling it: zero always means "the default"; a struct_size of zero in
 * options, executor, allocator or profiler means version 1's.
 *  - tensors are dense and row-major (last extent contiguous).
 *
 * Threads: a model never changes and is shared freely. A context serves one `run` at a time (a
 * second one at the same time gets FOVEA_ERROR_CONTEXT_BUSY); use one context per calling thread.
 */
#ifndef FOVEA_RUNTIME_ABI_H
#define FOVEA_RUNTIME_ABI_H

#include <fovea/runtime/host_types.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FOVEA_ABI_VERSION 1
#define FOVEA_MAX_RANK 12
/* What one live scratch allocation of `bytes` takes from a thread's slab: a header and rounding. */
#define FOVEA_SCRATCH_COST(bytes) ((((uint64_t)(bytes) + 63) / 64) * 64 + 64)

/* Bytes of one element; 0 for a value that is no dtype. */
static inline uint64_t fovea_dtype_bytes(fovea_dtype dtype) {
  switch (dtype) {
  case FOVEA_I8:
  case FOVEA_U8:
  case FOVEA_BOOLEAN:
    return 1;
  case FOVEA_F16:
  case FOVEA_BF16:
    return 2;
  case FOVEA_F32:
  case FOVEA_I32:
    return 4;
  case FOVEA_F64:
  case FOVEA_I64:
    return 8;
  default:
    return 0;
  }
}

/* "f32"; "no dtype" for a value that is none. */
static inline const char* fovea_dtype_name(fovea_dtype dtype) {
  switch (dtype) {
  case FOVEA_F16:
    return "f16";
  case FOVEA_BF16:
    return "bf16";
  case FOVEA_F32:
    return "f32";
  case FOVEA_F64:
    return "f64";
  case FOVEA_I8:
    return "i8";
  case FOVEA_U8:
    return "u8";
  case FOVEA_I32:
    return "i32";
  case FOVEA_I64:
    return "i64";
  case FOVEA_BOOLEAN:
    return "boolean";
  default:
    return "no dtype";
  }
}

/* Bytes of a dense tensor: 1, or 0 where an extent is negative or the size exceeds 63 bits. An
 * extent of zero makes the size zero, but does not excuse an absurd one beside it. */
static inline int fovea_dense_bytes(fovea_dtype dtype, int32_t rank, const int64_t* extents,
                                    uint64_t* bytes) {
  uint64_t product = fovea_dtype_bytes(dtype);
  int empty = 0;
  int32_t d;
  for (d = 0; d < rank; ++d) {
    if (extents[d] < 0)
      return 0;
    if (extents[d] == 0)
      empty = 1;
    else if (product > (uint64_t)INT64_MAX / (uint64_t)extents[d])
      return 0;
    else
      product *= (uint64_t)extents[d];
  }
  *bytes = empty ? 0 : product;
  return 1;
}

/* Where a buffer's memory lies. Version 1 of the core runs on the CPU and refuses the others. */
enum { FOVEA_DEVICE_CPU = 0, FOVEA_DEVICE_CUDA = 1, FOVEA_DEVICE_OPENCL = 2 };

/* Flags of a tensor. Bits that are not named here must be zero. */
enum {
  FOVEA_TENSOR_IN_OUT = 1, /* an input that `run` also writes (a parameter under training) */
  FOVEA_TENSOR_BOUNDED = 2 /* an output whose actual extents may be smaller than `extents` */
};

/* What a program says of one of its inputs, outputs or parameters. */
typedef struct fovea_tensor_info {
  uint64_t struct_size;
  const char* name;
  fovea_dtype dtype;
  int32_t rank;
  int64_t extents[FOVEA_MAX_RANK]; /* maximal; entries from `rank` on are zero */
  uint64_t bytes;                  /* product of extents times the size of an element */
  uint64_t alignment;              /* of the pointer, a power of two; 0: that of an element */
  uint32_t flags;
  uint32_t reserved;
} fovea_tensor_info;

/* A caller's tensor. For an input all fields are read. For an output `dtype` and `rank` are
 * checked, `bytes` is the capacity, and `extents` are not read: a successful run writes the actual
 * ones. */
typedef struct fovea_buffer {
  uint64_t struct_size;
  void* data; /* not written for an input, unless its info says FOVEA_TENSOR_IN_OUT */
  uint64_t bytes;
  fovea_dtype dtype;
  int32_t rank;
  int64_t extents[FOVEA_MAX_RANK];
  int32_t device_type;
  int32_t device_id;
  void* stream; /* null for the CPU */
} fovea_buffer;

/* One run of a kernel: what a profiler needs to say what it saw. */
typedef struct fovea_call_info {
  uint64_t struct_size;
  const char* layer;     /* "conv1": the layer that the kernel is anchored at */
  const char* ops;       /* "conv tanh": everything that it computes */
  const char* algorithm; /* "generic" */
  uint64_t macs;  /* multiply-accumulate operations; where there are none, elements written */
  uint64_t bytes; /* operands and results, each once */
} fovea_call_info;

/* Weights that lie in a file beside the library. The file (little-endian):
 *   0   "FOVEAWTS"
 *   8   u64 version, 1
 *   16  u64 bytes of the whole file
 *   24  u64 fingerprint of the model: XXH3 of its parameters' names, dtypes and extents
 *   32  u64 XXH3 of all bytes from 40 on
 *   40  u64 number of parameters
 *   48  the model's name, zero-padded to 80 bytes
 *   128 the parameters, each at its offset, a multiple of 64 */
typedef struct fovea_weights_file {
  uint64_t struct_size;
  const char* file_name; /* where model_options name no path: in the folder of the library, or of
                            the program that it is linked into */
  uint64_t bytes;
  uint64_t fingerprint;
  const uint64_t* offsets; /* one per parameter, from the file's beginning */
} fovea_weights_file;

/* Instruction sets of x86-64 beyond its baseline. Others have none to name yet. */
enum {
  FOVEA_CPU_SSE41 = 1,
  FOVEA_CPU_AVX = 2,
  FOVEA_CPU_AVX2 = 4,
  FOVEA_CPU_FMA = 8,
  FOVEA_CPU_F16C = 16,
  FOVEA_CPU_AVX512 = 32 /* F, CD, VL, BW and DQ */
};

/* What the compiler generates for one function of a network: constant data and code. It must
 * outlive every model opened on it, and the contexts of those. Every field is one 64-bit word (or
 * pointer). */
typedef struct fovea_program {
  uint64_t struct_size;
  uint64_t abi_version;
  const char* name;
  uint64_t input_count;
  const fovea_tensor_info* inputs;
  uint64_t output_count;
  const fovea_tensor_info* outputs;
  uint64_t parameter_count;
  const fovea_tensor_info* parameters;
  const void* const* parameter_data; /* null, or an entry null: bound at model_open, from the
                                        caller or the weights file */
  uint64_t arena_bytes;              /* intermediates that all threads share */
  uint64_t thread_scratch_bytes; /* slab of ONE thread: the largest sum of FOVEA_SCRATCH_COST over
                                    allocations of kernels that are alive at the same time */
  /* 0 on success. `user_context` goes unchanged to every kernel. `arena` has FOVEA_MEMORY_ALIGNMENT
   * and may hold anything. */
  int (*entry)(void* user_context, const void* const* inputs, void* const* outputs,
               const void* const* parameters, void* arena);
  uint64_t call_count; /* kernels that `entry` runs, in order; 0: nothing is known of them */
  const fovea_call_info* calls;
  const fovea_weights_file* weights_file; /* null: no such file */
  /* What is computed once from the parameters: packed or transformed weights. Runs at model_open,
   * in one thread, with memory that the model owns: `prepared` has FOVEA_MEMORY_ALIGNMENT. `entry`
   * receives it as parameters[parameter_count]. Null: nothing to prepare. */
  uint64_t prepared_bytes;
  int (*prepare)(void* user_context, const void* const* parameters, void* prepared);
  uint64_t prepare_scratch_bytes; /* slab, as thread_scratch_bytes */
  uint64_t cpu_features; /* FOVEA_CPU_ bits that the code needs; model_open refuses where this
                            processor (or its system) lacks one */
  /* Programs of the same network for other shapes of its inputs: with the same parameters, and what
   * this one prepares of them. A model of this program runs whichever its inputs fit; the extents
   * that the model states are this one's. Absent from structs of FOVEA_PROGRAM_V1_BYTES. */
  uint64_t set_count;
  const struct fovea_program* const* sets;
  /* Programs of the same network for lesser instruction sets, each less than the one before: with
   * the same inputs, outputs and parameters, and with sets and a preparation of their own. The
   * model_open of a library that has them opens the first, of this one and those, that this
   * processor (and its system) can run; or the one whose `target` the environment's FOVEA_TARGET
   * names. Absent from structs of FOVEA_PROGRAM_SETS_BYTES. */
  uint64_t variant_count;
  const struct fovea_program* const* variants;
  const char* target; /* "x86-64-v3": what a variant is called; else null */
} fovea_program;

/* sizeof(fovea_program) before `set_count`, and before `variant_count`. */
#define FOVEA_PROGRAM_V1_BYTES 160
#define FOVEA_PROGRAM_SETS_BYTES 176

typedef struct fovea_model fovea_model;
typedef struct fovea_context fovea_context;

typedef struct fovea_model_options {
  uint64_t struct_size;
  /* Parameters given by the caller, in the program's order; 0: those of the program. They are not
   * copied: their memory outlives the model. An entry with null data keeps the program's own, or
   * the weights file's; if nothing is left for that file, it is not opened. */
  uint64_t parameter_count;
  const fovea_buffer* parameters;
  const fovea_allocator* allocator; /* copied; null: the C library's */
  char* message;                    /* receives why opening failed; may be null */
  uint64_t message_bytes;
  const char* weights_path; /* the weights file; null: the program's own choice of place; must be
                               null where none is read */
} fovea_model_options;

/* Everything a host calls. An emitted library exports such a table with its own programs; in core's
 * own table program_count is 0 and the caller brings the program. */
typedef struct fovea_table {
  uint64_t struct_size;
  uint64_t abi_version;
  uint64_t program_count;
  const fovea_program* const* programs;

  fovea_status (*model_open)(const fovea_program* program, const fovea_model_options* options,
                             fovea_model** model);
  /* Contexts keep what they need of a closed model; the program must stay. Null is allowed. */
  void (*model_close)(fovea_model* model);
  const fovea_program* (*model_program)(const fovea_model* model);
  uint64_t (*input_count)(const fovea_model* model);
  uint64_t (*output_count)(const fovea_model* model);
  uint64_t (*parameter_count)(const fovea_model* model);
  /* Null where `index` is out of range. */
  const fovea_tensor_info* (*input_info)(const fovea_model* model, uint64_t index);
  const fovea_tensor_info* (*output_info)(const fovea_model* model, uint64_t index);
  const fovea_tensor_info* (*parameter_info)(const fovea_model* model, uint64_t index);

  /* Bytes of workspace for a context with `threads` threads (0: as in the options, without
   * executor). */
  uint64_t (*workspace_size)(const fovea_model* model, uint32_t threads);
  fovea_status (*context_create)(fovea_model* model, const fovea_context_options* options,
                                 fovea_context** context);
  void (*context_destroy)(fovea_context* context); /* joins its threads; null is allowed */
  uint32_t (*context_threads)(const fovea_context* context);

  /* Checks every argument first and writes nothing if one is wrong; if a kernel fails afterwards,
   * the contents of outputs are unspecified. No output may overlap another tensor, and no tensor
   * the context's workspace. */
  fovea_status (*run)(fovea_context* context, const fovea_buffer* inputs, uint64_t input_count,
                      fovea_buffer* outputs, uint64_t output_count);
  /* Why the last call on this context failed; "" if it did not. Valid until the next call on it. */
  const char* (*message)(const fovea_context* context);
  const char* (*status_name)(fovea_status status); /* "wrong shape"; never null */
} fovea_table;

#ifdef __cplusplus
}
#endif
#endif /* FOVEA_RUNTIME_ABI_H */
