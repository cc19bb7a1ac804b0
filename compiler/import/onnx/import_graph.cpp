#include "compiler/import/onnx/import_graph.hpp"

#include "compiler/import/onnx/rules.hpp"

#include <fovea/error.hpp>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <set>

namespace fovea::import {
namespace {

constexpr int oldest_opset = 6;

class GraphImporter : Builder {
 public:
  GraphImporter(const OnnxGraph& graph, const OnnxOptions& options, SourceLocation where)
      : source_(graph), model_(graph.model), graph_(graph.model.proto->graph()), options_(options),
        where_(where), network_(graph.name, where) {}

  Network run() {
    read_opsets();
    read_initializers();
    make_inputs();
    int number = 0;
    for (const ::onnx::NodeProto& node : graph_.node())
      import(node, ++number);
    make_outputs();
    return network_;
  }

 private:
  [[noreturn]] void fail(std::string what, std::string expected = {}, std::string got = {},
                         std::string hint = {}) const {
    throw Error({.what = fmt::format("{}: {}", model_.file, what),
                 .where = where_,
                 .expected = std::move(expected),
                 .got = std::move(got),
                 .hint = std::move(hint)});
  }

  void read_opsets() {
    for (const auto& import : model_.proto->opset_import())
      if (import.domain().empty() || import.domain() == "ai.onnx")
        opset_ = import.version();
    if (opset_ == 0)
      opset_ = 1; // models of IR version 1 and 2 say none
    if (opset_ < oldest_opset || opset_ > std::numeric_limits<int>::max())
      fail("its operator set is not supported", fmt::format("version {} or later", oldest_opset),
           std::to_string(opset_), "convert it: onnx.version_converter.convert_version(model, 13)");
  }

  // --- values ---

  void define(const std::string& name, Datum datum) {
    if (!values_.emplace(name, std::move(datum)).second)
      fail(fmt::format("two values are called '{}'", name));
  }

  void read_initializers() {
    for (const Constant& constant : source_.initializers())
      define(constant.name, constant);
    if (graph_.sparse_initializer_size() > 0)
      fail("it has sparse initializers, which are not supported");
  }

  void check_names_of_options() const {
    std::set<std::string> named;
    for (const ::onnx::ValueInfoProto& input : graph_.input())
      if (!values_.count(input.name()))
        named.insert(input.name());
    const auto check_known = [&](const auto& given) {
      for (const auto& entry : given)
        if (!named.count(entry.first))
          fail(fmt::format("there is no input '{}'", entry.first), listed(named));
    };
    check_known(options_.shapes);
    check_known(options_.fixed);
  }

  void make_inputs() {
    check_names_of_options();
    for (const ::onnx::ValueInfoProto& input : graph_.input()) {
      if (values_.count(input.name())) // a default value, which is taken
        continue;
      if (const auto fixed = options_.fixed.find(input.name()); fixed != options_.fixed.end()) {
        check_fixed(input, fixed->second);
        define(input.name(), named_constant(fixed->second, input.name()));
        continue;
      }
      const TensorType type = type_of(input);
      define(input.name(), network_.input(input.name(), type.shape, type.dtype, where_));
    }
  }

  static Constant named_constant(Constant constant, const std::string& name) {
    constant.name = name;
    return constant;
  }

  void check_fixed(const ::onnx::ValueInfoProto& input, const Constant& value) const {
    DType dtype{};
    const int32_t stated = input.type().tensor_type().elem_type();
    if (!find_dtype(stated, dtype) || dtype != value.type.dtype)
      fail(fmt::format("input '{}' has other elements than its given value", input.name()),
           data_type_name(stated), std::string(name_of(value.type.dtype)));
    checked_shape(input, value.type.shape);
  }

  static std::string listed(const std::set<std::string>& names) {
    std::string list;
    for (const std::string& name : names)
      list += (list.empty() ? "" : ", ") + name;
    return list;
  }

  TensorType type_of(const ::onnx::ValueInfoProto& input) const {
    const auto& tensor = input.type().tensor_type();
    TensorType type;
    if (!input.type().has_tensor_type())
      fail(fmt::format("input '{}' is no tensor", input.name()));
    if (!find_dtype(tensor.elem_type(), type.dtype))
      fail(fmt::format("input '{}' has elements that are not supported", input.name()),
           "FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT8, UINT8, INT32, INT64 or BOOL",
           data_type_name(tensor.elem_type()));
    const auto given = options_.shapes.find(input.name());
    if (given == options_.shapes.end())
      type.shape = stated_shape(input);
    else
      type.shape = checked_shape(input, given->second);
    return type;
  }

