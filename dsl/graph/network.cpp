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
  std::set<std::string> layers;
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

  bool name_taken(const std::vector<int>& list, const std::string& wanted) const {
    return std::any_of(list.begin(), list.end(), [&](int value) {
      return values[static_cast<size_t>(value)].name == wanted;
    });
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
  if (state_->name_taken(state_->inputs, name))
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
  if (state_->name_taken(state_->parameters, full))
    fail_twice("weight", full, location);
  const int value = state_->add({type, full, -1, 0, true, location});
  state_->parameters.push_back(value);
  return {state_, value};
}

void Network::output(const std::string& name, const Tensor<>& tensor, SourceLocation location) {
  if (tensor.state_ != state_)
    throw Error({.what = fmt::format("output '{}': the tensor is not of this network", name),
                 .where = location,
                 .expected = fmt::format("a tensor of network '{}'", state_->name),
                 .got = tensor.state_ ? fmt::format("one of network '{}'", tensor.state_->name)
                                      : "an empty tensor",
                 .hint = "build the tensor from this network's inputs"});
  for (const OutputInfo& output : state_->outputs)
    if (output.name == name)
      fail_twice("output", name, location);
  state_->outputs.push_back({name, tensor.value()});
}

std::vector<Tensor<>> Network::apply(OpPtr op, const std::vector<Tensor<>>& inputs,
                                     const std::string& layer, SourceLocation location) {
  State& state = *state_;
  // Operators and ops without parentheses have no place to record their line; their input's is
  // near.
  if (!location.known() && !inputs.empty() && inputs[0].state_ == state_)
    location = state.values[static_cast<size_t>(inputs[0].value())].location;
  const std::string local = layer.empty() ? state.fresh_layer(op->layer_name()) : layer;
  const std::string full = state.prefix + local;
  const std::string title = fmt::format("{} '{}'", op->name(), full);

  Types types;
  std::vector<int> operands;
  for (const Tensor<>& input : inputs) {
    if (input.state_ != state_)
      throw Error({.what = fmt::format("{}: its inputs are of different networks", title),
                   .where = location,
                   .expected = fmt::format("tensors of network '{}'", state.name),
                   .got = input.state_ ? fmt::format("one of network '{}'", input.state_->name)
                                       : "an empty tensor"});
    types.push_back(input.type());
    operands.push_back(input.value());
  }
  if (op->inputs() >= 0 ? static_cast<int>(inputs.size()) != op->inputs() : inputs.empty())
    throw Error({.what = fmt::format("{}: wrong number of inputs", title),
                 .where = location,
                 .expected = op->inputs() < 0 ? "one or more" : std::to_string(op->inputs()),
                 .got = std::to_string(inputs.size())});
  if (state.layers.count(full))
    fail_twice("layer", full, location);

  const Parameters parameters = op->parameters(types);
  Types all = types;
  for (const Parameter& parameter : parameters)
    all.push_back(parameter.type);
  const Inferred inferred = op->infer(all);
  if (!inferred.ok()) {
    const ShapeError& error = inferred.error;
    const Shape& shape = types[0].shape;
    throw Error({.what = fmt::format("{}: {}", title, render(error.what, error, shape)),
                 .where = location,
                 .expected = render(error.expected, error, shape),
                 .got = render(error.got, error, shape),
                 .detail = "input " + to_string(shape),
                 .hint = render(error.hint, error, shape),
                 .trail = trail(inputs[0].value()) + " -> " + full});
  }

  const auto weight_name = [&](const Parameter& parameter) {
    return full + "." + parameter.suffix;
  };
  for (const Parameter& parameter : parameters)
    if (state.name_taken(state.parameters, weight_name(parameter)))
      fail_twice("weight", weight_name(parameter), location);

  // Everything is checked: now the graph changes.
  for (const Parameter& parameter : parameters) {
    const int value = state.add({parameter.type, weight_name(parameter), -1, 0, true, location});
    state.parameters.push_back(value);
    operands.push_back(value);
  }
  state.layers.insert(full);
  if (layer.empty())
    ++state.counts[state.prefix + op->layer_name()];
  NodeInfo node{op, full, operands, {}, location};
  if (OpPtr expanded = op->expanded(types))
    node.op = expanded;
  const int number = static_cast<int>(state.nodes.size());
  std::vector<Tensor<>> results;
  for (size_t k = 0; k < inferred.results.size(); ++k) {
    const int value =
        state.add({inferred.results[k], full, number, static_cast<int>(k), false, location});
    node.results.push_back(value);
    results.push_back({state_, value});
  }
  state.nodes.push_back(std::move(node));
  return results;
}

std::string Network::trail(int value) const {
  const ValueInfo& info = state_->values[static_cast<size_t>(value)];
  if (info.node < 0)
    return info.name;
  const NodeInfo& node = state_->nodes[static_cast<size_t>(info.node)];
  return trail(node.operands[0]) + " -> " + node.layer;
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
