#include <fovea/runtime/core.h>

extern "C" const fovea_table* fovea_core_table(void) {
  static const fovea_table table = {
      sizeof(fovea_table),
      FOVEA_ABI_VERSION,
      0,
      nullptr,
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
  return &table;
}

extern "C" const char* fovea_core_status_name(fovea_status status) {
  switch (status) {
  case FOVEA_OK:
    return "ok";
  case FOVEA_ERROR_INVALID_ARGUMENT:
    return "invalid argument";
  case FOVEA_ERROR_WRONG_SHAPE:
    return "wrong shape";
  case FOVEA_ERROR_WRONG_RANK:
    return "wrong rank";
  case FOVEA_ERROR_WRONG_DTYPE:
    return "wrong dtype";
  case FOVEA_ERROR_NULL_POINTER:
    return "null pointer";
  case FOVEA_ERROR_MISALIGNED:
    return "misaligned";
  case FOVEA_ERROR_WORKSPACE_TOO_SMALL:
    return "workspace too small";
  case FOVEA_ERROR_OUT_OF_MEMORY:
    return "out of memory";
  case FOVEA_ERROR_UNSUPPORTED_ABI:
    return "unsupported ABI version";
  case FOVEA_ERROR_UNSUPPORTED_DEVICE:
    return "unsupported device";
  case FOVEA_ERROR_KERNEL_FAILED:
    return "kernel failed";
  case FOVEA_ERROR_INTERNAL:
    return "internal error";
  case FOVEA_ERROR_BUFFER_TOO_SMALL:
    return "buffer too small";
  case FOVEA_ERROR_CONTEXT_BUSY:
    return "context busy";
  case FOVEA_ERROR_WEIGHTS_FILE:
    return "wrong weights file";
  default:
    return "unknown status";
  }
}
