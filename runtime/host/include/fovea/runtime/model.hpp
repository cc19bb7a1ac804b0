#pragma once

#include <fovea/runtime/abi.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fovea::host {

/// A call of the C ABI that failed.
class RunError : public std::runtime_error {
 public:
  RunError(fovea_status code, const std::string& message);
  fovea_status code() const { return code_; }

 private:
  fovea_status code_;
};

/// A compiled function of a network with its parameters. Immutable; copies share it, as do threads.
class Model {
 public:
  /// `keep_alive` holds whatever owns the program (JIT memory, an opened library) until the last
  /// copy of this model and the last context are gone. `options` may be null. Throws RunError.
  Model(const fovea_table& table, const fovea_program& program,
        const fovea_model_options* options = nullptr, std::shared_ptr<const void> keep_alive = {});

  std::string_view name() const;
  std::uint64_t input_count() const { return table_->input_count(handle_.get()); }
  std::uint64_t output_count() const { return table_->output_count(handle_.get()); }
  std::uint64_t parameter_count() const { return table_->parameter_count(handle_.get()); }
  /// Throw std::out_of_range.
  const fovea_tensor_info& input(std::uint64_t index) const;
  const fovea_tensor_info& output(std::uint64_t index) const;
  const fovea_tensor_info& parameter(std::uint64_t index) const;
  /// Bytes of workspace for a context with so many threads; 0: all cores.
  std::uint64_t workspace_size(std::uint32_t threads = 0) const;

  const fovea_table& table() const { return *table_; }
  fovea_model* handle() const { return handle_.get(); }

 private:
  friend class Context;
  const fovea_table* table_;
  std::shared_ptr<fovea_model> handle_;
};

/// Threads and memory for running a model: one per calling thread.
class Context {
 public:
  explicit Context(const Model& model, std::uint32_t threads = 0);
  /// All of the ABI's options; `message` fields are the wrapper's own. Throws RunError.
  Context(const Model& model, const fovea_context_options& options);

  Context(Context&&) noexcept = default;
  Context& operator=(Context&& other) noexcept {
    handle_ =
        std::move(other.handle_); // first: the old context ends while its model is still there
    model_ = std::move(other.model_);
    return *this;
  }

  std::uint32_t threads() const;
  const Model& model() const { return model_; }

  /// Runs once. On success each output's extents are the actual ones. Allocates nothing; throws
  /// RunError with the code and a message that names the tensor.
  void run(std::span<const fovea_buffer> inputs, std::span<fovea_buffer> outputs);

 private:
  struct Destroy {
    const fovea_table* table;
    void operator()(fovea_context* context) const { table->context_destroy(context); }
  };
  Model model_; // first: outlives the context
  std::unique_ptr<fovea_context, Destroy> handle_;
};

} // namespace fovea::host
