// What an ONNX model becomes, and what is said of those that cannot become anything. That its
// numbers are right, ONNX's own tests say (tests/models).
#include "onnx_models.hpp"

#include "compiler/import/onnx/import_onnx.hpp"

#include <fovea/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <unistd.h>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using import::import_onnx;
using import::OnnxOptions;
using ::testing::HasSubstr;
using testing::OnnxModel;

class Onnx : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("fovea-test-onnx-" + std::to_string(getpid()));
    fs::create_directories(folder_ / "inside");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "inside" / "net.onnx"; }
  const fs::path& folder() const { return folder_; }
  Network read(const OnnxModel& model, const OnnxOptions& options = {}) const {
    model.write(file());
    return import_onnx(file(), options, SourceLocation::current());
  }
  std::string refusal(const OnnxModel& model, const OnnxOptions& options = {}) const {
    model.write(file());
    return refusal_of_file(options);
  }
  std::string refusal_of_file(const OnnxOptions& options = {}) const {
    try {
      import_onnx(file(), options, SourceLocation::current());
      return "accepted";
    } catch (const Error& error) {
      return error.what();
    }
  }

 private:
  fs::path folder_;
};

OnnxModel relu_model() {
  OnnxModel model;
  model.input("x", {2, 3});
  model.node("Relu", {"x"}, {"y"}, "/block/act");
  model.output("y");
  return model;
}

// --- what is made
// ---------------------------------------------------------------------------------

TEST_F(Onnx, LayersAndWeightsKeepTheirNames) {
  OnnxModel model;
  model.input("image", {1, 1, 3, 3});
  model.floats("stem.weight", {2, 1, 1, 1}, {2, -3});
  model.floats("stem.bias", {2}, {0.5f, 1});
  model.node("Conv", {"image", "stem.weight", "stem.bias"}, {"c"}, "/stem/Conv");
  model.node("Relu", {"c"}, {"r"});
  model.node("Relu", {"r"}, {"y"});
  model.output("y");
  const Network net = read(model);
  ASSERT_EQ(net.nodes().size(), 3u);
  EXPECT_EQ(net.nodes()[0].layer, "stem.Conv");
  EXPECT_EQ(net.nodes()[1].layer, "relu");
  EXPECT_EQ(net.nodes()[2].layer, "relu_2");
  EXPECT_EQ(net.nodes()[2].location.line, 3u);
  EXPECT_STREQ(net.nodes()[2].location.file, file().c_str());
  ASSERT_EQ(net.parameters().size(), 2u);
  const auto& weight = net.values()[static_cast<size_t>(net.parameters()[0])];
  EXPECT_EQ(weight.name, "stem.weight");
  EXPECT_EQ(weight.type.shape, (Shape{2, 1, 1, 1}));
  EXPECT_EQ(static_cast<const float*>(net.weight(net.parameters()[0]).data)[1], -3);
  EXPECT_EQ(net.name(), "net");
}

// Shape -> Slice -> Concat -> Reshape, as exporters write `x.view(x.size(0), -1)`.
TEST_F(Onnx, ArithmeticOfShapesLeavesNoTrace) {
  OnnxModel model;
  model.input("x", {-1, 3, 4});
  model.integers("zero", {1}, {0});
  model.integers("one", {1}, {1});
  model.integers("rest", {1}, {-1});
  model.node("Shape", {"x"}, {"s"});
  model.node("Slice", {"s", "zero", "one"}, {"n"});
  model.node("Concat", {"n", "rest"}, {"to"});
  testing::set(*model.graph().mutable_node(2), "axis", 0);
  model.node("Reshape", {"x", "to"}, {"y"});
  model.output("y");
  OnnxOptions options;
  options.shapes["x"] = Shape{5, 3, 4};
  const Network net = read(model, options);
  ASSERT_EQ(net.nodes().size(), 1u);
  EXPECT_EQ(net.nodes()[0].op->name(), "reshape");
  EXPECT_TRUE(net.parameters().empty());
  EXPECT_EQ(net.values()[static_cast<size_t>(net.outputs()[0].value)].type.shape, (Shape{5, 12}));
}

TEST_F(Onnx, ABatchFillsOpenLeadingExtents) {
  OnnxModel model = relu_model();
  auto& dims = *model.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
  dims.mutable_shape()->mutable_dim(0)->set_dim_param("N");
  OnnxOptions options;
  options.batch = 7;
  const Network net = read(model, options);
  EXPECT_EQ(net.values()[static_cast<size_t>(net.inputs()[0])].type.shape, (Shape{7, 3}));
}

