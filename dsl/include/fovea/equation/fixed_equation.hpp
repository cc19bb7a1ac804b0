#pragma once
#include <fovea/op/op.hpp>

namespace fovea {

// The types of a definition's results, as those of an op.
Inferred result_types(const Definition& definition);

// An equation that is given as its definition, for the operand types of that definition alone: what
// a model file holds of a user's equation, with what was said of it.
class FixedEquation final : public AnyOp {
 public:
  explicit FixedEquation(Definition definition, Attributes attributes = {}, OpNotes notes = {})
      : definition_(std::move(definition)), attributes_(std::move(attributes)),
        notes_(std::move(notes)) {
    attributes_.insert(attributes_.begin(), {"name", definition_.name});
  }
  std::string name() const override { return "equation"; }
  std::string layer_name() const override {
    return definition_.name.empty() ? name() : definition_.name;
  }
  int inputs() const override { return static_cast<int>(definition_.operands.size()); }
  Attributes attributes() const override { return attributes_; }
  Attributes chosen_attributes() const override { return attributes_; }
  Parameters parameters(const Types&) const override { return {}; }
  // Refuses every operand type but its own.
  Inferred infer(const Types& operands) const override;
  Definition definition(const Types&) const override { return definition_; }
  OpPtr expanded(const Types&) const override { return nullptr; }
  const OpNotes& notes() const override { return notes_; }

 private:
  Definition definition_;
  Attributes attributes_; // the equation's name first
  OpNotes notes_;
};

} // namespace fovea
