#include "compiler/import/onnx/node.hpp"

#include "compiler/import/onnx/model.hpp"

#include <fovea/error.hpp>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

namespace fovea::import {
namespace {

using Attribute = ::onnx::AttributeProto;

// What a layer is called: exporters write "/layer1/conv/Conv".
std::string layer_of(const ::onnx::NodeProto& node) {
  std::string name = node.name();
  name.erase(0, name.find_first_not_of('/'));
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

} // namespace

Node::Node(const ::onnx::NodeProto& proto, Data operands, const Context& context)
    : proto_(proto), operands_(std::move(operands)), context_(context) {}

const std::string& Node::op() const {
  return proto_.op_type();
}

SourceLocation Node::where() const {
  return {context_.model.file, static_cast<uint32_t>(context_.number), 0};
}

void Node::fail(std::string what, std::string expected, std::string got, std::string hint) const {
  const std::string name = proto_.name().empty() ? "" : " '" + proto_.name() + "'";
  throw Error({.what = fmt::format("{}{} (opset {}): {}", op(), name, opset(), what),
               .where = where(),
               .expected = std::move(expected),
               .got = std::move(got),
               .hint = std::move(hint)});
}

// --- operands
// -------------------------------------------------------------------------------------

bool Node::has(int k) const {
  return k < operands() && !operands_[static_cast<size_t>(k)].absent();
}

const Datum& Node::operand(int k) {
  if (!has(k))
    fail(fmt::format("its input {} is missing", k));
  operands_read_ = std::max(operands_read_, k + 1);
  return operands_[static_cast<size_t>(k)];
}

Datum Node::optional_operand(int k) {
  operands_read_ = std::max(operands_read_, k + 1);
  return has(k) ? operand(k) : Datum();
}

Data Node::all_operands() {
  for (int k = 0; k < operands(); ++k)
    operand(k);
  return operands_;
}

const Constant& Node::known(int k, const char* what) {
  const Constant* constant = operand(k).constant();
  if (!constant)
    fail(fmt::format("{} (input {}) is computed when the network runs", what, k),
         "a value that is known when the model is read",
         "one that depends on the inputs' elements");
  return *constant;
}

std::vector<int64_t> Node::known_integers(int k, const char* what) {
  const Constant& constant = known(k, what);
  if (is_float(constant.type.dtype) || constant.type.shape.rank() > 1)
    fail(fmt::format("{} (input {}) is no list of integers", what, k), "i64 or i32, rank 1 or 0",
         to_string(constant.type));
  return integers_of(constant);
}

double Node::known_number(int k, const char* what) {
  const Constant& constant = known(k, what);
  if (constant.elements() != 1)
    fail(fmt::format("{} (input {}) is not one number", what, k), "one element",
         to_string(constant.type));
  return number_at(constant, 0);
}

// --- attributes
// -----------------------------------------------------------------------------------

bool Node::has_attribute(const char* name) const {
  return std::any_of(proto_.attribute().begin(), proto_.attribute().end(),
                     [&](const Attribute& one) { return one.name() == name; });
}

const Attribute* Node::find(const char* name, int type, const char* type_name) {
  read_.insert(name);
  for (const Attribute& attribute : proto_.attribute()) {
    if (attribute.name() != name)
      continue;
    if (!attribute.ref_attr_name().empty())
      fail(fmt::format("its attribute '{}' refers to a function's, which there is none of", name));
    // Before IR version 2 the kind was not written.
    if (attribute.type() != type && attribute.type() != Attribute::UNDEFINED)
      fail(fmt::format("its attribute '{}' is of another kind", name), type_name,
           Attribute::AttributeType_Name(attribute.type()));
    return &attribute;
  }
  return nullptr;
}

int64_t Node::integer(const char* name, int64_t otherwise) {
  const Attribute* found = find(name, Attribute::INT, "INT");
  return found ? found->i() : otherwise;
}

double Node::number(const char* name, double otherwise) {
  const Attribute* found = find(name, Attribute::FLOAT, "FLOAT");
  return found ? static_cast<double>(found->f()) : otherwise;
}

std::string Node::text(const char* name, const std::string& otherwise) {
  const Attribute* found = find(name, Attribute::STRING, "STRING");
  return found ? found->s() : otherwise;
}

std::vector<int64_t> Node::integers(const char* name, const std::vector<int64_t>& otherwise) {
  const Attribute* found = find(name, Attribute::INTS, "INTS");
  return found ? std::vector<int64_t>(found->ints().begin(), found->ints().end()) : otherwise;
}

std::vector<double> Node::numbers(const char* name) {
  const Attribute* found = find(name, Attribute::FLOATS, "FLOATS");
  return found ? std::vector<double>(found->floats().begin(), found->floats().end())
               : std::vector<double>();
}

std::vector<std::string> Node::texts(const char* name) {
  const Attribute* found = find(name, Attribute::STRINGS, "STRINGS");
  return found ? std::vector<std::string>(found->strings().begin(), found->strings().end())
               : std::vector<std::string>();
}

Constant Node::tensor(const char* name) {
  const Attribute* found = find(name, Attribute::TENSOR, "TENSOR");
  if (!found)
    fail(fmt::format("its attribute '{}' is missing", name));
  return read_tensor(found->t(), context_.model, fmt::format("{} '{}'", op(), proto_.name()));
}

// --- results
// --------------------------------------------------------------------------------------

int Node::outputs() const {
  return proto_.output_size();
}

bool Node::wants(int k) const {
  return k < proto_.output_size() && !proto_.output(k).empty();
}

Data Node::apply(const OpPtr& op, const Data& operands) {
  const std::string layer = layer_of(proto_);
  const bool first = ++layers_ == 1;
  return context_.builder.apply(
      op, operands, layer.empty() || first ? layer : fmt::format("{}.{}", layer, op->name()),
      where());
}

Shape Node::shape_of(const std::vector<int64_t>& integers, const char* what) const {
  if (integers.size() > static_cast<size_t>(max_rank))
    fail(fmt::format("{} is too long", what), fmt::format("at most {} entries", max_rank),
         std::to_string(integers.size()));
  return Shape(integers);
}

int Node::axis_of(int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank)
    fail("the axis is no dimension of the input", fmt::format("{} to {}", -rank, rank - 1),
         std::to_string(axis));
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

void Node::check_all_read(size_t results) const {
  for (const Attribute& attribute : proto_.attribute())
    if (!read_.count(attribute.name()))
      fail(fmt::format("its attribute '{}' is not supported", attribute.name()));
  for (int k = operands_read_; k < operands(); ++k)
    if (has(k))
      fail(fmt::format("its input {} ('{}') is not supported", k, proto_.input(k)));
  for (int k = static_cast<int>(results); k < proto_.output_size(); ++k)
    if (!proto_.output(k).empty())
      fail(fmt::format("its output {} ('{}') is not supported", k, proto_.output(k)));
}

} // namespace fovea::import