  Shape stated_shape(const ::onnx::ValueInfoProto& input) const {
    const auto& tensor = input.type().tensor_type();
    if (!tensor.has_shape())
      fail(fmt::format("the shape of input '{}' is not known", input.name()), {}, {},
           fmt::format("give it: --shape {}=1x3x224x224", input.name()));
    Shape shape;
    for (const auto& dimension : tensor.shape().dim()) {
      if (!dimension.has_dim_value() && options_.batch > 0 && shape.empty()) {
        shape.push_back(options_.batch);
        continue;
      }
      if (!dimension.has_dim_value())
        fail(fmt::format("the shape of input '{}' is not known", input.name()),
             "extents that are numbers", symbolic(tensor.shape()),
             hint_for(input.name(), tensor.shape()));
      shape.push_back(dimension.dim_value());
    }
    return shape;
  }

  // "give it: --shape x=1x3x224x224, where dimensions 0 (N), 2 (H), 3 (W) are open ..."
  static std::string hint_for(const std::string& input, const ::onnx::TensorShapeProto& shape) {
    std::string extents, open;
    int count = 0;
    for (int d = 0; d < shape.dim_size(); ++d) {
      const auto& dimension = shape.dim(d);
      const int64_t example = d == 0 ? 1 : 224;
      extents += fmt::format("{}{}", d ? "x" : "",
                             dimension.has_dim_value() ? dimension.dim_value() : example);
      if (dimension.has_dim_value())
        continue;
      open += fmt::format("{}{}", count++ ? ", " : "", d);
      if (!dimension.dim_param().empty())
        open += fmt::format(" ({})", dimension.dim_param());
    }
    const bool first = shape.dim_size() > 0 && !shape.dim(0).has_dim_value();
    return fmt::format("give it: --shape {}={}, where {} {} {} open{}", input, extents,
                       count == 1 ? "dimension" : "dimensions", open, count == 1 ? "is" : "are",
                       first ? " (--batch is for the first)" : "");
  }

  static std::string symbolic(const ::onnx::TensorShapeProto& shape) {
    std::string text;
    for (const auto& dimension : shape.dim())
      text += (text.empty() ? "" : "x") + (dimension.has_dim_value()
                                               ? std::to_string(dimension.dim_value())
                                           : dimension.dim_param().empty() ? "?"
                                                                           : dimension.dim_param());
    return text;
  }

  // A shape that the user gives must be one that the model admits.
  Shape checked_shape(const ::onnx::ValueInfoProto& input, const Shape& given) const {
    const auto& stated = input.type().tensor_type().shape();
    if (!input.type().tensor_type().has_shape())
      return given;
    bool fits = stated.dim_size() == given.rank();
    for (int d = 0; fits && d < given.rank(); ++d)
      fits = !stated.dim(d).has_dim_value() || stated.dim(d).dim_value() == given[d];
    if (!fits)
      fail(fmt::format("input '{}' cannot have this shape", input.name()), symbolic(stated),
           to_string(given));
    return given;
  }

  // --- nodes ---

  void import(const ::onnx::NodeProto& proto, int number) {
    const Node::Context context{model_, *this, static_cast<int>(opset_), number};
    Data operands;
    std::string unknown;
    for (const std::string& name : proto.input()) {
      const auto found = values_.find(name);
      if (found == values_.end() && !name.empty())
        unknown = name;
      operands.push_back(name.empty() || found == values_.end() ? Datum() : found->second);
    }
    Node node(proto, std::move(operands), context);
    if (!unknown.empty())
      node.fail(fmt::format("its input '{}' is made by no node before it", unknown), {}, {},
                "a graph lists its nodes in the order of execution");
    if (!proto.domain().empty() && proto.domain() != "ai.onnx")
      node.fail(fmt::format("ops of domain '{}' are not supported", proto.domain()));
    const Rule* rule = find_rule(proto.op_type(), context.opset);
    if (!rule)
      node.fail(find_rule(proto.op_type(), std::numeric_limits<int>::max())
                    ? "this version of the op is not supported"
                    : "the op is not supported");
    const Data results = rule->apply(node);
    node.check_all_read(results.size());
    for (int k = 0; k < proto.output_size(); ++k)
      if (!proto.output(k).empty())
        define(proto.output(k), named(results[static_cast<size_t>(k)], proto.output(k)));
  }

  // A constant is called by its first name.
  static Datum named(Datum datum, const std::string& name) {
    const Constant* constant = datum.constant();
    if (!constant || !constant->name.empty())
      return datum;
    return named_constant(*constant, name);
  }

  Data apply(const OpPtr& op, const Data& operands, const std::string& layer,
             SourceLocation where) override {
    if (const std::optional<Data> folded = fold(op, operands))
      return *folded;
    std::vector<Tensor<>> tensors;
    for (const Datum& operand : operands)
      tensors.push_back(tensor_of(operand, where));
    Data results;
    for (const Tensor<>& result :
         network_.apply_to_operands(op, tensors, layer_name(layer, *op), where))
      results.push_back(result);
    return results;
  }

