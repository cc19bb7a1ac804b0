// A program as the compiler would generate it, written by hand: the core is tested without a
// compiler.
#pragma once

#include <fovea/runtime/core.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace fovea_test {

inline fovea_tensor_info tensor_info(const char* name, std::vector<std::int64_t> shape,
                                     fovea_dtype dtype = FOVEA_F32, std::uint32_t flags = 0) {
  fovea_tensor_info info{};
  info.struct_size = sizeof info;
  info.name = name;
  info.dtype = dtype;
  info.rank = std::int32_t(shape.size());
  std::uint64_t bytes = fovea_dtype_bytes(dtype);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    info.extents[d] = shape[d];
    bytes *= std::uint64_t(shape[d]);
  }
  info.bytes = bytes;
  info.flags = flags;
  return info;
}

template <class T>
fovea_buffer buffer_for(const fovea_tensor_info& info, std::vector<T>& values) {
  fovea_buffer buffer{};
  buffer.struct_size = sizeof buffer;
  buffer.data = values.data();
  buffer.bytes = values.size() * sizeof(T);
  buffer.dtype = info.dtype;
  buffer.rank = info.rank;
  std::memcpy(buffer.extents, info.extents, sizeof info.extents);
  return buffer;
}

constexpr int rows = 64, columns = 32;

// y(r,c) = 2 x(r,c) + w(c): rows in parallel, each through scratch and the arena, so that a slab or
// an arena used by two threads shows in the numbers.
struct Closure {
  const float* x;
  const float* w;
  float* y;
  float* arena;
};

inline int affine_row(void* user_context, int row, std::uint8_t* bytes) {
  const Closure& closure = *reinterpret_cast<Closure*>(bytes);
  auto* doubled = static_cast<float*>(fovea_scratch_malloc(user_context, columns * sizeof(float)));
  auto* sums = static_cast<float*>(fovea_scratch_malloc(user_context, columns * sizeof(float)));
  for (int c = 0; c < columns; ++c)
    doubled[c] = 2 * closure.x[row * columns + c];
  for (int c = 0; c < columns; ++c)
    sums[c] = doubled[c] + closure.w[c];
  for (int c = 0; c < columns; ++c)
    closure.arena[row * columns + c] = sums[c];
  fovea_scratch_free(user_context, sums);
  fovea_scratch_free(user_context, doubled);
  for (int c = 0; c < columns; ++c)
    closure.y[row * columns + c] = closure.arena[row * columns + c];
  return 0;
}

inline int affine(void* user_context, const void* const* inputs, void* const* outputs,
                  const void* const* parameters, void* arena) {
  Closure closure{static_cast<const float*>(inputs[0]), static_cast<const float*>(parameters[0]),
                  static_cast<float*>(outputs[0]), static_cast<float*>(arena)};
  return fovea_par_for(user_context, affine_row, 0, rows,
                       reinterpret_cast<std::uint8_t*>(&closure));
}

using Entry = int (*)(void*, const void* const*, void* const*, const void* const*, void*);

// Tables, and buffers that fit them. Pointers into it stay: it does not move.
struct HandProgram {
  std::vector<fovea_tensor_info> inputs{tensor_info("x", {rows, columns})};
  std::vector<fovea_tensor_info> outputs{tensor_info("y", {rows, columns})};
  std::vector<fovea_tensor_info> parameters{tensor_info("w", {columns})};
  std::vector<float> w, x, y;
  std::vector<const void*> parameter_data;
  fovea_program program{};

  explicit HandProgram(Entry entry = affine)
      : w(columns), x(rows * columns), y(rows * columns, -1.0f) {
    for (std::size_t i = 0; i < w.size(); ++i)
      w[i] = float(i) * 0.5f;
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = float(i % 97) - 40;
    parameter_data = {w.data()};
    program.struct_size = sizeof program;
    program.abi_version = FOVEA_ABI_VERSION;
    program.name = "hand";
    program.entry = entry;
    program.arena_bytes = rows * columns * sizeof(float);
    program.thread_scratch_bytes = 2 * FOVEA_SCRATCH_COST(columns * sizeof(float));
    update();
  }
  HandProgram(const HandProgram&) = delete;

  // After a change of the vectors.
  void update() {
    program.input_count = inputs.size();
    program.inputs = inputs.data();
    program.output_count = outputs.size();
    program.outputs = outputs.data();
    program.parameter_count = parameters.size();
    program.parameters = parameters.data();
    program.parameter_data = parameter_data.data();
  }

  fovea_buffer input() { return buffer_for(inputs[0], x); }
  fovea_buffer output() { return buffer_for(outputs[0], y); }

  bool correct() const {
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c)
        if (y[std::size_t(r * columns + c)] !=
            2 * x[std::size_t(r * columns + c)] + w[std::size_t(c)])
          return false;
    return true;
  }
  bool untouched() const {
    for (float value : y)
      if (value != -1.0f)
        return false;
    return true;
  }
};

// A model and a context through the plain table.
struct Session {
  const fovea_table* table = fovea_core_table();
  fovea_model* model = nullptr;
  fovea_context* context = nullptr;
  fovea_status status = FOVEA_OK;
  char text[512] = "";

  explicit Session(const fovea_program& program, fovea_context_options options = {}) {
    fovea_model_options model_options{};
    model_options.struct_size = sizeof model_options;
    model_options.message = text;
    model_options.message_bytes = sizeof text;
    options.struct_size = sizeof options;
    options.message = text;
    options.message_bytes = sizeof text;
    status = table->model_open(&program, &model_options, &model);
    if (!status)
      status = table->context_create(model, &options, &context);
  }
  Session(const Session&) = delete;
  ~Session() {
    table->context_destroy(context);
    table->model_close(model);
  }

  fovea_status run(const fovea_buffer& input, fovea_buffer& output) {
    return table->run(context, &input, 1, &output, 1);
  }
  std::string message() const { return table->message(context); }
};

inline fovea_context_options with_threads(std::uint32_t threads) {
  fovea_context_options options{};
  options.threads = threads;
  return options;
}

} // namespace fovea_test
