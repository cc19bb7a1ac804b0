// What opening a model means, whoever asks for it: the table's model_open, or a library's function.
#pragma once

#include "runtime/core/state.hpp"

namespace fovea::core {

struct OpenRequest {
  const fovea_program* program; // checked
  const fovea_buffer* buffers;  // of the parameters, checked but for each one's fit; or null
  const void* const* pointers;  // the same without description; or null
  const fovea_allocator* allocator;
  const char* weights_path;
};

fovea_status open_model(const OpenRequest& request, fovea_model** opened, Message& message);

// Runs the program's `prepare`, if it has one, into memory that the model then owns.
fovea_status prepare(fovea_model& model, Message& message);

} // namespace fovea::core