// What is large is left to the network; what a constant gives at an output is a weight.
TEST_F(Onnx, ConstantsMayBeOutputs) {
  OnnxModel model = relu_model();
  model.floats("w", {2}, {-1, 4});
  model.node("Relu", {"w"}, {"z"});
  model.output("z");
  const Network net = read(model);
  EXPECT_EQ(net.nodes().size(), 1u);
  ASSERT_EQ(net.parameters().size(), 1u);
  const auto* data = static_cast<const float*>(net.weight(net.parameters()[0]).data);
  EXPECT_EQ(data[0], 0);
  EXPECT_EQ(data[1], 4);
}

TEST_F(Onnx, WeightsMayLieInAnotherFile) {
  OnnxModel model = relu_model();
  auto& tensor = model.floats("w", {2, 3}, {});
  tensor.set_data_location(testing::onnx::TensorProto::EXTERNAL);
  const auto add = [&](const char* key, const char* value) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", "net.bin");
  add("offset", "4");
  add("length", "24");
  model.node("Add", {"y", "w"}, {"z"});
  model.output("z");
  const float values[] = {9, 1, 2, 3, 4, 5, 6};
  std::ofstream(folder() / "inside/net.bin", std::ios::binary)
      .write(reinterpret_cast<const char*>(values), sizeof values);
  const Network net = read(model);
  ASSERT_EQ(net.parameters().size(), 1u);
  EXPECT_EQ(static_cast<const float*>(net.weight(net.parameters()[0]).data)[5], 6);

  // Elsewhere, or not there.
  fs::rename(folder() / "inside/net.bin", folder() / "net.bin");
  EXPECT_THAT(refusal(model), HasSubstr("'net.bin' cannot be read"));
  tensor.mutable_external_data(0)->set_value("../net.bin");
  EXPECT_THAT(refusal(model), HasSubstr("lie outside the model's folder"));
  fs::create_symlink(folder() / "net.bin", folder() / "inside/link.bin");
  tensor.mutable_external_data(0)->set_value("link.bin");
  EXPECT_THAT(refusal(model), HasSubstr("lie outside the model's folder"));
  tensor.mutable_external_data(0)->set_value((folder() / "net.bin").string());
  EXPECT_THAT(refusal(model), HasSubstr("expected: a relative path"));
  fs::rename(folder() / "net.bin", folder() / "inside/net.bin");
  tensor.mutable_external_data(0)->set_value("net.bin");
  tensor.mutable_external_data(1)->set_value("8");
  EXPECT_THAT(refusal(model), HasSubstr("end beyond the file 'net.bin'\n  expected: 24 bytes from "
                                        "8 on, got a file of 28 bytes"));
  tensor.mutable_external_data(2)->set_value("12345678901234567890123");
  EXPECT_THAT(refusal(model), HasSubstr("no number of bytes"));
}

// --- what is refused
// ------------------------------------------------------------------------------

TEST_F(Onnx, OpsAttributesAndVersions) {
  OnnxModel model = relu_model();
  testing::set(*model.graph().mutable_node(0), "slope", 1);
  EXPECT_EQ(refusal(model), file().string() + ":1: error: Relu '/block/act' (opset 13): its "
                                              "attribute 'slope' is not supported");
  model = relu_model();
  model.graph().mutable_node(0)->set_op_type("NonMaxSuppression");
  EXPECT_THAT(refusal(model), HasSubstr("NonMaxSuppression '/block/act' (opset 13): the op is not "
                                        "supported"));
  model = relu_model();
  model.graph().mutable_node(0)->set_domain("com.microsoft");
  EXPECT_THAT(refusal(model), HasSubstr("ops of domain 'com.microsoft' are not supported"));
  model = relu_model();
  model.proto().mutable_opset_import(0)->set_version(5);
  EXPECT_THAT(refusal(model), HasSubstr("expected: version 6 or later, got 5"));
  model = relu_model();
  model.graph().mutable_node(0)->add_output("z");
  EXPECT_THAT(refusal(model), HasSubstr("its output 1 ('z') is not supported"));
  model = relu_model();
  model.graph().mutable_node(0)->add_input("x");
  EXPECT_THAT(refusal(model), HasSubstr("its input 1 ('x') is not supported"));
  model = relu_model();
  model.graph().mutable_node(0)->clear_input();
  EXPECT_THAT(refusal(model), HasSubstr("its input 0 is missing"));
}

