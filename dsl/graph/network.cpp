#include <fovea/graph/network.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>
#include <set>

namespace fovea {

struct Network::State {
  std::string name;
  SourceLocation location;
  std::vector<ValueInfo> values;
  std::vector<NodeInfo> nodes;
  std::vector<int> inputs, parameters;
  std::vector<OutputInfo> outputs;
  std::map<int, WeightData> weights; // by value number
  std::set<std::string> layers, input_names, parameter_names, output_names;
  std::map<std::string, int> counts; // layers so far without a name, by op
  std::string prefix;                // of the open scopes: "layer1.0."

  int add(ValueInfo info) {
    values.push_back(std::move(info));
    return static_cast<int>(values.size()) - 1;
  }

  std::string fresh_layer(const std::string& op) const {
    auto known = counts.find(prefix + op);
    for (int count = known == counts.end() ? 1 : known->second + 1;; ++count) {
      std::string name = count == 1 ? op : fmt::format("{}_{}", op, count);
      if (!layers.count(prefix + name))
        return name;
    }
  }

  int add_parameter(const TensorType& type, const std::string& full, SourceLocation where) {
    parameter_names.insert(full);
    return parameters.emplace_back(add({type, full, -1, 0, true, where}));
  }
};

namespace {

[[noreturn]] void fail_twice(const char* kind, const std::string& name, SourceLocation where) {
  throw Error({.what = fmt::format("{} '{}' exists already", kind, name),
               .where = where,
               .expected = fmt::format("{} names that occur once", kind),
               .got = fmt::format("'{}' twice", name),
               .hint = "choose another name"});
}

void check_type(const char* kind, const std::string& name, const TensorType& type,
                SourceLocation where) {
  if (const ShapeError error = check_operand(type, 0, max_rank); error.what)
    throw Error(
        {.what = fmt::format("{} '{}': {}", kind, name, render(error.what, error, type.shape)),
         .where = where,
         .expected = render(error.expected, error, type.shape),
         .got = render(error.got, error, type.shape),
         .hint = render(error.hint, error, type.shape)});
}

} // namespace

Network::Network(std::string name, SourceLocation location) : state_(std::make_shared<State>()) {
  state_->name = std::move(name);
  state_->location = location;
}

Tensor<> Network::input(const std::string& name, const Shape& shape, DType dtype,
                        SourceLocation location) {
  const TensorType type{dtype, shape};
  check_type("input", name, type, location);
  if (!state_->input_names.insert(name).second)
    fail_twice("input", name, location);
  const int value = state_->add({type, name, -1, 0, false, location});
  state_->inputs.push_back(value);
  return {state_, value};
}

Tensor<> Network::parameter(const std::string& name, const Shape& shape, DType dtype,
                            SourceLocation location) {
  const TensorType type{dtype, shape};
  const std::string full = state_->prefix + name;
  check_type("weight", full, type, location);
  if (state_->parameter_names.count(full))
    fail_twice("weight", full, location);
  return {state_, state_->add_parameter(type, full, location)};
}

void Network::output(const std::string& name, const Tensor<>& tensor, SourceLocation location) {
  if (tensor.state_ != state_)
    throw Error({.what = fmt::format("output '{}': the tensor is not of this network", name),
                 .where = location,
                 .expected = fmt::format("a tensor of network '{}'", state_->name),
                 .got = tensor.state_ ? fmt::format("one of network '{}'", tensor.state_->name)
                                      : "an empty tensor",
                 .hint = "build the tensor from this network's inputs"});
  if (!state_->output_names.insert(name).second)
    fail_twice("output", name, location);
  state_->outputs.push_back({name, tensor.value()});
}

// "conv 'layer1.conv2'"
static std::string title_of(const NodeInfo& node) {
  return fmt::format("{} '{}'", node.op->name(), node.layer);
}

// Notes the values' numbers in `node`; gives their types.
Types Network::collect_operands(NodeInfo& node, const std::vector<Tensor<>>& operands) const {
  Types types;
  for (const Tensor<>& operand : operands) {
    if (operand.state_ != state_)
      throw Error({.what = fmt::format("{}: its inputs are of different networks", title_of(node)),
                   .where = node.location,
                   .expected = fmt::format("tensors of network '{}'", state_->name),
                   .got = operand.state_ ? fmt::format("one of network '{}'", operand.state_->name)
                                         : "an empty tensor"});
    types.push_back(operand.type());
    node.operands.push_back(operand.value());
  }
  return types;
}

// The types of the node's results for all of its operands, weights included.
Inferred Network::infer(const NodeInfo& node, const Types& operands) const {
  if (state_->layers.count(node.layer))
    fail_twice("layer", node.layer, node.location);
  Inferred inferred = node.op->infer(operands);
  if (inferred.ok())
    return inferred;
  const ShapeError& error = inferred.error;
  const Shape shape = operands.empty() ? Shape{} : operands[0].shape;
  const std::string before = node.operands.empty() ? "" : trail(node.operands[0]) + " -> ";
  throw Error({.what = fmt::format("{}: {}", title_of(node), render(error.what, error, shape)),
               .where = node.location,
               .expected = render(error.expected, error, shape),
               .got = render(error.got, error, shape),
               .detail = "input " + to_string(shape),
               .hint = render(error.hint, error, shape),
               .trail = before + node.layer});
}

// Its operands are known, and everything is checked.
std::vector<Tensor<>> Network::add_node(NodeInfo node, const Inferred& inferred) {
  State& state = *state_;
  state.layers.insert(node.layer);
  const int number = static_cast<int>(state.nodes.size());
  std::vector<Tensor<>> results;
  for (size_t k = 0; k < inferred.results.size(); ++k) {
    const int value = state.add(
        {inferred.results[k], node.layer, number, static_cast<int>(k), false, node.location});
    node.results.push_back(value);
    results.push_back({state_, value});
  }
  state.nodes.push_back(std::move(node));
  return results;
}

std::vector<Tensor<>> Network::apply(OpPtr op, const std::vector<Tensor<>>& inputs,
                                     const std::string& layer, SourceLocation location) {
  State& state = *state_;
  // Operators and ops without parentheses have no place to record their line; their input's is
  // near.
  if (!location.known() && !inputs.empty() && inputs[0].state_ == state_)
    location = state.values[static_cast<size_t>(inputs[0].value())].location;
  const std::string local = layer.empty() ? state.fresh_layer(op->layer_name()) : layer;
  NodeInfo node{op, state.prefix + local, {}, {}, location};
  const Types types = collect_operands(node, inputs);
  if (op->inputs() >= 0 ? static_cast<int>(inputs.size()) != op->inputs() : inputs.empty())
    throw Error({.what = fmt::format("{}: wrong number of inputs", title_of(node)),
                 .where = location,
                 .expected = op->inputs() < 0 ? "one or more" : std::to_string(op->inputs()),
                 .got = std::to_string(inputs.size())});

  const Parameters parameters = op->parameters(types);
  Types all = types;
  for (const Parameter& parameter : parameters)
    all.push_back(parameter.type);
  const Inferred inferred = infer(node, all);
  const auto weight_name = [&](const Parameter& parameter) {
    return node.layer + "." + parameter.suffix;
  };
  for (const Parameter& parameter : parameters)
    if (state.parameter_names.count(weight_name(parameter)))
      fail_twice("weight", weight_name(parameter), location);

  // Everything is checked: now the graph changes.
  for (const Parameter& parameter : parameters)
    node.operands.push_back(state.add_parameter(parameter.type, weight_name(parameter), location));
  if (layer.empty())
    ++state.counts[state.prefix + op->layer_name()];
  if (OpPtr expanded = op->expanded(types))
    node.op = expanded;
  return add_node(std::move(node), inferred);
}

std::vector<Tensor<>> Network::apply_to_operands(OpPtr op, const std::vector<Tensor<>>& operands,
                                                 const std::string& layer,
                                                 SourceLocation location) {
  NodeInfo node{op, layer, {}, {}, location};
  const Types types = collect_operands(node, operands);
  size_t wanted = std::max<size_t>(operands.size(), 1); // of an op with any number
  if (op->inputs() >= 0) {
    wanted = static_cast<size_t>(op->inputs());
    Types inputs;
    for (size_t k = 0; k < types.size() && k < wanted; ++k)
      inputs.push_back(types[k]);
    if (inputs.size() == wanted)
      wanted += op->parameters(inputs).size();
  }
  if (operands.size() != wanted)
    throw Error({.what = fmt::format("{}: wrong number of operands", title_of(node)),
                 .where = location,
                 .expected = std::to_string(wanted),
                 .got = std::to_string(operands.size())});
  return add_node(std::move(node), infer(node, types));
}

std::string Network::trail(int value) const {
  std::vector<const std::string*> names; // from the value to an input; a loop: chains are long
  for (;;) {
    const ValueInfo& info = state_->values[static_cast<size_t>(value)];
    names.push_back(&info.name);
    if (info.node < 0 || state_->nodes[static_cast<size_t>(info.node)].operands.empty())
      break;
    value = state_->nodes[static_cast<size_t>(info.node)].operands[0];
  }
  std::string text = *names.back();
  for (size_t k = names.size() - 1; k-- > 0;)
    text += " -> " + *names[k];
  return text;
}

void Network::set_weight(const std::string& name, const void* data, size_t bytes,
                         SourceLocation location) {
  for (int value : state_->parameters) {
    const ValueInfo& info = state_->values[static_cast<size_t>(value)];
    if (info.name != name)
      continue;
    const auto wanted = static_cast<size_t>(info.type.bytes());
    if (bytes != wanted)
      throw Error({.what = fmt::format("weight '{}' has the wrong size", name),
                   .where = location,
                   .expected = fmt::format("{} bytes ({})", wanted, to_string(info.type)),
                   .got = fmt::format("{} bytes", bytes)});
    auto copy = std::shared_ptr<char[]>(new char[wanted]);
    std::memcpy(copy.get(), data, wanted);
    set_weight(value, {copy, copy.get()});
    return;
  }
  throw Error({.what = fmt::format("network '{}' has no weight '{}'", state_->name, name),
               .where = location,
               .hint = "summary(network) lists the layers; a weight is named layer.weight"});
}

void Network::set_weight(int parameter_value, WeightData data) {
  state_->weights[parameter_value] = std::move(data);
}

void Network::randomize(uint64_t seed) {
  std::mt19937_64 engine(seed);
  for (int value : state_->parameters) {
    const ValueInfo& info = state_->values[static_cast<size_t>(value)];
    if (state_->weights[value].data || info.type.dtype != DType::f32)
      continue;
    const Shape& shape = info.type.shape;
    const int64_t count = shape.elements();
    const int64_t fan_in = shape.rank() > 1 ? count / shape[0] : 1;
    // Variances must be positive; everything else is centred.
    const bool variance = info.name.ends_with("running_var");
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    std::uniform_real_distribution<double> values(variance ? 0.5 : -bound, variance ? 1.5 : bound);
    auto data = std::shared_ptr<float[]>(new float[static_cast<size_t>(count)]);
    for (int64_t k = 0; k < count; ++k)
      data[k] = static_cast<float>(values(engine));
    set_weight(value, {data, data.get()});
  }
}

const std::string& Network::name() const {
  return state_->name;
}
const std::vector<ValueInfo>& Network::values() const {
  return state_->values;
}
const std::vector<NodeInfo>& Network::nodes() const {
  return state_->nodes;
}
const std::vector<int>& Network::inputs() const {
  return state_->inputs;
}
const std::vector<int>& Network::parameters() const {
  return state_->parameters;
}
const std::vector<OutputInfo>& Network::outputs() const {
  return state_->outputs;
}
const WeightData& Network::weight(int parameter_value) const {
  static const WeightData none;
  auto place = state_->weights.find(parameter_value);
  return place == state_->weights.end() ? none : place->second;
}

Network::Scope::Scope(const Network& network, const std::string& name)
    : state_(network.state_), previous_(network.state_->prefix.size()) {
  state_->prefix += name + ".";
}
Network::Scope::~Scope() {
  state_->prefix.resize(previous_);
}

const TensorType& Tensor<-1>::type() const {
  network(); // throws where there is none
  return state_->values[static_cast<size_t>(value_)].type;
}

Network Tensor<-1>::network() const {
  if (!state_)
    throw Error({.what = "a tensor is used before it has a value",
                 .hint = "tensors come from Network::input and from blocks applied to tensors"});
  return Network(state_);
}

Definition definition_of(const Network& network) {
  std::vector<Operand> operands;
  std::map<int, Stage::Source> sources; // value number -> where it comes from
  for (const auto* list : {&network.inputs(), &network.parameters()})
    for (int value : *list) {
      const ValueInfo& info = network.values()[static_cast<size_t>(value)];
      sources[value] = {static_cast<int>(operands.size()), -1, 0};
      operands.push_back({info.name, info.type});
    }
  std::vector<Stage> stages;
  for (const NodeInfo& node : network.nodes()) {
    Types types;
    Stage stage;
    for (int operand : node.operands) {
      types.push_back(network.values()[static_cast<size_t>(operand)].type);
      stage.sources.push_back(sources[operand]);
    }
    stage.definition = node.op->definition(types);
    for (size_t k = 0; k < node.results.size(); ++k)
      sources[node.results[k]] = {-1, static_cast<int>(stages.size()), static_cast<int>(k)};
    stages.push_back(std::move(stage));
  }
  std::vector<StageResult> results;
  for (const OutputInfo& output : network.outputs()) {
    const Stage::Source source = sources[output.value];
    if (source.stage < 0)
      throw Error({.what = fmt::format("output '{}' is an input or a weight itself", output.name),
                   .hint = "a definition's results are computed"});
    results.push_back({source.stage, source.result});
  }
  return compose(network.name(), operands, stages, results);
}

} // namespace fovea
