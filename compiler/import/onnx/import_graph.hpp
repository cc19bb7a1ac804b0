#pragma once
#include "compiler/import/onnx/import_onnx.hpp"
#include "compiler/import/onnx/model.hpp"

#include <functional>

namespace fovea::import {

// A parsed model, and how its weights are read: after its operator set is known to be supported.
struct OnnxGraph {
  const Model& model;
  std::string name;
  std::function<const std::vector<Constant>&()> initializers;
};

// The walk over the graph: see import_onnx.
Network import_graph(const OnnxGraph& graph, const OnnxOptions& options, SourceLocation where);

} // namespace fovea::import
