#pragma once
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

// Models in ONNX format, made by hand.
namespace fovea::testing {

namespace onnx = ::onnx;

// A model of one graph "g" with operator set 13.
class OnnxModel {
 public:
  OnnxModel();

  onnx::ModelProto& proto() { return proto_; }
  onnx::GraphProto& graph() { return *proto_.mutable_graph(); }

  // Extents of 0 and above; negative ones have the name "N".
  void input(const std::string& name, const std::vector<int64_t>& shape,
             int type = onnx::TensorProto::FLOAT);
  void output(const std::string& name);
  onnx::TensorProto& floats(const std::string& name, const std::vector<int64_t>& shape,
                            const std::vector<float>& values);
  onnx::TensorProto& integers(const std::string& name, const std::vector<int64_t>& shape,
                              const std::vector<int64_t>& values);
  onnx::NodeProto& node(const std::string& op, std::initializer_list<const char*> inputs,
                        std::initializer_list<const char*> outputs, const std::string& name = {});

  void write(const std::filesystem::path& path) const;

 private:
  onnx::ModelProto proto_;
};

void set(onnx::NodeProto& node, const std::string& attribute, int64_t value);
void set(onnx::NodeProto& node, const std::string& attribute, const std::vector<int64_t>& values);

} // namespace fovea::testing
