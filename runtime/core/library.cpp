// The functions of an emitted library: what they hand over is the library's own, or raw pointers.
#include <fovea/runtime/library.h>

#include "runtime/core/check.hpp"
#include "runtime/core/model.hpp"

#include <fovea/runtime/core.h>

namespace fovea::core {

static bool embeds_all_parameters(const fovea_program& program) {
  for (uint64_t i = 0; i < program.parameter_count; ++i)
    if (element(program.parameters, i)->bytes &&
        !(program.parameter_data && program.parameter_data[i]))
      return false;
  return true;
}

// Weights that nobody would read, or that are not there, are a mistake of the caller.
static fovea_status check_weights(const fovea_program& program, const void* const* weights,
                                  Message& message) {
  bool embedded = embeds_all_parameters(program);
  if (weights && embedded)
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "%s: expected no weights in the options, since the library holds its own",
                        program.name);
  if (!weights && !embedded && !program.weights_file)
    return message.fail(FOVEA_ERROR_NULL_POINTER,
                        "%s: expected weights in the options, since the library holds none; got "
                        "null",
                        program.name);
  if (weights)
    for (uint64_t i = 0; i < program.parameter_count; ++i) {
      const fovea_tensor_info& info = *element(program.parameters, i);
      if (fovea_status status =
              check_memory(info, weights[i], {program.name, "parameter", i}, message))
        return status;
    }
  return FOVEA_OK;
}

static fovea_status open(const fovea_program* program, const fovea_library_options& options,
                         fovea_model** model, Message& message) {
  if (fovea_status status =
          check_host_struct(&options, sizeof(fovea_library_options), "model options", message))
    return status;
  if (fovea_status status = check_program(program, message))
    return status;
  if (fovea_status status = check_weights(*program, options.weights, message))
    return status;
  return open_model({program, nullptr, options.weights, options.allocator, options.weights_path},
                    model, message);
}

} // namespace fovea::core

using namespace fovea::core;

extern "C" fovea_model* fovea_library_open(const fovea_program* program,
                                           const fovea_library_options* options) {
  Message message = message_of(options);
  const fovea_library_options defaults{};
  fovea_model* model = nullptr;
  open(program, options ? *options : defaults, &model, message);
  return model;
}

extern "C" fovea_context* fovea_library_context_create(fovea_model* model,
                                                       const fovea_context_options* options) {
  fovea_context* context = nullptr;
  fovea_core_context_create(model, options, &context);
  return context;
}

extern "C" fovea_status fovea_library_query(const fovea_table* table, uint64_t abi_version,
                                            const fovea_table** queried, char* text,
                                            uint64_t text_bytes) {
  Message message(text, text_bytes);
  if (!table || !queried)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "query: expected %s, got null",
                        table ? "where to put the table" : "a table");
  if (abi_version != FOVEA_ABI_VERSION)
    return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                        "this library speaks fovea ABI version %d: expected that, got a host that "
                        "asks for version %llu; %s",
                        FOVEA_ABI_VERSION, static_cast<unsigned long long>(abi_version),
                        abi_version > FOVEA_ABI_VERSION ? "emit the library again with that fovea"
                                                        : "build the host with this fovea");
  *queried = table;
  return FOVEA_OK;
}
