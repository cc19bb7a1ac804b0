/* The functions of hand.h: each hands over to the core, with the types that the header gives. */
#include "hand.h"
#include "hand_program.h"

#include <fovea/runtime/core.h>
#include <fovea/runtime/library.h>

hand_model* hand_model_open(const hand_model_options* options) {
  return (hand_model*)fovea_library_open(&program_of_hand, (const fovea_library_options*)options);
}

void hand_model_close(hand_model* model) {
  fovea_core_model_close((fovea_model*)model);
}

uint64_t hand_workspace_size(const hand_model* model, uint32_t threads) {
  return fovea_core_workspace_size((const fovea_model*)model, threads);
}

hand_context* hand_context_create(hand_model* model, const fovea_context_options* options) {
  return (hand_context*)fovea_library_context_create((fovea_model*)model, options);
}

void hand_context_destroy(hand_context* context) {
  fovea_core_context_destroy((fovea_context*)context);
}

int hand_run(hand_context* context, const hand_inputs* inputs, const hand_outputs* outputs) {
  return fovea_library_run((fovea_context*)context, (const void* const*)inputs,
                           (void* const*)outputs);
}

const char* hand_message(const hand_context* context) {
  return fovea_core_message((const fovea_context*)context);
}

const char* hand_status_name(int status) {
  return fovea_core_status_name(status);
}

static const fovea_program* const programs[] = {&program_of_hand};
static const fovea_table table = {
    sizeof(fovea_table),
    FOVEA_ABI_VERSION,
    1,
    programs,
    fovea_core_model_open,
    fovea_core_model_close,
    fovea_core_model_program,
    fovea_core_input_count,
    fovea_core_output_count,
    fovea_core_parameter_count,
    fovea_core_input_info,
    fovea_core_output_info,
    fovea_core_parameter_info,
    fovea_core_workspace_size,
    fovea_core_context_create,
    fovea_core_context_destroy,
    fovea_core_context_threads,
    fovea_core_run,
    fovea_core_message,
    fovea_core_status_name,
};

int hand_query(uint64_t abi_version, const fovea_table** queried, char* message,
               uint64_t message_bytes) {
  return fovea_library_query(&table, abi_version, queried, message, message_bytes);
}
