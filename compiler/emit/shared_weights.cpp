#include "compiler/emit/shared_weights.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>
#include <map>
#include <set>
#include <span>

namespace fovea::emission {
namespace {

void for_each_slot(std::vector<ir::Call>& calls, auto action) {
  for (ir::Call& call : calls)
    for (std::vector<ir::Slot>* slots : {&call.operands, &call.results})
      for (ir::Slot& slot : *slots)
        action(slot);
}

// Tensors, each once, found by their contents.
class Store {
 public:
  // The number of an equal one, or a new one.
  size_t add(const ir::PlanValue& value, const void* contents) {
    const auto bytes = static_cast<size_t>(value.type.bytes());
    std::vector<size_t>& like = by_hash_[XXH3_64bits(contents, bytes)];
    for (const size_t known : like)
      if (values[known].type == value.type && std::memcmp(data[known], contents, bytes) == 0)
        return known;
    like.push_back(values.size());
    values.push_back({unique(value.name), value.type});
    data.push_back(contents);
    return values.size() - 1;
  }

  std::vector<ir::PlanValue> values;
  std::vector<const void*> data;

 private:
  // "conv1.weight" of another set that has other contents: "conv1.weight.2".
  std::string unique(const std::string& name) {
    std::string made = name;
    for (int number = 2; !names_.insert(made).second; ++number)
      made = name + "." + std::to_string(number);
    return made;
  }

  std::map<uint64_t, std::vector<size_t>> by_hash_;
  std::set<std::string> names_;
};

} // namespace

SharedWeights share_stored_weights(std::vector<ir::Plan> plans,
                                   const std::vector<std::vector<const void*>>& data) {
  Store store;
  for (size_t k = 0; k < plans.size(); ++k) {
    std::vector<int> numbers; // the plan's -> the store's
    for (size_t p = 0; p < plans[k].parameters.size(); ++p)
      numbers.push_back(static_cast<int>(store.add(plans[k].parameters[p], data[k][p])));
    for (std::vector<ir::Call>* calls : {&plans[k].calls, &plans[k].preparations})
      for_each_slot(*calls, [&](ir::Slot& slot) {
        if (slot.kind == ir::Slot::Kind::parameter)
          slot.number = numbers[static_cast<size_t>(slot.number)];
      });
  }
  for (ir::Plan& plan : plans)
    plan.parameters = store.values;
  return {std::move(plans), std::move(store.data)};
}

// The first prepares for all.
static void share_prepared_memory(std::span<ir::Plan> plans) {
  ir::Plan& first = plans.front();
  for (ir::Plan& plan : plans.subspan(1)) {
    const int64_t before = first.prepared_bytes;
    const auto move = [&](ir::Slot& slot) {
      if (slot.kind == ir::Slot::Kind::prepared)
        slot.offset += before;
    };
    for_each_slot(plan.calls, move);
    for_each_slot(plan.preparations, move);
    for (ir::PreparedValue& value : plan.prepared)
      value.offset += before;
    first.preparations.insert(first.preparations.end(), plan.preparations.begin(),
                              plan.preparations.end());
    first.prepared_bytes += plan.prepared_bytes;
    plan.preparations.clear();
  }
  for (ir::Plan& plan : plans)
    plan.prepared_bytes = first.prepared_bytes;
}

std::vector<ir::Plan> share_preparations(std::vector<ir::Plan> plans, size_t sets) {
  for (size_t k = 0; k < plans.size(); k += sets)
    share_prepared_memory(std::span(plans).subspan(k, sets));
  return plans;
}

} // namespace fovea::emission
