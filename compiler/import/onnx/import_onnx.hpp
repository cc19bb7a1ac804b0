#pragma once
#include "compiler/import/onnx/constant.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea::import {

struct OnnxOptions {
  std::map<std::string, Shape> shapes;   // of inputs, by name; the others are as the model says
  std::map<std::string, Constant> fixed; // inputs that are known already, by name
  int64_t batch = 0;                     // leading extent of inputs that leave it open; 0: none
  int64_t max_bytes = int64_t{2} << 30;  // of the file; protobuf itself reads no larger ones
};

// An input as a model states it.
struct OnnxInput {
  std::string name;
  // -1: left open. None: not even their number is known.
  std::optional<std::vector<int64_t>> extents;
};

// A model in ONNX format, parsed once. Copies share it, and so may threads.
class OnnxFile {
 public:
  // Throws Error at `where` for what is no model.
  OnnxFile(const std::filesystem::path& path, int64_t max_bytes, SourceLocation where);

  // But those that have a default value.
  std::vector<OnnxInput> inputs() const;
  // The model for these shapes (import_onnx). Networks share their weights' memory, which lives as
  // long as one of them.
  Network network(const OnnxOptions& options, SourceLocation where) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// Reads a model in ONNX format (operator sets 7 and later; https://onnx.ai) as a network with its
// weights, which refer to the model's memory. Layers are called as its nodes, weights as its
// initializers; lines in messages are the numbers of nodes. What the inputs' shapes determine is
// computed here: arithmetic of shapes leaves no trace. Throws Error for what fovea does not
// support, with node, op and version, and at `where` for what is no model.
Network import_onnx(const std::filesystem::path& path, const OnnxOptions& options,
                    SourceLocation where);

} // namespace fovea::import
