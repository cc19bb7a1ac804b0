#pragma once
#include <fovea/dsl.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <filesystem>
#include <string>

// Definitions against PyTorch: tests/data/make_pytorch_values.py computed the cases in float32.
namespace fovea::testing {

// A file of the repository: "tests/data/pytorch_ops.safetensors".
std::filesystem::path repository_file(const std::string& name);

// Applies the definition of `op` to the case's operands, "case.0", "case.1" ..., and compares with
// "case.result". Both sides may be off by the interpreter's bound; integers and booleans are equal.
void compare_with_torch(const host::TensorMap& values, const std::string& name, const OpPtr& op);

inline const host::TensorMap& torch_values() {
  static const host::TensorMap values =
      host::read_safetensors(repository_file("tests/data/pytorch_ops.safetensors"));
  return values;
}
template <class Op>
void compare_with_torch(const std::string& name, const Layer<Op>& layer) {
  compare_with_torch(torch_values(), name, make_op(layer.op));
}
template <IsOp Op>
void compare_with_torch(const std::string& name, const Op& op) {
  compare_with_torch(torch_values(), name, make_op(op));
}
inline void compare_with_torch(const std::string& name, MapFunction map) {
  compare_with_torch(torch_values(), name, map(Map{}).table->make());
}

// The same of convolutions and their kin: tests/data/make_pytorch_convolution_values.py.
inline void compare_convolution(const std::string& name, const OpPtr& op) {
  static const host::TensorMap values =
      host::read_safetensors(repository_file("tests/data/pytorch_convolutions.safetensors"));
  compare_with_torch(values, name, op);
}
template <class Op>
void compare_convolution(const std::string& name, const Layer<Op>& layer) {
  compare_convolution(name, make_op(layer.op));
}

} // namespace fovea::testing
