#pragma once
#include <fovea/array.hpp>
#include <fovea/runtime/model.hpp>

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// A compiled network, and how to run it.
namespace fovea {

// An input or output of a model.
struct TensorInfo {
  std::string name;
  TensorType type;
};

// One kernel of a model, and what its compilation cost.
struct KernelInfo {
  std::string symbol;
  std::vector<std::string> layers; // that run it, in the order of execution
  std::string algorithm;
  std::string schedule;      // that was applied
  double seconds = 0;        // of its compilation
  int64_t object_bytes = 0;  // size of its object file
  int64_t scratch_bytes = 0; // memory of one thread while it runs
};

// A caller's tensor: where its elements are, dense and row-major, and of what type they are.
struct InputView {
  const void* data = nullptr;
  TensorType type;
  template <class T>
  InputView(const Array<T>& array)
      : InputView(array.data(), array.shape()) {} // NOLINT(*-explicit-*)
  template <class T>
  InputView(const T* data, const Shape& shape) : data(data), type{DTypeOf<T>::value, shape} {}
  InputView(const void* data, const TensorType& type) : data(data), type(type) {}
};
struct OutputView {
  void* data = nullptr;
  TensorType type;
  template <class T>
  OutputView(Array<T>& array) : OutputView(array.data(), array.shape()) {} // NOLINT(*-explicit-*)
  template <class T>
  OutputView(T* data, const Shape& shape) : data(data), type{DTypeOf<T>::value, shape} {}
  OutputView(void* data, const TensorType& type) : data(data), type(type) {}
};
struct NamedInput {
  std::string_view name;
  InputView view;
};
struct NamedOutput {
  std::string_view name;
  OutputView view;
};

struct ContextOptions {
  int threads = 0; // 0: as many as the cores that this process may use
};

// Threads and memory to run a model with: one for each thread that calls `run`. Keeps its model
// alive. `run` allocates nothing and does no I/O.
class Context {
 public:
  ~Context();
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;

  int threads() const;
  // Every input and output of the model by its name, in any order. Throws Error where one is
  // missing, unknown, given twice, or of another type or shape; the message names it.
  void run(std::span<const NamedInput> inputs, std::span<const NamedOutput> outputs,
           SourceLocation location = SourceLocation::current());
  void run(std::initializer_list<NamedInput> inputs, std::initializer_list<NamedOutput> outputs,
           SourceLocation location = SourceLocation::current()) {
    run(std::span(inputs.begin(), inputs.size()), std::span(outputs.begin(), outputs.size()),
        location);
  }

 private:
  friend class Model;
  struct State;
  explicit Context(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A compiled network with its weights. It never changes; copies share it.
class Model {
 public:
  // No model: what `CompileOptions::stop_after` leaves. Everything but the test throws Error.
  Model() = default;
  explicit operator bool() const { return state_ != nullptr; }

  const std::string& name() const;
  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;
  const std::vector<KernelInfo>& kernels() const;
  // Those that packed or transformed the weights, once, when the model was made.
  const std::vector<KernelInfo>& preparations() const;
  double compile_seconds() const;  // all of compile()
  int64_t arena_bytes() const;     // memory of a context for intermediate tensors
  int64_t parameter_bytes() const; // of all weights
  int64_t prepared_bytes() const;  // of what was made of them: memory of the model

  // The model as the runtime knows it, with its C table: for hosts that treat compiled networks and
  // opened libraries alike, and for profilers.
  const host::Model& runtime() const;

  // Threads and memory of their own. Throws Error where there is no memory.
  Context context(const ContextOptions& options = {},
                  SourceLocation location = SourceLocation::current()) const;

  // Runs in the model's own context, made at the first run, with all cores. Callers in several
  // threads wait for one another: give each a context instead.
  void run(std::span<const NamedInput> inputs, std::span<const NamedOutput> outputs,
           SourceLocation location = SourceLocation::current()) const;
  void run(std::initializer_list<NamedInput> inputs, std::initializer_list<NamedOutput> outputs,
           SourceLocation location = SourceLocation::current()) const {
    run(std::span(inputs.begin(), inputs.size()), std::span(outputs.begin(), outputs.size()),
        location);
  }
  // A model with one input and one output. Throws Error for others.
  template <class Result = float, class T>
  Array<Result> operator()(const Array<T>& x,
                           SourceLocation location = SourceLocation::current()) const {
    const Single single = only_tensors(location);
    Array<Result> y(single.output.type.shape, location);
    run({{single.input.name, x}}, {{single.output.name, y}}, location);
    return y;
  }

 private:
  friend class ModelBuilder;
  struct State;
  struct Single {
    const TensorInfo &input, &output;
  };
  explicit Model(std::shared_ptr<State> state) : state_(std::move(state)) {}
  State& state() const;
  Single only_tensors(SourceLocation location) const;
  std::shared_ptr<State> state_;
};

} // namespace fovea
