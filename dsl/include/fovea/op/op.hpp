#pragma once
#include <fovea/definition/definition.hpp>
#include <fovea/location.hpp>
#include <fovea/op/attributes.hpp>
#include <fovea/op/shape_rule.hpp>

#include <memory>

// What every op is. An op is a plain struct in `fovea/ops/<op>.hpp`:
//
//   struct Conv {
//     static constexpr const char *name = "conv";       // in IR: fovea.conv
//     static constexpr int inputs = 1;                   // data operands; -1: one or more
//     int64_t filters = 1; Shape kernel{1}; ...          // attributes
//     template <class Self, class V> static constexpr void fields(Self &self, V &&visit);
//                                                        // visit("filters", self.filters) ...
//     constexpr Parameters parameters(const Types &inputs) const;  // weights; total: never fails
//     constexpr Inferred infer(const Types &operands) const;       // shape rule; inputs +
//     parameters Definition definition(const Types &operands) const;          // operands that
//     infer accepted
//   };
//
// `OpBase` supplies visit (from fields) and defaults for `parameters`.
namespace fovea {

template <class Op>
struct OpBase {
  template <class V>
  constexpr void visit(V&& visitor) {
    Op::fields(static_cast<Op&>(*this), visitor);
  }
  template <class V>
  constexpr void visit(V&& visitor) const {
    Op::fields(static_cast<const Op&>(*this), visitor);
  }
  template <class Self, class V>
  static constexpr void fields(Self&, V&&) {}
  constexpr Parameters parameters(const Types&) const { return {}; }
  // Attributes that hold once for all spatial dimensions, written out for these inputs.
  constexpr Op expanded(const Types&) const { return static_cast<const Op&>(*this); }
};

template <class Op>
concept IsOp = requires(const Op op, const Types types) {
  { Op::name } -> std::convertible_to<const char*>;
  { Op::inputs } -> std::convertible_to<int>;
  { op.parameters(types) } -> std::same_as<Parameters>;
  { op.infer(types) } -> std::same_as<Inferred>;
  { op.definition(types) } -> std::same_as<Definition>;
};

// Inputs and the parameters that go with them.
template <class Op>
constexpr Types operands_of(const Op& op, const Types& inputs) {
  Types operands = inputs;
  for (const Parameter& parameter : op.parameters(inputs))
    operands.push_back(parameter.type);
  return operands;
}

// The operands behind the inputs against the op's parameters.
template <class Op>
constexpr ShapeError check_parameters(const Op& op, const Types& operands) {
  constexpr size_t inputs = Op::inputs;
  Types given;
  for (size_t k = 0; k < inputs && k < operands.size(); ++k)
    given.push_back(operands[k]);
  const Types wanted = operands_of(op, given);
  for (size_t k = inputs; k < wanted.size(); ++k)
    if (wanted[k].bytes() < 0)
      return {"a weight is too large", "a size in bytes below 2^63", "{0}", "", {wanted[k].shape}};
  if (operands.size() != wanted.size())
    return {
        "the number of operands is wrong",
        "{0}",
        "{1}",
        "",
        {Shape{static_cast<int64_t>(wanted.size())}, Shape{static_cast<int64_t>(operands.size())}}};
  for (size_t k = inputs; k < wanted.size(); ++k)
    if (!(operands[k] == wanted[k]))
      return {k == inputs       ? "the weight has the wrong shape or element type"
              : k == inputs + 1 ? "the bias has the wrong shape or element type"
                                : "a parameter has the wrong shape or element type",
              "{0}",
              "{1}",
              "",
              {wanted[k].shape, operands[k].shape}};
  return {};
}

// What the author of an op says beside what it computes.
struct OpNotes {
  // How each layer is computed that the op makes; empty: the compiler decides.
  struct Choice {
    std::string text = {};
    SourceLocation location = {}; // where it was given
  };
  std::string doc = {};  // what it computes, of which shapes, its source
  Choice algorithm = {}; // a name in the catalogue
  Choice schedule = {};
};

// An op without its static type: what the captured graph holds.
class AnyOp {
 public:
  virtual ~AnyOp() = default;
  virtual std::string name() const = 0;
  // What a layer without a name is called, with a number from the second on.
  virtual std::string layer_name() const { return name(); }
  virtual int inputs() const = 0;
  virtual Attributes attributes() const = 0;
  // Attributes that differ from the op's defaults (what a summary shows).
  virtual Attributes chosen_attributes() const = 0;
  virtual Parameters parameters(const Types& inputs) const = 0;
  virtual Inferred infer(const Types& operands) const = 0;
  virtual Definition definition(const Types& operands) const = 0;
  virtual std::shared_ptr<const AnyOp> expanded(const Types& inputs) const = 0;
  virtual const OpNotes& notes() const {
    static const OpNotes none;
    return none;
  }
};
using OpPtr = std::shared_ptr<const AnyOp>;

// `op` as an AnyOp. Compiled once, for every op of ops::All, in sources that the build generates,
// so that no unit that includes the ops has to; for an op of another kind include op/model.hpp.
template <class Op>
OpPtr make_op(const Op& op);

} // namespace fovea
