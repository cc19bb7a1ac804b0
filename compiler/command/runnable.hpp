#pragma once
#include "compiler/command/compile_flags.hpp"
#include "compiler/command/model_source.hpp"

#include <fovea/runtime/model.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea::command {

// What a model takes and gives.
struct Signature {
  std::vector<TensorInfo> inputs, outputs;
};

Signature signature_of(const Network& network);

// A model that can run: a network that was compiled a moment ago, or an opened library. It outlives
// the contexts that are made of it.
struct Runnable {
  std::string name;              // of the model: "lenet5"
  std::optional<Model> compiled; // with its kernels; none: a library
  Json warnings = Json::array(); // of its compilation, said already
  // Weights that the library's caller gives, which the model refers to.
  std::shared_ptr<const host::TensorMap> weights;
  host::Model model;
};

// The argument MODEL|LIB.so with all options that say how it becomes one that runs.
class RunnableSource {
 public:
  void add_to(CLI::App& verb);

  const std::string& name() const { return model_.name(); } // as given
  bool is_library() const { return model_.is_library(); }
  bool is_equations() const { return model_.is_equations(); }
  bool is_filters() const { return model_.is_filters(); }
  // Called as soon as it is known what the model takes and gives: what is wrong with the user's
  // data is said before a long compilation, not after it.
  using Check = std::function<void(const Signature&)>;
  // Compiles, with progress on standard error, or opens. Throws Error, host::FileError,
  // host::RunError; CLI::ValidationError for an option that the argument has no use for.
  // `read_types`: what the user's data say of inputs that the model, or the library, leaves open.
  Runnable open(const Check& check = {}, const ReadTypes& read_types = {}) const;

 private:
  Runnable compile_network(const Check& check, const ReadTypes& read_types) const;
  Runnable open_library(const Check& check, const ReadTypes& read_types) const;

  ModelSource model_;
  CompileFlags flags_;
  std::string weights_path_; // --weights
};

} // namespace fovea::command
