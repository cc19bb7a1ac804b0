#pragma once
#include "compiler/import/onnx/constant.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace fovea::import {

struct OnnxOptions {
  std::map<std::string, Shape> shapes;   // of inputs, by name; the others are as the model says
  std::map<std::string, Constant> fixed; // inputs that are known already, by name
  int64_t batch = 0;                     // leading extent of inputs that leave it open; 0: none
  int64_t max_bytes = int64_t{2} << 30;  // of the file; protobuf itself reads no larger ones
};

// Reads a model in ONNX format (operator sets 7 and later; https://onnx.ai) as a network with its
// weights, which refer to the model's memory. Layers are called as its nodes, weights as its
// initializers; lines in messages are the numbers of nodes. What the inputs' shapes determine is
// computed here: arithmetic of shapes leaves no trace. Throws Error for what fovea does not
// support, with node, op and version, and at `where` for what is no model.
Network import_onnx(const std::filesystem::path& path, const OnnxOptions& options,
                    SourceLocation where);

} // namespace fovea::import
