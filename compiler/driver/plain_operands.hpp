#pragma once
#include "compiler/ir/plan.hpp"

#include <fovea/definition/interpreter.hpp>

#include <map>
#include <vector>

namespace fovea::driver {

// The operands of a plan's calls as their definitions have them. Where a kernel reads a prepared
// operand, that is what it was prepared from: a weight, or what the interpreter makes of weights.
class PlainOperands {
 public:
  // `parameters`: their addresses. All outlive this.
  PlainOperands(const ir::Plan& plan, const void* const* parameters)
      : plan_(plan), parameters_(parameters) {}

  // Of a call of the network; `data`: what its kernel reads. It lives as long as both.
  OperandReader of_call(const ir::Call& call, const std::vector<const void*>& data);
  // Of preparation `number`.
  OperandReader of_preparation(size_t number);

 private:
  // Of an operand: in memory, or computed where that is null.
  struct Source {
    const void* data = nullptr;
    const std::vector<Value>* values = nullptr;
  };
  OperandReader reader(const ir::Call& call, const std::vector<Source>& sources) const;
  // What a preparation before number `end` left in `slot`, or what that was prepared from.
  Source made(const ir::Slot& slot, size_t end);
  Source plain(const ir::Slot& slot, size_t end);

  const ir::Plan& plan_;
  const void* const* parameters_;
  std::map<std::pair<size_t, size_t>, std::vector<Value>> values_; // by preparation and result
};

} // namespace fovea::driver
