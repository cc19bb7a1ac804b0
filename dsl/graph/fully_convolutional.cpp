#include "dsl/graph/remake.hpp"

#include <fovea/graph/fully_convolutional.hpp>
#include <fovea/ops/conv.hpp>
#include <fovea/ops/gemm.hpp>
#include <fovea/ops/log_softmax.hpp>
#include <fovea/ops/softmax.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace fovea {
namespace {

// How a value [batch, features] stands in the new network: as the map [batch, c, places...] whose
// elements are its features.
struct FeatureMap {
  Shape shape;              // [c, places...] in the old network
  std::set<size_t> origins; // the nodes that flattened it
  bool is_one_place() const {
    return std::all_of(shape.begin() + 1, shape.end(), [](int64_t extent) { return extent == 1; });
  }
};

// What becomes of a node.
enum class Step { kept, left_out, convolution, along_channels };

// Which layers become convolutions.
class Plan {
 public:
  explicit Plan(const Network& network) : network_(network), uses_(network.values().size()) {
    for (const NodeInfo& node : network.nodes())
      for (const int operand : node.operands)
        ++uses_[static_cast<size_t>(operand)];
    while (!try_all()) // each time with one flattening less
      ;
  }
  Step step(size_t node) const { return steps_[node]; }
  bool has_convolutions() const {
    return std::count(steps_.begin(), steps_.end(), Step::convolution) > 0;
  }
  // [n, c, places...] of the weight of a convolution; nothing of another value.
  std::optional<Shape> weight_shape(size_t value) const {
    const auto found = weights_.find(static_cast<int>(value));
    return found == weights_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  // False where a map goes into a layer that needs features: its flattening is `plain_` then.
  bool try_all() {
    maps_.assign(network_.values().size(), std::nullopt);
    steps_.assign(network_.nodes().size(), Step::kept);
    weights_.clear();
    for (size_t n = 0; n < steps_.size(); ++n)
      if (!plan(n))
        return give_up(network_.nodes()[n].operands);
    for (const OutputInfo& output : network_.outputs())
      if (const auto& map = maps_[static_cast<size_t>(output.value)]; map && !map->is_one_place())
        return give_up({output.value});
    return true;
  }

  bool give_up(const std::vector<int>& values) {
    for (const int value : values)
      if (const auto& map = maps_[static_cast<size_t>(value)])
        plain_.insert(map->origins.begin(), map->origins.end());
    return false;
  }

  const Shape& shape_of(int value) const {
    return network_.values()[static_cast<size_t>(value)].type.shape;
  }
  bool is_parameter(int value) const {
    return network_.values()[static_cast<size_t>(value)].is_parameter;
  }

  bool plan(size_t n) {
    const NodeInfo& node = network_.nodes()[n];
    const std::string op = node.op->name();
    const bool moves_nothing = op == "flatten" || op == "reshape";
    const bool has_maps = std::any_of(node.operands.begin(), node.operands.end(), [&](int operand) {
      return maps_[static_cast<size_t>(operand)].has_value();
    });
    if (node.operands.empty() || node.results.size() != 1)
      return !has_maps;
    const Shape &x = shape_of(node.operands[0]), &z = shape_of(node.results[0]);
    if (!has_maps) {
      if (moves_nothing && x.rank() >= 3 && x.rank() <= 5 && z.rank() == 2 && z[0] == x[0] &&
          !plain_.count(n))
        leave_out(n, FeatureMap{x.slice(1, x.rank()), {n}});
      else if ((op == "adaptive_avg_pool" || op == "adaptive_max_pool") && x == z)
        leave_out(n, std::nullopt); // of a larger map it would pool
      return true;
    }
    const auto& first = maps_[static_cast<size_t>(node.operands[0])];
    if (moves_nothing && x == z)
      return leave_out(n, first);
    if (op == "dense" || op == "gemm")
      return plan_dense(n);
    if ((op == "softmax" || op == "log_softmax") && first->is_one_place()) {
      steps_[n] = Step::along_channels; // of two dimensions it was along the last, or the batch
      const AttributeValue& axis = node.op->attributes().front().second;
      return result_is(node, *first) &&
             (axis == AttributeValue{int64_t{-1}} || axis == AttributeValue{int64_t{1}});
    }
    if (op == "batch_norm" && first->is_one_place())
      return result_is(node, *first);
    return plan_pointwise(node);
  }

  bool leave_out(size_t n, const std::optional<FeatureMap>& map) {
    steps_[n] = Step::left_out;
    maps_[static_cast<size_t>(network_.nodes()[n].results[0])] = map;
    return true;
  }
  bool result_is(const NodeInfo& node, const FeatureMap& map) {
    maps_[static_cast<size_t>(node.results[0])] = map;
    return true;
  }

  // Z(a,o) = sum(c) X(a,c) * W(o,c) + B(o), with a weight of its own.
  bool plan_dense(size_t n) {
    const NodeInfo& node = network_.nodes()[n];
    const auto& map = maps_[static_cast<size_t>(node.operands[0])];
    if (!map || node.operands.size() < 2)
      return false;
    const int weight = node.operands[1];
    const int64_t filters = shape_of(node.results[0])[1];
    if (node.op->name() == "gemm" &&
        node.op->attributes() != attributes_of(ops::Gemm(GemmOptions{.trans_b = true})))
      return false;
    const bool has_bias = node.operands.size() == 3;
    if (!is_parameter(weight) || uses_[static_cast<size_t>(weight)] != 1 ||
        (has_bias && !(shape_of(node.operands[2]) == Shape{filters})))
      return false;
    weights_[weight] = Shape{filters} + map->shape;
    steps_[n] = Step::convolution;
    return result_is(node,
                     {Shape{filters} + Shape::filled(map->shape.rank() - 1, 1), map->origins});
  }

  // Of maps of one shape, and of scalars.
  bool plan_pointwise(const NodeInfo& node) {
    std::optional<FeatureMap> all;
    Types types;
    for (const int operand : node.operands) {
      types.push_back(network_.values()[static_cast<size_t>(operand)].type);
      const auto& map = maps_[static_cast<size_t>(operand)];
      if (!map && shape_of(operand).rank() > 0)
        return false;
      if (map && all && !(map->shape == all->shape))
        return false;
      if (map && !all)
        all = map;
      else if (map)
        all->origins.insert(map->origins.begin(), map->origins.end());
    }
    return is_pointwise(node.op->definition(types)) && result_is(node, *all);
  }

  const Network& network_;
  std::vector<int> uses_;                       // of values by nodes
  std::set<size_t> plain_;                      // nodes that flatten and stay
  std::vector<std::optional<FeatureMap>> maps_; // of values
  std::vector<Step> steps_;                     // of nodes
  std::map<int, Shape> weights_;                // by value
};

class Sliding final : public Remake {
 public:
  Sliding(const Network& network, const std::map<std::string, Shape>& inputs,
          SourceLocation location)
      : Remake(network, location), plan_(network), inputs_(inputs) {
    if (!plan_.has_convolutions())
      throw Error({.what = fmt::format("network '{}' has no dense layer over a feature map",
                                       network.name()),
                   .where = location,
                   .expected = "`flatten | dense(n)` over [batch, channels, height, width]"});
    for (const auto& [name, shape] : inputs_)
      if (std::none_of(network.inputs().begin(), network.inputs().end(), [&](int input) {
            return network.values()[static_cast<size_t>(input)].name == name;
          }))
        throw Error({.what = fmt::format("network '{}' has no input '{}'", network.name(), name),
                     .where = location,
                     .expected = "shapes of its inputs"});
  }

