#include "damage.hpp"

#include <limits>

namespace fovea::testing {
namespace {

OnnxModel convolutions() {
  OnnxModel m;
  m.input("x", {1, 4, 9, 9});
  m.floats("w", {6, 2, 3, 3}, std::vector<float>(108, 0.5f));
  m.floats("b", {6}, std::vector<float>(6, 1));
  auto& conv = m.node("Conv", {"x", "w", "b"}, {"c"}, "/net/conv");
  set(conv, "group", 2);
  set(conv, "pads", std::vector<int64_t>{1, 1, 0, 2});
  set(conv, "strides", std::vector<int64_t>{2, 1});
  m.node("Relu", {"c"}, {"r"});
  auto& pool = m.node("MaxPool", {"r"}, {"p"});
  set(pool, "kernel_shape", std::vector<int64_t>{2, 2});
  set(pool, "ceil_mode", 1);
  m.floats("t", {6, 2, 2, 2}, std::vector<float>(48, 0.1f));
  auto& up = m.node("ConvTranspose", {"p", "t"}, {"u"});
  set(up, "strides", std::vector<int64_t>{2, 2});
  set(up, "output_shape", std::vector<int64_t>{8, 18});
  m.node("GlobalAveragePool", {"u"}, {"g"});
  set(m.node("Flatten", {"g"}, {"y"}), "axis", 1);
  m.output("y");
  return m;
}

OnnxModel shapes() {
  OnnxModel m;
  m.input("x", {2, 3, 4});
  m.integers("i", {1}, {0});
  m.integers("rest", {1}, {-1});
  m.integers("pads", {4}, {0, 1, 0, 2});
  m.node("Shape", {"x"}, {"s"});
  set(m.node("Gather", {"s", "i"}, {"n"}), "axis", 0);
  set(m.node("Concat", {"n", "rest"}, {"to"}), "axis", 0);
  m.node("Reshape", {"x", "to"}, {"flat"});
  m.node("Pad", {"flat", "pads"}, {"padded"});
  m.integers("split", {2}, {5, 10});
  set(m.node("Split", {"padded", "split"}, {"a", "b"}), "axis", 1);
  m.integers("starts", {1}, {-1});
  m.integers("ends", {1}, {std::numeric_limits<int64_t>::min()});
  m.integers("axes", {1}, {1});
  m.integers("steps", {1}, {-2});
  m.node("Slice", {"b", "starts", "ends", "axes", "steps"}, {"back"});
  m.integers("repeats", {2}, {2, 3});
  m.node("Tile", {"a", "repeats"}, {"tiled"});
  set(m.node("Transpose", {"tiled"}, {"turned"}), "perm", std::vector<int64_t>{1, 0});
  m.node("Unsqueeze", {"turned", "axes"}, {"deep"});
  m.node("ConstantOfShape", {"s"}, {"zeros"});
  m.node("Expand", {"i", "s"}, {"wide"});
  m.output("back");
  m.output("deep");
  m.output("zeros");
  return m;
}

OnnxModel sums() {
  OnnxModel m;
  m.input("x", {3, 8});
  m.floats("w", {5, 8}, std::vector<float>(40, 0.25f));
  m.floats("b", {5}, std::vector<float>(5, 1));
  set(m.node("Gemm", {"x", "w", "b"}, {"g"}), "transB", 1);
  m.integers("axes", {1}, {-1});
  m.node("ReduceSum", {"g", "axes"}, {"sum"});
  set(m.node("Softmax", {"g"}, {"soft"}), "axis", -1);
  set(m.node("ArgMax", {"g"}, {"arg"}), "axis", 1);
  m.node("Div", {"soft", "sum"}, {"q"});
  m.floats("low", {}, {0});
  m.node("Clip", {"q", "low"}, {"y"});
  m.output("y");
  m.output("arg");
  return m;
}

OnnxModel images() {
  OnnxModel m;
  m.input("x", {1, 4, 6, 6});
  m.floats("none", {0}, {});
  m.floats("scales", {4}, {1, 1, 1.5f, 2});
  m.node("Resize", {"x", "none", "scales"}, {"r"});
  set(m.node("DepthToSpace", {"r"}, {"d"}), "blocksize", 2);
  set(m.node("LRN", {"d"}, {"l"}), "size", 3);
  m.floats("s", {1}, {1});
  m.node("InstanceNormalization", {"l", "s", "s"}, {"y"});
  m.output("y");
  return m;
}

OnnxModel places() {
  OnnxModel m;
  m.proto().mutable_opset_import(0)->set_version(20);
  m.input("x", {1, 2, 5, 5});
  m.input("offsets", {1, 18, 4, 4});
  m.input("mask", {1, 9, 4, 4});
  m.floats("w", {3, 2, 3, 3}, std::vector<float>(54, 0.5f));
  m.floats("b", {3}, std::vector<float>(3, 1));
  auto& conv = m.node("DeformConv", {"x", "w", "offsets", "b", "mask"}, {"c"});
  set(conv, "pads", std::vector<int64_t>{1, 1, 0, 0});
  set(conv, "offset_group", 1);
  m.floats("grid", {1, 2, 2, 2}, {-1, -0.5f, 0, 0.3f, 0.9f, 1, 1.5f, 0});
  auto& sample = m.node("GridSample", {"c", "grid"}, {"s"});
  set(sample, "align_corners", 1);
  onnx::AttributeProto& padding = *sample.add_attribute();
  padding.set_name("padding_mode");
  padding.set_type(onnx::AttributeProto::STRING);
  padding.set_s("reflection");
  m.integers("columns", {3}, {1, 12, 1});
  m.node("Reshape", {"s", "columns"}, {"flat"});
  m.integers("image", {2}, {2, 2});
  m.integers("block", {2}, {2, 2});
  m.node("Col2Im", {"flat", "image", "block"}, {"y"});
  m.output("y");
  return m;
}

} // namespace

std::vector<OnnxModel> sound_models() {
  return {convolutions(), shapes(), sums(), images(), places()};
}

} // namespace fovea::testing
