#pragma once
#include <fovea/graph/network.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// A network on disk is two files: lenet5.mlir, the graph as text (the fovea dialect), and
// lenet5.safetensors beside it, the weights. Network::save writes them. Or it is one file in ONNX
// format, resnet50.onnx, as other frameworks write them.
namespace fovea {

struct LoadOptions {
  // The weights, a safetensors file. Empty: the file beside the model, if there is one.
  std::string weights = {};
  // Read the model in a child process first. The parser for text of MLIR is not made for hostile
  // files: some end the process that reads them. The child has limits on memory and time, and its
  // death becomes an Error. It is forked from this process, and only its forking thread goes on: in
  // a program with threads read models before these start, or only trusted ones without isolation,
  // since a lock that another thread holds while the child is made is never released in the child
  // (which then ends at its limit of time, as an Error). No handlers of atexit() run in the child.
  bool isolate = true;
  // Of a model's text. (The weights are read by a parser that needs no such limit.)
  int64_t max_bytes = 64 << 20;
  // Of a model in ONNX format: shapes of inputs, by name, whose extents the model leaves open. The
  // other options do not concern such a model: its weights are inside, and it is parsed by
  // protobuf, which hostile files do not harm, up to 2 GiB.
  std::map<std::string, Shape> shapes = {};
  // Likewise inputs whose values are known already, as where a model takes a shape as an input:
  // the network has them no more.
  host::TensorMap fixed = {};
  // Likewise the leading extent of inputs that leave it open. 0: none.
  int64_t batch = 0;
};

// An input of a model in ONNX format, as the file states it.
struct OpenInput {
  std::string name;
  // -1: left open, for LoadOptions::shapes. None: not even their number is known.
  std::optional<std::vector<int64_t>> extents;
};

// A model in ONNX format that is read once, and the networks that it stands for: one for each set
// of shapes that its inputs may have. They share the memory of the file's weights. Copies share the
// model, and so may threads.
class OnnxModel {
 public:
  // Throws Error where `path` is no model in ONNX format.
  explicit OnnxModel(const std::string& path, SourceLocation location = SourceLocation::current());

  const std::vector<OpenInput>& inputs() const;
  // As load_network. Throws Error.
  Network network(const LoadOptions& options = {},
                  SourceLocation location = SourceLocation::current()) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// Reads what Network::save wrote, or a model in ONNX format (`path` ends in .onnx): a network that
// works as if it had been written in this program, except that its equations keep their shapes
// (with_batch). Its lines are those of the file. Without weights, set them by Network::load,
// set_weight or randomize. Throws Error at the line and column of the file, or at `location` where
// the file itself is unusable.
Network load_network(const std::string& path, const LoadOptions& options = {},
                     SourceLocation location = SourceLocation::current());

} // namespace fovea
