#pragma once
#include "compiler/import/onnx/datum.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace onnx {
class AttributeProto;
class NodeProto;
} // namespace onnx

namespace fovea::import {

struct Model;

// Where ops go: the network that is being made.
class Builder {
 public:
  virtual ~Builder() = default;
  // Applies `op`, or evaluates it where all operands are known and its results are small.
  virtual Data apply(const OpPtr& op, const Data& operands, const std::string& layer,
                     SourceLocation where) = 0;
};

// A node as a rule sees it: operands and attributes of ONNX, and the way to make fovea's ops of
// them. Whatever a rule does not read is refused: an attribute that is not asked for, an operand
// behind the last that is, an output that it does not give.
class Node {
 public:
  struct Context {
    const Model& model;
    Builder& builder;
    int opset = 0;  // version of the op's domain
    int number = 0; // of the node in its graph, from 1
  };
  Node(const ::onnx::NodeProto& proto, Data operands, const Context& context);

  const std::string& op() const;
  int opset() const { return context_.opset; }
  SourceLocation where() const;

  // --- operands ---
  int operands() const { return static_cast<int>(operands_.size()); }
  bool has(int k) const;
  // Throws where it is left out.
  const Datum& operand(int k);
  Datum optional_operand(int k); // absent where it is left out
  Data all_operands();           // none may be left out
  // Those that must be known already: what gives a shape. `what` is "the shape".
  const Constant& known(int k, const char* what);
  std::vector<int64_t> known_integers(int k, const char* what);
  double known_number(int k, const char* what);

  // --- attributes ---
  bool has_attribute(const char* name) const;
  int64_t integer(const char* name, int64_t otherwise);
  bool flag(const char* name, bool otherwise) { return integer(name, otherwise) != 0; }
  double number(const char* name, double otherwise);
  std::string text(const char* name, const std::string& otherwise);
  std::vector<int64_t> integers(const char* name, const std::vector<int64_t>& otherwise = {});
  std::vector<double> numbers(const char* name);
  std::vector<std::string> texts(const char* name);
  Constant tensor(const char* name);
  // One of the values that there are: number(), text() ... by the field's type.
  void read(const char* name, int64_t& field) { field = integer(name, field); }
  void read(const char* name, double& field) { field = number(name, field); }
  void read(const char* name, bool& field) { field = flag(name, field); }

  // --- results ---
  bool wants(int k) const; // output k
  int outputs() const;
  template <class Op>
  Data apply(const Op& op, const Data& operands) {
    return apply(make_op(op), operands);
  }
  Data apply(const OpPtr& op, const Data& operands);
  // Of ops with one result.
  template <class Op>
  Datum value(const Op& op, const Data& operands) {
    return apply(make_op(op), operands)[0];
  }

  // Throws: "model.onnx:12: error: Conv 'conv1' (opset 13): WHAT".
  [[noreturn]] void fail(std::string what, std::string expected = {}, std::string got = {},
                         std::string hint = {}) const;
  // A shape list from integers; refused where it is longer than a tensor's rank may be.
  Shape shape_of(const std::vector<int64_t>& integers, const char* what) const;
  // An axis, counted from the front; negative ones count from the end.
  int axis_of(int64_t axis, int rank) const;

  // After the rule: throws where something was not read.
  void check_all_read(size_t results) const;

 private:
  const ::onnx::AttributeProto* find(const char* name, int type, const char* type_name);

  const ::onnx::NodeProto& proto_;
  const Data operands_;
  const Context context_;
  std::set<std::string> read_; // attributes
  int operands_read_ = 0;
  int layers_ = 0;
};

} // namespace fovea::import
