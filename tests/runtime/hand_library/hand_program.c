/* y(r,c) = 2 x(r,c) + 3 w(c), in two kernels: doubled = 2 x into the arena, y = doubled + prepared,
 * where prepared = 3 w is computed when the model opens. Everything passes through scratch, so that
 * a slab, an arena or prepared weights that two threads share in error shows in the numbers. */
#include "hand_program.h"

#include <fovea/runtime/core.h>

enum { rows = 64, columns = 32 };

typedef struct closure {
  const float* from;
  const float* prepared;
  float* to;
} closure;

static int double_row(void* user_context, int row, uint8_t* bytes) {
  const closure* tensors = (const closure*)(const void*)bytes;
  float* doubled = fovea_scratch_malloc(user_context, columns * sizeof(float));
  int c;
  for (c = 0; c < columns; ++c)
    doubled[c] = 2 * tensors->from[row * columns + c];
  for (c = 0; c < columns; ++c)
    tensors->to[row * columns + c] = doubled[c];
  fovea_scratch_free(user_context, doubled);
  return 0;
}

static int add_to_row(void* user_context, int row, uint8_t* bytes) {
  const closure* tensors = (const closure*)(const void*)bytes;
  int c;
  (void)user_context;
  for (c = 0; c < columns; ++c)
    tensors->to[row * columns + c] = tensors->from[row * columns + c] + tensors->prepared[c];
  return 0;
}

static int entry(void* user_context, const void* const* inputs, void* const* outputs,
                 const void* const* parameters, void* arena) {
  closure doubling, adding;
  int code;
  doubling.from = inputs[0];
  doubling.prepared = 0;
  doubling.to = arena;
  fovea_kernel_begin(user_context, 0);
  code = fovea_par_for(user_context, double_row, 0, rows, (uint8_t*)&doubling);
  fovea_kernel_end(user_context, 0);
  if (code)
    return code;
  adding.from = arena;
  adding.prepared = parameters[1];
  adding.to = outputs[0];
  fovea_kernel_begin(user_context, 1);
  code = fovea_par_for(user_context, add_to_row, 0, rows, (uint8_t*)&adding);
  fovea_kernel_end(user_context, 1);
  return code;
}

static int triple(void* user_context, int c, uint8_t* bytes) {
  const closure* tensors = (const closure*)(const void*)bytes;
  float* product = fovea_scratch_malloc(user_context, sizeof(float));
  *product = 3 * tensors->from[c];
  tensors->to[c] = *product;
  fovea_scratch_free(user_context, product);
  return 0;
}

static int prepare(void* user_context, const void* const* parameters, void* prepared) {
  closure tensors;
  tensors.from = parameters[0];
  tensors.prepared = 0;
  tensors.to = prepared;
  return fovea_par_for(user_context, triple, 0, columns, (uint8_t*)&tensors);
}

#define MATRIX(name)                                                                               \
  {                                                                                                \
    sizeof(fovea_tensor_info), name, FOVEA_F32, 2, {rows, columns}, rows *columns * sizeof(float), \
        0, 0, 0                                                                                    \
  }
static const fovea_tensor_info inputs[] = {MATRIX("x")};
static const fovea_tensor_info outputs[] = {MATRIX("y")};
static const fovea_tensor_info parameters[] = {
    {sizeof(fovea_tensor_info), "w", FOVEA_F32, 1, {columns}, columns * sizeof(float), 0, 0, 0}};
static const fovea_call_info calls[] = {{sizeof(fovea_call_info), "double", "multiply", "by hand",
                                         rows* columns, 2 * rows* columns * sizeof(float)},
                                        {sizeof(fovea_call_info), "bias", "add", "by hand",
                                         rows* columns, (2 * rows + 1) * columns * sizeof(float)}};

/* Where the weights come from: the caller, the library itself, or a file beside it. */
#if defined(HAND_WEIGHTS_EMBEDDED)
static const float w[columns] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
static const void* const parameter_data[] = {w};
#define PARAMETER_DATA parameter_data
#else
#define PARAMETER_DATA 0
#endif
#if defined(HAND_WEIGHTS_FILE)
static const uint64_t offsets[] = {128};
static const fovea_weights_file file = {sizeof(fovea_weights_file), "hand.weights", 256,
                                        UINT64_C(0x68616e64), offsets};
#define WEIGHTS_FILE &file
#else
#define WEIGHTS_FILE 0
#endif

const fovea_program program_of_hand = {
    sizeof(fovea_program),
    FOVEA_ABI_VERSION,
    "hand",
    1,
    inputs,
    1,
    outputs,
    1,
    parameters,
    PARAMETER_DATA,
    rows* columns * sizeof(float),
    FOVEA_SCRATCH_COST(columns * sizeof(float)),
    entry,
    2,
    calls,
    WEIGHTS_FILE,
    columns * sizeof(float),
    prepare,
    FOVEA_SCRATCH_COST(sizeof(float)),
    0,
    0,
    0,
    0,
    0,
    0,
};
