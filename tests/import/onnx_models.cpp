#include "onnx_models.hpp"

#include <fstream>

namespace fovea::testing {

OnnxModel::OnnxModel() {
  proto_.set_ir_version(8);
  proto_.add_opset_import()->set_version(13);
  graph().set_name("g");
}

void OnnxModel::input(const std::string& name, const std::vector<int64_t>& shape, int type) {
  onnx::ValueInfoProto& value = *graph().add_input();
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  for (const int64_t extent : shape) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    if (extent < 0)
      dimension.set_dim_param("N");
    else
      dimension.set_dim_value(extent);
  }
}

void OnnxModel::output(const std::string& name) {
  graph().add_output()->set_name(name);
}

onnx::TensorProto& OnnxModel::floats(const std::string& name, const std::vector<int64_t>& shape,
                                     const std::vector<float>& values) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(shape.begin(), shape.end());
  tensor.mutable_float_data()->Add(values.begin(), values.end());
  return tensor;
}

onnx::TensorProto& OnnxModel::integers(const std::string& name, const std::vector<int64_t>& shape,
                                       const std::vector<int64_t>& values) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.mutable_dims()->Add(shape.begin(), shape.end());
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return tensor;
}

onnx::NodeProto& OnnxModel::node(const std::string& op, std::initializer_list<const char*> inputs,
                                 std::initializer_list<const char*> outputs,
                                 const std::string& name) {
  onnx::NodeProto& node = *graph().add_node();
  node.set_op_type(op);
  node.set_name(name);
  for (const char* input : inputs)
    node.add_input(input);
  for (const char* output : outputs)
    node.add_output(output);
  return node;
}

void OnnxModel::write(const std::filesystem::path& path) const {
  std::ofstream file(path, std::ios::binary);
  proto_.SerializeToOstream(&file);
}

void set(onnx::NodeProto& node, const std::string& name, int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void set(onnx::NodeProto& node, const std::string& name, const std::vector<int64_t>& values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  attribute.mutable_ints()->Add(values.begin(), values.end());
}

} // namespace fovea::testing
