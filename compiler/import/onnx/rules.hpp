#pragma once
#include "compiler/import/onnx/node.hpp"

#include <span>

namespace fovea::import {

// What an ONNX op is in fovea. A rule reads the node's operands and attributes and returns its
// results; what it does not read is refused for it.
struct Rule {
  const char* op;       // "Conv", of ONNX's own domain
  int since = 1;        // the first version of the operator set it is right for
  Data (*apply)(Node&); // null: refused since that version
};

// By kind; each op's rules stand in one of them, ascending by version.
std::span<const Rule> convolution_rules();
std::span<const Rule> movement_rules();
std::span<const Rule> pointwise_rules();
std::span<const Rule> reduction_rules();
std::span<const Rule> resize_rules();
std::span<const Rule> structure_rules();

// The rule for `op` in version `opset`; null where there is none.
const Rule* find_rule(const std::string& op, int opset);

// --- what rules share ---

// Op takes exactly its operands; its attributes have ONNX's names and defaults.
template <class Op>
Data plain(Node& node) {
  Op op;
  op.visit([&](const char* name, auto& field) { node.read(name, field); });
  Data operands;
  for (int k = 0; k < Op::inputs; ++k)
    operands.push_back(node.operand(k));
  return node.apply(op, operands);
}

} // namespace fovea::import
