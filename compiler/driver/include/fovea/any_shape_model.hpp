#pragma once
#include <fovea/compile.hpp>
#include <fovea/model.hpp>
#include <fovea/model_file.hpp>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

// One network for many shapes of its inputs.
namespace fovea {

// Of inputs, by name.
using Shapes = std::map<std::string, Shape>;

struct AnyShapeOptions {
  // For each compilation. Its functions are called by one thread at a time, which may be any that
  // asks for a model.
  CompileOptions compile = {};
  // Compiled models that are kept; the one whose use is longest ago goes first, when another is
  // made. Each has its own code, prepared weights and workspace. What was compiled once comes from
  // the kernel cache when it is asked for again.
  size_t keep = 8;
};

// A network that leaves shapes of its inputs open, compiled for each set of shapes when that is
// first asked for. Copies share the models; so may threads: a set is compiled once, and those that
// ask for it meanwhile wait, while sets that are there already go on running.
class AnyShapeModel {
 public:
  // A model in ONNX format. The file is read once; weights that are used as they are lie in memory
  // once. `load`: as for load_network; shapes that it names hold for all sets, and inputs that it
  // fixes are none. Throws Error.
  explicit AnyShapeModel(const std::string& onnx_path, const LoadOptions& load = {},
                         const AnyShapeOptions& options = {},
                         SourceLocation location = SourceLocation::current());
  // Any function that makes the network for given shapes, one of each input. It is called by one
  // thread at a time, and throws Error for shapes that there cannot be.
  explicit AnyShapeModel(std::function<Network(const Shapes&)> make,
                         const AnyShapeOptions& options = {});

  // The model for these shapes, compiled now if it is not there. Shapes of inputs that the file
  // states may be left out, which makes a set of its own. It lives on where it is no longer kept.
  // Throws Error for shapes that the network refuses, and what compile() throws: then the next call
  // tries again.
  Model model(const Shapes& shapes, SourceLocation location = SourceLocation::current()) const;

  // Runs the model that the inputs' shapes ask for, in its own context: callers in several threads
  // wait for one another where their shapes are the same (use model(shapes).context()). Throws
  // Error.
  void run(std::span<const NamedInput> inputs, std::span<const NamedOutput> outputs,
           SourceLocation location = SourceLocation::current()) const;
  void run(std::initializer_list<NamedInput> inputs, std::initializer_list<NamedOutput> outputs,
           SourceLocation location = SourceLocation::current()) const {
    run(std::span(inputs.begin(), inputs.size()), std::span(outputs.begin(), outputs.size()),
        location);
  }
  // The results for these inputs, whose shapes follow from them: outputs by name.
  host::TensorMap operator()(std::span<const NamedInput> inputs,
                             SourceLocation location = SourceLocation::current()) const;
  host::TensorMap operator()(std::initializer_list<NamedInput> inputs,
                             SourceLocation location = SourceLocation::current()) const {
    return (*this)(std::span(inputs.begin(), inputs.size()), location);
  }

  // Sets of shapes that are compiled now; and compilations so far.
  size_t kept() const;
  size_t compilations() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

} // namespace fovea
