#include "damage.hpp"

#include <iterator>
#include <limits>

namespace fovea::testing {
namespace {

using Engine = std::mt19937_64;

// The same on every platform, unlike the standard distributions.
size_t below(Engine& engine, size_t count) {
  return engine() % count;
}
template <class List>
const auto& one_of(Engine& engine, const List& list) {
  return list[below(engine, std::size(list))];
}
template <class Repeated>
auto& any(Engine& engine, Repeated& list) {
  return *list.Mutable(static_cast<int>(below(engine, static_cast<size_t>(list.size()))));
}

int64_t wild(Engine& engine) {
  constexpr int64_t largest = std::numeric_limits<int64_t>::max();
  static constexpr int64_t values[] = {0,
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
  return one_of(engine, values);
}

float wild_number(Engine& engine) {
  using Limits = std::numeric_limits<float>;
  static constexpr float values[] = {
      0, -1, 1e-30f, -0.0f, Limits::max(), -Limits::max(), Limits::infinity(), Limits::quiet_NaN()};
  return one_of(engine, values);
}

// --- tensors ---

// Weights that lie, it says, in another file.
void move_elsewhere(onnx::TensorProto& tensor, Engine& engine) {
  static const char* const places[] = {"weights.bin",
                                       "../secret.bin",
                                       "inside/../../secret.bin",
                                       "/etc/passwd",
                                       "/dev/zero",
                                       ".",
                                       "..",
                                       "",
                                       "absent.bin"};
  static const char* const numbers[] = {
      "0", "4", "24", "4294967296", "9223372036854775807", "-1", "1e3", "99999999999999999999", ""};
  const auto say = [&](const char* key, const std::string& value) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  say("location", one_of(engine, places));
  if (below(engine, 2))
    say("offset", one_of(engine, numbers));
  if (below(engine, 2)) {
    int64_t elements = 1; // as it should be
    for (const int64_t extent : tensor.dims())
      elements =
          static_cast<int64_t>(static_cast<uint64_t>(elements) * static_cast<uint64_t>(extent));
    say("length", below(engine, 2)
                      ? std::to_string(elements > 0 && elements < 1 << 20 ? 4 * elements : 4)
                      : one_of(engine, numbers));
  }
}

// Contents that are not there.
void announce_gigabytes(onnx::TensorProto& tensor, Engine& engine) {
  tensor.clear_dims();
  for (size_t rank = 1 + below(engine, 4); rank > 0; --rank)
    tensor.add_dims(int64_t{1} << (8 + below(engine, 24)));
  if (below(engine, 2)) {
    tensor.clear_float_data();
    tensor.clear_int64_data();
  }
}

void damage_tensor(onnx::TensorProto& tensor, Engine& engine) {
  switch (below(engine, 7)) {
  case 0:
    if (tensor.dims_size() > 0)
      any(engine, *tensor.mutable_dims()) = wild(engine);
    return;
  case 1:
    return tensor.add_dims(wild(engine));
  case 2:
    return tensor.set_data_type(static_cast<int>(below(engine, 24)));
  case 3:
    if (tensor.int64_data_size() > 0)
      any(engine, *tensor.mutable_int64_data()) = wild(engine);
    return;
  case 4:
    return move_elsewhere(tensor, engine);
  case 5:
    return announce_gigabytes(tensor, engine);
  default:
    tensor.set_raw_data(std::string(below(engine, 70), 'x'));
  }
}

// --- nodes ---

void damage_attribute(onnx::AttributeProto& attribute, Engine& engine) {
  static const char* const texts[] = {"", "SAME_UPPER", "linear", "\xff\xfe", "%s%n"};
  attribute.set_i(wild(engine));
  attribute.set_f(wild_number(engine));
  for (int64_t& entry : *attribute.mutable_ints())
    if (below(engine, 2))
      entry = wild(engine);
  if (below(engine, 4) == 0)
    attribute.add_ints(wild(engine));
  if (below(engine, 8) == 0)
    attribute.mutable_ints()->Resize(static_cast<int>(below(engine, 1 << 16)), 1);
  if (below(engine, 8) == 0)
    attribute.set_s(one_of(engine, texts));
  if (below(engine, 8) == 0)
    attribute.set_type(static_cast<onnx::AttributeProto::AttributeType>(below(engine, 15)));
}

// Another value: perhaps a later one, its own result, one that nobody makes, or none.
std::string another_value(const onnx::NodeProto& node, const onnx::GraphProto& graph,
                          Engine& engine) {
  switch (below(engine, 6)) {
  case 0:
    return "";
  case 1:
    return "nowhere";
  case 2:
    return node.output_size() > 0 ? node.output(0) : "";
  default:
    const onnx::NodeProto& other =
        graph.node(static_cast<int>(below(engine, static_cast<size_t>(graph.node_size()))));
    return other.output_size() > 0 ? other.output(0) : "";
  }
}

void damage_node(onnx::NodeProto& node, const onnx::GraphProto& graph, Engine& engine) {
  static const char* const ops[] = {
      "Conv",    "Reshape", "Pad",       "Concat",  "Gemm",        "Slice",           "Resize",
      "Split",   "Softmax", "Tile",      "Gather",  "LSTM",        "Unsqueeze",       "Expand",
      "MaxPool", "LRN",     "ReduceSum", "Dropout", "AveragePool", "ConstantOfShape", "Cast"};
  static const char* const attributes[] = {
      "axis", "axes",  "pads", "strides",      "dilations", "kernel_shape", "group",    "perm",
      "mode", "shape", "size", "output_shape", "epsilon",   "blocksize",    "auto_pad", "to"};
  switch (below(engine, 7)) {
  case 0:
    return node.set_op_type(one_of(engine, ops));
  case 1:
  case 2:
    if (node.input_size() > 0)
      any(engine, *node.mutable_input()) = another_value(node, graph, engine);
    return;
  case 3:
    if (node.input_size() > 0)
      node.mutable_input()->RemoveLast();
    return;
  case 4:
    return node.add_output("more" + std::to_string(below(engine, 3)));
  case 5: {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(one_of(engine, attributes));
    attribute.set_type(static_cast<onnx::AttributeProto::AttributeType>(below(engine, 15)));
    return damage_attribute(attribute, engine);
  }
  default:
    for (onnx::AttributeProto& attribute : *node.mutable_attribute())
      damage_attribute(attribute, engine);
  }
}

// --- graphs ---

void damage_input(onnx::ValueInfoProto& input, Engine& engine) {
  auto& type = *input.mutable_type()->mutable_tensor_type();
  switch (below(engine, 6)) {
  case 0:
    return type.set_elem_type(static_cast<int>(below(engine, 24)));
  case 1:
    return type.mutable_shape()->mutable_dim(0)->clear_dim_value();
  case 2:
    return type.mutable_shape()->add_dim()->set_dim_value(wild(engine));
  default:
    any(engine, *type.mutable_shape()->mutable_dim()).set_dim_value(wild(engine));
  }
}

// Nodes in another order, twice or not at all; values that nobody makes.
void damage_order(onnx::GraphProto& graph, Engine& engine) {
  const auto place = [&](int count) {
    return static_cast<int>(below(engine, static_cast<size_t>(count)));
  };
  switch (below(engine, 5)) {
  case 0:
    return graph.mutable_node()->SwapElements(place(graph.node_size()), place(graph.node_size()));
  case 1: {
    const onnx::NodeProto copy = graph.node(place(graph.node_size()));
    *graph.add_node() = copy;
    return;
  }
  case 2:
    return graph.mutable_node()->DeleteSubrange(place(graph.node_size()), 1);
  case 3:
    return graph.mutable_initializer()->DeleteSubrange(place(graph.initializer_size()), 1);
  default:
    graph.mutable_output(0)->set_name("nowhere");
  }
}

void damage(onnx::ModelProto& model, Engine& engine) {
  onnx::GraphProto& graph = *model.mutable_graph();
  if (graph.initializer_size() == 0 || graph.node_size() == 0)
    return; // there was such damage before
  switch (below(engine, 8)) {
  case 0:
  case 1:
    return damage_tensor(any(engine, *graph.mutable_initializer()), engine);
  case 2:
    return damage_input(*graph.mutable_input(0), engine);
  case 3:
    return damage_order(graph, engine);
  case 4:
    if (below(engine, 6) == 0)
      return model.mutable_opset_import(0)->set_version(static_cast<int>(below(engine, 30)));
    [[fallthrough]];
  default:
    damage_node(any(engine, *graph.mutable_node()), graph, engine);
  }
}

} // namespace

std::string damaged(const std::vector<OnnxModel>& models, Engine& engine) {
  onnx::ModelProto model = OnnxModel(one_of(engine, models)).proto();
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

} // namespace fovea::testing
