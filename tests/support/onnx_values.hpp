#pragma once
#include "torch_values.hpp"

// Definitions against ONNX's reference implementation: the generators of tests/data computed the
// cases in the operands' own types.
namespace fovea::testing {

// Applies the definition of `op` to the case's operands, "case.0", "case.1" ..., and compares with
// "case.result": integers exactly, floats within twice the interpreter's bound.
void compare_with_onnx(const host::TensorMap& values, const std::string& name, const OpPtr& op);

// The cases of a file of tests/data.
class OnnxValues {
 public:
  explicit OnnxValues(const std::string& file)
      : values_(host::read_safetensors(repository_file("tests/data/" + file))) {}
  void compare(const std::string& name, MapFunction map) const {
    compare_with_onnx(values_, name, map(Map{}).table->make());
  }
  template <class Op>
  void compare(const std::string& name, const Layer<Op>& layer) const {
    compare_with_onnx(values_, name, make_op(layer.op));
  }
  template <IsOp Op>
  void compare(const std::string& name, const Op& op) const {
    compare_with_onnx(values_, name, make_op(op));
  }

 private:
  host::TensorMap values_;
};

} // namespace fovea::testing
