#include <fovea/runtime/model.hpp>

namespace fovea::host {

static constexpr std::size_t message_capacity = 1024;

static std::string error_text(const fovea_table& table, fovea_status code, const char* message) {
  // Some failures come before there is anywhere to put a message.
  return message && *message ? message : std::string("fovea: ") + table.status_name(code);
}

RunError::RunError(fovea_status code, const std::string& message)
    : std::runtime_error(message), code_(code) {}

static void check_table(const fovea_table& table) {
  if (table.struct_size < sizeof(fovea_table) || table.abi_version != FOVEA_ABI_VERSION)
    throw RunError(FOVEA_ERROR_UNSUPPORTED_ABI, "library: expected fovea ABI version " +
                                                    std::to_string(FOVEA_ABI_VERSION) + ", got " +
                                                    std::to_string(table.abi_version));
}

Model::Model(const fovea_table& table, const fovea_program& program,
             const fovea_model_options* options, std::shared_ptr<const void> keep_alive)
    : table_(&table) {
  check_table(table);
  fovea_model_options own{};
  if (options)
    own = *options;
  char message[message_capacity] = "";
  own.struct_size = sizeof own;
  own.message = message;
  own.message_bytes = sizeof message;
  fovea_model* model = nullptr;
  if (fovea_status code = table.model_open(&program, &own, &model))
    throw RunError(code, error_text(table, code, message));
  handle_ =
      std::shared_ptr<fovea_model>(model, [&table, keep_alive = std::move(keep_alive)](
                                              fovea_model* closed) { table.model_close(closed); });
}

std::string_view Model::name() const {
  return table_->model_program(handle_.get())->name;
}

static const fovea_tensor_info& found(const fovea_tensor_info* info, const char* role,
                                      std::uint64_t index) {
  if (!info)
    throw std::out_of_range(std::string("model: no ") + role + " " + std::to_string(index));
  return *info;
}

const fovea_tensor_info& Model::input(std::uint64_t index) const {
  return found(table_->input_info(handle_.get(), index), "input", index);
}

const fovea_tensor_info& Model::output(std::uint64_t index) const {
  return found(table_->output_info(handle_.get(), index), "output", index);
}

const fovea_tensor_info& Model::parameter(std::uint64_t index) const {
  return found(table_->parameter_info(handle_.get(), index), "parameter", index);
}

std::uint64_t Model::workspace_size(std::uint32_t threads) const {
  return table_->workspace_size(handle_.get(), threads);
}

static fovea_context_options options_with(std::uint32_t threads) {
  fovea_context_options options{};
  options.threads = threads;
  return options;
}

Context::Context(const Model& model, std::uint32_t threads)
    : Context(model, options_with(threads)) {}

Context::Context(const Model& model, const fovea_context_options& options)
    : model_(model), handle_(nullptr, Destroy{model.table_}) {
  char message[message_capacity] = "";
  fovea_context_options own = options;
  own.struct_size = sizeof own;
  own.message = message;
  own.message_bytes = sizeof message;
  fovea_context* context = nullptr;
  if (fovea_status code = model_.table_->context_create(model_.handle(), &own, &context))
    throw RunError(code, error_text(*model_.table_, code, message));
  handle_.reset(context);
}

std::uint32_t Context::threads() const {
  return model_.table_->context_threads(handle_.get());
}

void Context::run(std::span<const fovea_buffer> inputs, std::span<fovea_buffer> outputs) {
  const fovea_table& table = *model_.table_;
  fovea_status code =
      table.run(handle_.get(), inputs.data(), inputs.size(), outputs.data(), outputs.size());
  if (code == FOVEA_ERROR_CONTEXT_BUSY) // the message is another call's
    throw RunError(code, "context busy: it runs already; use one context per calling thread");
  if (code)
    throw RunError(code, error_text(table, code, table.message(handle_.get())));
}

} // namespace fovea::host