 private:
  Shape input_shape(const ValueInfo& input) const override {
    const auto found = inputs_.find(input.name);
    return found == inputs_.end() ? input.type.shape : found->second;
  }
  Shape parameter_shape(size_t value) const override {
    return plan_.weight_shape(value).value_or(Remake::parameter_shape(value));
  }

  std::vector<Tensor<>> apply(size_t number) override {
    const NodeInfo& node = network_.nodes()[number];
    switch (plan_.step(number)) {
    case Step::left_out:
      return {made(node.operands[0])};
    case Step::convolution: {
      const Shape weight = *plan_.weight_shape(static_cast<size_t>(node.operands[1]));
      ops::Conv conv;
      conv.filters = weight[0];
      conv.kernel = weight.slice(2, weight.rank());
      conv.bias = node.operands.size() == 3;
      return apply_to(make_op(conv), node);
    }
    case Step::along_channels:
      if (node.op->name() == "softmax") {
        ops::Softmax softmax;
        softmax.axis = 1;
        return apply_to(make_op(softmax), node);
      } else {
        ops::LogSoftmax softmax;
        softmax.axis = 1;
        return apply_to(make_op(softmax), node);
      }
    case Step::kept:
      break;
    }
    return apply_to(node.op, node);
  }

  Plan plan_;
  const std::map<std::string, Shape>& inputs_;
};

} // namespace

Network fully_convolutional(const Network& network, const std::map<std::string, Shape>& inputs,
                            SourceLocation location) {
  return Sliding(network, inputs, location).run();
}

} // namespace fovea
