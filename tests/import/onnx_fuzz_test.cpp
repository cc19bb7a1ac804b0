// Models damaged at random, in their bytes and in what they say: each is read or refused by an
// Error, within bounds of memory and time. FOVEA_TEST_ALL=1 runs 20,000 cases; so do the presets
// with sanitizers, which see what does not crash.
#include "onnx_models.hpp"

#include "compiler/import/onnx/import_onnx.hpp"

#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sys/resource.h>
#include <unistd.h>

namespace fovea {
namespace {

namespace fs = std::filesystem;
namespace onnx = ::onnx;
using testing::OnnxModel;
using testing::set;

// --- models without fault ---------------------------------------------------------------------

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

// --- damage -----------------------------------------------------------------------------------

using Engine = std::mt19937_64;

size_t below(Engine& engine, size_t count) {
  return engine() % count;
}

int64_t wild(Engine& engine) {
  constexpr int64_t largest = std::numeric_limits<int64_t>::max();
  const int64_t values[] = {0,
                            1,
                            -1,
                            2,
                            3,
                            7,
                            -2,
                            64,
                            13,
                            65,
                            1 << 20,
                            largest / 2,
                            largest,
                            -largest - 1,
                            int64_t{1} << 31,
                            int64_t{1} << 40,
                            -(int64_t{1} << 33)};
  return values[below(engine, std::size(values))];
}

void damage_tensor(onnx::TensorProto& tensor, Engine& engine) {
  switch (below(engine, 5)) {
  case 0:
    if (tensor.dims_size() > 0)
      tensor.set_dims(static_cast<int>(below(engine, static_cast<size_t>(tensor.dims_size()))),
                      wild(engine));
    return;
  case 1:
    return tensor.add_dims(wild(engine));
  case 2:
    return tensor.set_data_type(static_cast<int>(below(engine, 24)));
  case 3:
    if (tensor.int64_data_size() > 0)
      tensor.set_int64_data(
          static_cast<int>(below(engine, static_cast<size_t>(tensor.int64_data_size()))),
          wild(engine));
    return;
  default:
    tensor.set_raw_data(std::string(below(engine, 70), 'x'));
  }
}

void damage_node(onnx::NodeProto& node, const onnx::GraphProto& graph, Engine& engine) {
  static const char* const ops[] = {"Conv",   "Reshape", "Pad",      "Concat",  "Gemm",
                                    "Slice",  "Resize",  "Split",    "Softmax", "Tile",
                                    "Gather", "LSTM",    "Unsqueeze"};
  const auto some_input = [&] {
    return node.input_size() > 0
               ? static_cast<int>(below(engine, static_cast<size_t>(node.input_size())))
               : -1;
  };
  const int input = some_input();
  switch (below(engine, 6)) {
  case 0:
    return node.set_op_type(ops[below(engine, std::size(ops))]);
  case 1: // another value, perhaps a later one, or none
    if (input >= 0)
      node.set_input(
          input,
          below(engine, 4)
              ? graph.node(static_cast<int>(below(engine, static_cast<size_t>(graph.node_size()))))
                    .output(0)
              : "");
    return;
  case 2:
    if (input >= 0)
      node.mutable_input()->RemoveLast();
    return;
  case 3:
    return node.add_output("more" + std::to_string(below(engine, 3)));
  default:
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      attribute.set_i(wild(engine));
      for (int k = 0; k < attribute.ints_size(); ++k)
        if (below(engine, 2))
          attribute.set_ints(k, wild(engine));
      if (below(engine, 4) == 0)
        attribute.add_ints(wild(engine));
    }
  }
}

void damage(onnx::ModelProto& model, Engine& engine) {
  onnx::GraphProto& graph = *model.mutable_graph();
  switch (below(engine, 4)) {
  case 0:
    return damage_tensor(*graph.mutable_initializer(static_cast<int>(
                             below(engine, static_cast<size_t>(graph.initializer_size())))),
                         engine);
  case 1: {
    auto& shape = *graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    if (below(engine, 3) == 0)
      shape.add_dim()->set_dim_value(wild(engine));
    else
      shape.mutable_dim(static_cast<int>(below(engine, static_cast<size_t>(shape.dim_size()))))
          ->set_dim_value(wild(engine));
    return;
  }
  case 2:
    if (below(engine, 6) == 0)
      return model.mutable_opset_import(0)->set_version(static_cast<int>(below(engine, 30)));
    [[fallthrough]];
  default:
    damage_node(*graph.mutable_node(
                    static_cast<int>(below(engine, static_cast<size_t>(graph.node_size())))),
                graph, engine);
  }
}

std::string damaged(const std::vector<OnnxModel>& models, Engine& engine) {
  onnx::ModelProto model = OnnxModel(models[below(engine, models.size())]).proto();
  const bool in_bytes = below(engine, 3) == 0;
  for (size_t k = in_bytes ? 0 : 1 + below(engine, 3); k > 0; --k)
    damage(model, engine);
  std::string bytes = model.SerializeAsString();
  for (size_t k = in_bytes ? 1 + below(engine, 6) : 0; k > 0; --k)
    bytes[below(engine, bytes.size())] = static_cast<char>(engine());
  if (in_bytes && below(engine, 4) == 0)
    bytes.resize(below(engine, bytes.size()));
  return bytes;
}

// --- the test ---------------------------------------------------------------------------------

uint64_t seed() {
  const char* text = std::getenv("FOVEA_TEST_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 1;
}

int64_t peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(OnnxFuzz, DamagedModelsAreReadOrRefused) {
  constexpr int cases = 20'000;
  constexpr int64_t most_kilobytes = 1 << 20; // a constant may have 2^24 elements, eight bytes each
  constexpr double most_seconds = 10;         // of one case
  const std::vector<OnnxModel> models = {convolutions(), shapes(), sums(), images()};
  const fs::path file =
      fs::temp_directory_path() / ("fovea-test-fuzz-" + std::to_string(getpid()) + ".onnx");
  int read = 0, refused = 0;
  for (const OnnxModel& model : models) { // all well before they are damaged
    model.write(file);
    ASSERT_NO_THROW(import::import_onnx(file, {}, {}));
  }
  for (int number = 0; number < cases; ++number) {
    SCOPED_TRACE("FOVEA_TEST_SEED=" + std::to_string(seed()) + ", case " + std::to_string(number));
    Engine engine(seed() * 1'000'003 + static_cast<uint64_t>(number));
    std::ofstream(file, std::ios::binary) << damaged(models, engine);
    const auto begin = std::chrono::steady_clock::now();
    try {
      import::import_onnx(file, {}, {});
      ++read;
    } catch (const Error&) {
      ++refused;
    } // anything else fails the test
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    ASSERT_LT(seconds.count(), most_seconds);
    ASSERT_LT(peak_kilobytes(), most_kilobytes);
  }
  fs::remove(file);
  EXPECT_GT(read, cases / 50); // not everything is refused at the door
  EXPECT_GT(refused, cases / 4);
}

} // namespace
} // namespace fovea
