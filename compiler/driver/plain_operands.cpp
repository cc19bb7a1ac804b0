#include "compiler/driver/plain_operands.hpp"

#include <fovea/error.hpp>

namespace fovea::driver {
namespace {

struct Producer {
  size_t preparation = 0, result = 0;
};

// The last preparation before number `end` that writes where `slot` is.
Producer producer_of(const ir::Plan& plan, const ir::Slot& slot, size_t end) {
  for (size_t k = end; k-- > 0;)
    for (size_t r = 0; r < plan.preparations[k].results.size(); ++r)
      if (plan.preparations[k].results[r].offset == slot.offset)
        return {k, r};
  throw Error(
      {.what = "internal error: no preparation makes what a kernel of '" + plan.name + "' reads"});
}

} // namespace

PlainOperands::Source PlainOperands::made(const ir::Slot& slot, size_t end) {
  if (slot.kind == ir::Slot::Kind::parameter)
    return {.data = parameters_[slot.number]};
  const auto [number, result] = producer_of(plan_, slot, end);
  const auto known = values_.find({number, result});
  if (known != values_.end())
    return {.values = &known->second};
  Interpreter interpreter(plan_.preparations[number].definition, of_preparation(number));
  return {.values = &(values_[{number, result}] = interpreter.all(static_cast<int>(result)))};
}

PlainOperands::Source PlainOperands::plain(const ir::Slot& slot, size_t end) {
  const size_t number = producer_of(plan_, slot, end).preparation;
  return made(plan_.preparations[number].operands.at(0), number);
}

OperandReader PlainOperands::reader(const ir::Call& call,
                                    const std::vector<Source>& sources) const {
  std::vector<const void*> data;
  for (const Source& source : sources)
    data.push_back(source.data);
  return [sources, &call, memory = reader_of(call.definition, data)](int operand, int64_t offset) {
    const size_t k = static_cast<size_t>(operand);
    if (sources[k].values)
      return (*sources[k].values)[static_cast<size_t>(offset)];
    return memory(operand, stored_offset(call.definition.operands[k].type.shape,
                                         call.forms.operand(operand), offset));
  };
}

OperandReader PlainOperands::of_call(const ir::Call& call, const std::vector<const void*>& data) {
  std::vector<Source> sources;
  for (size_t k = 0; k < call.operands.size(); ++k)
    sources.push_back(call.forms.is_prepared(static_cast<int>(k))
                          ? plain(call.operands[k], plan_.preparations.size())
                          : Source{.data = data[k]});
  return reader(call, sources);
}

OperandReader PlainOperands::of_preparation(size_t number) {
  const ir::Call& call = plan_.preparations[number];
  std::vector<Source> sources;
  for (size_t k = 0; k < call.operands.size(); ++k)
    sources.push_back(call.forms.is_prepared(static_cast<int>(k)) ? plain(call.operands[k], number)
                                                                  : made(call.operands[k], number));
  return reader(call, sources);
}

} // namespace fovea::driver