  // Larger results are the network's, or of weights, which are prepared when it is compiled.
  static constexpr int64_t most_folded = 1 << 16; // elements
  static constexpr int64_t most_fold_work = 1 << 22;

  static std::optional<Data> fold(const OpPtr& op, const Data& operands) {
    std::vector<Constant> constants;
    Types types;
    for (const Datum& operand : operands) {
      if (!operand.constant())
        return std::nullopt;
      constants.push_back(*operand.constant());
      types.push_back(operand.type());
    }
    if (const std::optional<TensorType> empty = empty_result(*op, types))
      return Data{filled(empty->shape, scalar(empty->dtype, 0))};
    const Inferred inferred = op->infer(types);
    if (constants.empty() || types.overflowed() || !inferred.ok())
      return std::nullopt; // the network says why
    for (const TensorType& result : inferred.results)
      if (result.shape.elements() > most_folded)
        return std::nullopt;
    if (work_of(op->definition(types)) > most_fold_work)
      return std::nullopt;
    Data results;
    for (Constant& result : evaluate(*op, constants, {}))
      results.push_back(std::move(result));
    return results;
  }

  // Element by element nothing becomes nothing. (Tensors without elements are always known.)
  static std::optional<TensorType> empty_result(const AnyOp& op, const Types& operands) {
    Types like; // with one element in place of none
    bool empty = false;
    for (const TensorType& operand : operands) {
      TensorType type = operand;
      for (int d = 0; d < type.shape.rank(); ++d) {
        empty |= type.shape[d] == 0;
        type.shape[d] = std::max<int64_t>(type.shape[d], 1);
      }
      like.push_back(type);
    }
    if (!empty || like.overflowed() || !op.infer(like).ok() || !is_pointwise(op.definition(like)))
      return std::nullopt;
    TensorType result = op.infer(like).results[0];
    for (const TensorType& operand : operands)
      for (int d = 0; d < operand.shape.rank(); ++d)
        if (operand.shape[d] == 0)
          result.shape[result.shape.rank() - operand.shape.rank() + d] = 0;
    return result;
  }

  // How often a body is evaluated; more than the limit where that overflows.
  static int64_t work_of(const Definition& definition) {
    int64_t all = 0;
    for (const Equation& equation : definition.equations) {
      int64_t work = equation.shape().elements();
      for (const IndexRange& range : equation.reduced)
        if (__builtin_mul_overflow(work, range.extent, &work))
          return std::numeric_limits<int64_t>::max();
      if (__builtin_add_overflow(all, work, &all))
        return std::numeric_limits<int64_t>::max();
    }
    return all;
  }

  // A value of the network. A constant becomes a parameter, once.
  Tensor<> tensor_of(const Datum& datum, SourceLocation where) {
    if (datum.tensor())
      return *datum.tensor();
    const Constant& constant = *datum.constant();
    const auto known = parameters_.find(constant.data.data);
    if (known != parameters_.end() && known->second.type() == constant.type)
      return known->second;
    const Tensor<> made = network_.parameter(
        unique(constant.name.empty() ? "constant" : constant.name, parameter_names_),
        constant.type.shape, constant.type.dtype, where);
    network_.set_weight(made.value(), constant.data);
    parameters_[constant.data.data] = made;
    kept_.push_back(constant.data);
    return made;
  }

  // An op without a name is called as the network would: "relu", "relu_2".
  std::string layer_name(const std::string& layer, const AnyOp& op) {
    return unique(layer.empty() ? op.layer_name() : layer, layer_names_);
  }

  static std::string unique(const std::string& base, std::set<std::string>& taken) {
    std::string name = base;
    for (int number = 2; !taken.insert(name).second; ++number)
      name = fmt::format("{}_{}", base, number);
    return name;
  }

  void make_outputs() {
    for (const ::onnx::ValueInfoProto& output : graph_.output()) {
      const auto found = values_.find(output.name());
      if (found == values_.end() || found->second.absent())
        fail(fmt::format("output '{}' is made by no node", output.name()));
      network_.output(output.name(), tensor_of(found->second, where_), where_);
    }
    if (graph_.output_size() == 0)
      fail("it has no outputs");
  }

  const OnnxGraph& source_;
  const Model& model_;
  const ::onnx::GraphProto& graph_;
  const OnnxOptions& options_;
  const SourceLocation where_;
  int64_t opset_ = 0;
  Network network_;
  std::map<std::string, Datum> values_;
  std::map<const void*, Tensor<>> parameters_; // by their contents
  std::vector<WeightData> kept_;               // so that no other has the same address
  std::set<std::string> parameter_names_, layer_names_;
};

} // namespace

Network import_graph(const OnnxGraph& graph, const OnnxOptions& options, SourceLocation where) {
  return GraphImporter(graph, options, where).run();
}

} // namespace fovea::import
