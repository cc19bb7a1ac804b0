#pragma once
#include <fovea/op/op.hpp>

// What stands behind make_op.
namespace fovea {

template <class Op>
class OpModel final : public AnyOp {
 public:
  explicit OpModel(const Op& op) : op_(op) {}
  std::string name() const override { return Op::name; }
  int inputs() const override { return Op::inputs; }
  Attributes attributes() const override { return attributes_of(op_); }
  Attributes chosen_attributes() const override {
    Attributes all = attributes_of(op_), defaults = attributes_of(Op{}), chosen;
    for (size_t k = 0; k < all.size(); ++k)
      if (!same_value(all[k].second, defaults[k].second))
        chosen.push_back(all[k]);
    return chosen;
  }
  Parameters parameters(const Types& inputs) const override { return op_.parameters(inputs); }
  Inferred infer(const Types& operands) const override { return op_.infer(operands); }
  Definition definition(const Types& operands) const override { return op_.definition(operands); }
  OpPtr expanded(const Types& inputs) const override {
    return std::make_shared<OpModel>(op_.expanded(inputs));
  }
  const Op& op() const { return op_; }

 private:
  Op op_;
};

template <class Op>
OpPtr make_op(const Op& op) {
  return std::make_shared<OpModel<Op>>(op);
}

} // namespace fovea