// Operator set 6, where arithmetic does not line operands up by itself.
TEST_F(Onnx, OldArithmetic) {
  OnnxModel model = relu_model(); // y: [2,3]
  model.proto().mutable_opset_import(0)->set_version(6);
  model.floats("w", {2}, {1, 2});
  auto& add = model.node("Add", {"y", "w"}, {"z"});
  EXPECT_THAT(refusal(model), HasSubstr("it has no attribute broadcast = 1"));
  testing::set(add, "broadcast", 1); // lined up with the last dimension, of 3
  EXPECT_THAT(refusal(model), HasSubstr("the shapes 2x3 and 2 do not broadcast"));
  testing::set(add, "axis", 0);
  EXPECT_NO_THROW(read(model));
  add.mutable_attribute(1)->set_i(2);
  EXPECT_THAT(refusal(model), HasSubstr("the axis is no dimension of the input"));
  model = relu_model();
  model.proto().mutable_opset_import(0)->set_version(6);
  model.graph().mutable_node(0)->set_op_type("Dropout");
  EXPECT_THAT(refusal(model), HasSubstr("expected: is_test = 1"));
}

TEST_F(Onnx, Graphs) {
  OnnxModel model = relu_model();
  model.graph().mutable_node(0)->set_input(0, "y"); // a cycle
  EXPECT_THAT(refusal(model), HasSubstr("its input 'y' is made by no node before it"));
  model = relu_model();
  model.node("Relu", {"x"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("two values are called 'y'"));
  model = relu_model();
  model.output("nowhere");
  EXPECT_THAT(refusal(model), HasSubstr("output 'nowhere' is made by no node"));
  model = relu_model();
  model.graph().clear_output();
  EXPECT_THAT(refusal(model), HasSubstr("it has no outputs"));
}

TEST_F(Onnx, Shapes) {
  OnnxModel model;
  model.input("x", {-1, 3});
  model.node("Relu", {"x"}, {"y"});
  model.output("y");
  EXPECT_THAT(
      refusal(model),
      HasSubstr("the shape of input 'x' is not known\n  expected: extents that are "
                "numbers, got Nx3\n  hint: give it: --shape x=1x3, where dimension 0 (N) is open"));
  OnnxOptions options;
  options.shapes["x"] = Shape{2, 4};
  EXPECT_THAT(refusal(model, options), HasSubstr("expected: Nx3, got 2x4"));
  options.shapes = {{"image", Shape{2, 3}}};
  EXPECT_THAT(refusal(model, options), HasSubstr("there is no input 'image'\n  expected: x"));
  model = OnnxModel();
  model.input("x", {0, 3});
  model.node("Relu", {"x"}, {"y"});
  model.output("y");
  EXPECT_THAT(refusal(model), HasSubstr("0x3"));
  // What depends on the input's elements cannot be a shape.
  model = OnnxModel();
  model.input("x", {2, 3});
  model.input("s", {2}, testing::onnx::TensorProto::INT64);
  model.node("Reshape", {"x", "s"}, {"y"});
  model.output("y");
  EXPECT_THAT(refusal(model), HasSubstr("is computed when the network runs"));
}

TEST_F(Onnx, Initializers) {
  OnnxModel model = relu_model();
  model.floats("w", {2, 3}, {1, 2});
  EXPECT_THAT(refusal(model), HasSubstr("initializer 'w': it holds another number of elements "
                                        "than its shape 2x3 says\n  expected: 6, got 2"));
  model = relu_model();
  model.floats("w", {int64_t{1} << 40, int64_t{1} << 40}, {});
  EXPECT_THAT(refusal(model), HasSubstr("it is too large"));
  model = relu_model();
  model.floats("w", {int64_t{1} << 33}, {}).set_raw_data("abc"); // announced, and absent
  EXPECT_THAT(refusal(model), HasSubstr("got 3"));
  model = relu_model();
  model.floats("w", {-1}, {});
  EXPECT_THAT(refusal(model), HasSubstr("a negative extent"));
  model = relu_model();
  model.floats("w", {}, {}).set_data_type(testing::onnx::TensorProto::STRING);
  EXPECT_THAT(refusal(model), HasSubstr("got STRING"));
}

TEST_F(Onnx, FilesThatAreNoModels) {
  EXPECT_THAT(refusal_of_file(), HasSubstr("it cannot be read: No such file"));
  std::ofstream(file()) << "";
  EXPECT_THAT(refusal_of_file(), HasSubstr("it is no ONNX model"));
  std::ofstream(file()) << "These are no bytes of protobuf.";
  EXPECT_THAT(refusal_of_file(), HasSubstr("it is no ONNX model"));
  relu_model().write(file());
  fs::resize_file(file(), fs::file_size(file()) - 5);
  EXPECT_THAT(refusal_of_file(), HasSubstr("it is no ONNX model"));
  relu_model().write(file());
  OnnxOptions options;
  options.max_bytes = 20;
  EXPECT_THAT(refusal_of_file(options), HasSubstr("it is too large\n  expected: at most 20 bytes"));
}

} // namespace
} // namespace fovea
