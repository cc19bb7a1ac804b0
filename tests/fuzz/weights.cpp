#include "tests/fuzz/weights.hpp"

#include "tests/runtime/hand_program.hpp"
#include "tests/runtime/weights_bytes.hpp"

#include <stdexcept>

namespace fovea_fuzz {

using namespace fovea_test;

static constexpr std::uint64_t fingerprint = 77;
static constexpr std::uint64_t offsets[] = {128};
static constexpr fovea_weights_file weights_file = {sizeof(fovea_weights_file), "hand.weights",
                                                    128 + columns * sizeof(float), fingerprint,
                                                    offsets};

bool open_weights(const std::filesystem::path& path) {
  HandProgram hand;
  hand.parameter_data = {nullptr};
  hand.program.weights_file = &weights_file;
  fovea_model_options options{};
  options.weights_path = path.c_str();
  char message[512] = "";
  options.message = message;
  options.message_bytes = sizeof message;
  fovea_model* model = nullptr;
  if (fovea_status status = fovea_core_model_open(&hand.program, &options, &model)) {
    if (status != FOVEA_ERROR_WEIGHTS_FILE || model || !*message)
      throw std::logic_error("refused with the wrong status, or without words");
    return false;
  }
  fovea_context_options one_thread = with_threads(1);
  fovea_context* context = nullptr;
  fovea_status status = fovea_core_context_create(model, &one_thread, &context);
  fovea_buffer input = hand.input(), output = hand.output();
  if (!status)
    status = fovea_core_run(context, &input, 1, &output, 1);
  fovea_core_context_destroy(context);
  fovea_core_model_close(model);
  if (status)
    throw std::logic_error("opened, but cannot run");
  return true;
}

std::string with_weights_hash(std::string bytes) {
  if (bytes.size() >= 40) {
    std::uint64_t hash = XXH3_64bits(bytes.data() + 40, bytes.size() - 40);
    std::memcpy(bytes.data() + 32, &hash, sizeof hash);
  }
  return bytes;
}

std::vector<std::string> weights_files() {
  std::vector<float> values(columns, 1.5f);
  return {weights_bytes({"hand", fingerprint, values}),
          weights_bytes({"another", fingerprint + 1, values})};
}

} // namespace fovea_fuzz
