#pragma once
#include <fovea/error.hpp>
#include <fovea/op/op.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

// Networks are run-time values: an ordered list of nodes, each an op applied to earlier values.
// `Network` and `Tensor` are handles: copies share one graph, which lives as long as any of them.
namespace fovea {

class Network;

// A value of a network's graph: an input, a weight, or a node's result. (`Tensor<3>` and so on are
// operands of equations: equation/operand.hpp.)
template <int Rank = -1>
class Tensor;

struct ValueInfo {
  TensorType type;
  std::string name; // of an input or a parameter; else the name of the layer that made it
  int node = -1;    // the node whose result it is; -1: input or parameter
  int result = 0;   // which of its results
  bool is_parameter = false;
  SourceLocation location;
};

struct NodeInfo {
  OpPtr op;
  std::string layer;         // "conv1"; dotted prefixes of enclosing blocks
  std::vector<int> operands; // value numbers: data, then parameters
  std::vector<int> results;  // value numbers
  SourceLocation location;
};

struct OutputInfo {
  std::string name;
  int value = -1;
};

// A weight's contents: row-major elements of its type. Shared, never copied.
struct WeightData {
  std::shared_ptr<const void> owner;
  const void* data = nullptr;
};

class Network {
  struct State;

 public:
  explicit Network(std::string name, SourceLocation location = SourceLocation::current());

  // A run-time input; `shape` outermost first, channels before space. Throws Error on a name used
  // twice or an extent below 1.
  Tensor<> input(const std::string& name, const Shape& shape, DType dtype = DType::f32,
                 SourceLocation location = SourceLocation::current());
  // A weight of one's own, for equations. Throws Error on a name used twice.
  Tensor<> parameter(const std::string& name, const Shape& shape, DType dtype = DType::f32,
                     SourceLocation location = SourceLocation::current());
  // A run-time output. Throws Error on a name used twice or a tensor of another network.
  void output(const std::string& name, const Tensor<>& tensor,
              SourceLocation location = SourceLocation::current());
  // Loads every weight from a safetensors file. Throws Error, and changes nothing, where a weight
  // is missing, unknown or of another shape. (Defined in compiler/driver.)
  void load(const std::string& path, SourceLocation location = SourceLocation::current());
  // Writes the network as a model file, which load_network reads: `path`, which ends in .mlir, and
  // its weights, if they are set, beside it under the same name with .safetensors. Both appear
  // whole or not at all. Throws Error, also where some weights are set and some are not. (Defined
  // in compiler/driver.)
  void save(const std::string& path, SourceLocation location = SourceLocation::current()) const;
  // Sets one weight from `bytes` row-major bytes, which are copied.
  void set_weight(const std::string& name, const void* data, size_t bytes,
                  SourceLocation location = SourceLocation::current());
  // Gives every weight without contents small random values (uniform in +-1/sqrt(fan in)).
  void randomize(uint64_t seed);

  const std::string& name() const;
  const std::vector<ValueInfo>& values() const;
  const std::vector<NodeInfo>& nodes() const;
  const std::vector<int>& inputs() const;     // value numbers
  const std::vector<int>& parameters() const; // value numbers
  const std::vector<OutputInfo>& outputs() const;
  const WeightData& weight(int parameter_value) const; // data null: not set yet
  void set_weight(int parameter_value, WeightData data);
  // The layers on the way to a value: "image -> conv1 -> avg_pool".
  std::string trail(int value) const;

  // Applies `op` to values of this network; makes its parameters, named `layer.suffix`; an empty
  // `layer` is numbered by op, or by equation: "tanh_2". Used by blocks. Throws Error.
  std::vector<Tensor<>> apply(OpPtr op, const std::vector<Tensor<>>& inputs,
                              const std::string& layer, SourceLocation location);
  // The same where the weights exist: `operands` are all of them, data first, and `layer` is the
  // layer's whole name. For what copies a network or reads one from a file. Throws Error.
  std::vector<Tensor<>> apply_to_operands(OpPtr op, const std::vector<Tensor<>>& operands,
                                          const std::string& layer, SourceLocation location);
  // While it lives, names of layers and parameters get `name` and a dot in front.
  class Scope {
   public:
    Scope(const Network& network, const std::string& name);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    std::shared_ptr<State> state_;
    size_t previous_; // length of the prefix before
  };

 private:
  explicit Network(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Types collect_operands(NodeInfo& node, const std::vector<Tensor<>>& operands) const;
  Inferred infer(const NodeInfo& node, const Types& operands) const;
  std::vector<Tensor<>> add_node(NodeInfo node, const Inferred& inferred);
  std::shared_ptr<State> state_;
  template <int>
  friend class Tensor;
};

template <>
class Tensor<-1> {
 public:
  Tensor() = default;
  const TensorType& type() const;
  const Shape& shape() const { return type().shape; }
  int value() const { return value_; }
  // The network it belongs to; throws Error for a default-constructed tensor.
  Network network() const;

 private:
  friend class Network;
  Tensor(std::shared_ptr<Network::State> state, int value)
      : state_(std::move(state)), value_(value) {}
  std::shared_ptr<Network::State> state_;
  int value_ = -1;
};

// The network as the definition of everything it computes: operands are the inputs, then the
// parameters; results are the outputs. The base of the reference and of whole-network analyses.
Definition definition_of(const Network& network);

// The same network for another batch: the leading extent of every input is `batch`, and each op is
// applied again. Weights are shared. Throws Error, which names the input, layer or weight, where
// that is impossible: an input without dimensions, a weight whose shape depends on the batch, an
// equation that was read from a file.
Network with_batch(const Network& network, int64_t batch,
                   SourceLocation location = SourceLocation::current());

} // namespace fovea
