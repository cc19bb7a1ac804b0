#include "compiler/emit/stored_weights.hpp"

#include <map>
#include <set>

namespace fovea::emission {
namespace {

std::set<size_t> parameters_read_by(const std::vector<ir::Call>& calls) {
  std::set<size_t> numbers;
  for (const ir::Call& call : calls)
    for (const ir::Slot& slot : call.operands)
      if (slot.kind == ir::Slot::Kind::parameter)
        numbers.insert(static_cast<size_t>(slot.number));
  return numbers;
}

} // namespace

StoredWeights::StoredWeights(const ir::Plan& network) : plan(network) {
  const std::set<size_t> read = parameters_read_by(network.calls),
                         only_prepared = parameters_read_by(network.preparations);
  plan.parameters.clear();
  std::map<size_t, size_t> numbers;   // the network's -> what it is now
  std::map<int64_t, size_t> prepared; // offset -> what it is now
  for (size_t k = 0; k < network.parameters.size(); ++k)
    if (read.contains(k) || !only_prepared.contains(k)) {
      numbers[k] = plan.parameters.size();
      plan.parameters.push_back(network.parameters[k]);
      kept_.push_back(k);
    }
  for (const ir::PreparedValue& value : network.prepared) {
    prepared[value.offset] = plan.parameters.size();
    plan.parameters.push_back({value.name, value.type});
    offsets_.push_back(value.offset);
  }
  for (ir::Call& call : plan.calls)
    for (ir::Slot& slot : call.operands)
      if (slot.kind == ir::Slot::Kind::parameter)
        slot.number = static_cast<int>(numbers.at(static_cast<size_t>(slot.number)));
      else if (slot.kind == ir::Slot::Kind::prepared)
        slot = {ir::Slot::Kind::parameter, static_cast<int>(prepared.at(slot.offset)), 0,
                slot.type};
  plan.preparations.clear();
  plan.prepared.clear();
  plan.prepared_bytes = 0;
}

std::vector<const void*> StoredWeights::data(const std::vector<const void*>& parameters,
                                             const std::byte* prepared) const {
  std::vector<const void*> data;
  for (const size_t number : kept_)
    data.push_back(parameters[number]);
  for (const int64_t offset : offsets_)
    data.push_back(prepared + offset);
  return data;
}

} // namespace fovea::emission
