#include "compiler/driver/weights.hpp"

#include <fovea/runtime/abi.h>
#include <fovea/runtime/host_tensor.hpp>

#include <cstring>
#include <map>

namespace fovea::driver {

void check_weights_set(const Network& network, SourceLocation location) {
  std::string missing;
  int count = 0;
  for (int value : network.parameters())
    if (!network.weight(value).data) {
      const ValueInfo& parameter = network.values()[static_cast<size_t>(value)];
      missing += (count++ ? ", " : "") + parameter.name;
    }
  if (count)
    throw Error(
        {.what = "network '" + network.name() + "' has weights without contents: " + missing,
         .where = location,
         .expected = "every weight set before compile()",
         .got = std::to_string(count) + " of " + std::to_string(network.parameters().size()) +
                " not set",
         .hint = "use net.load(\"...safetensors\"), net.set_weight(...) or "
                 "net.randomize(seed)"});
}

std::vector<std::string> parameter_names(const ir::Plan& plan) {
  std::vector<std::string> names;
  for (const ir::PlanValue& parameter : plan.parameters)
    names.push_back(parameter.name);
  return names;
}

static WeightData aligned(const WeightData& weight, const TensorType& type) {
  if (reinterpret_cast<uintptr_t>(weight.data) % FOVEA_MEMORY_ALIGNMENT == 0)
    return weight;
  auto copy = std::make_shared<host::HostTensor>(host::HostTensor::uninitialised(
      static_cast<fovea_dtype>(type.dtype), type.shape.to_vector()));
  std::memcpy(copy->bytes(), weight.data, copy->size_bytes());
  const void* data = copy->bytes();
  return {std::move(copy), data};
}

Weights::Weights(const Network& network, const std::vector<std::string>& names,
                 SourceLocation location) {
  check_weights_set(network, location);
  std::map<std::string, int> values;
  for (int value : network.parameters())
    values[network.values()[static_cast<size_t>(value)].name] = value;
  for (const std::string& name : names) {
    const auto found = values.find(name);
    if (found == values.end())
      throw Error({.what = "internal error: the program of '" + network.name() +
                           "' has a parameter '" + name + "' that the network has not"});
    const TensorType& type = network.values()[static_cast<size_t>(found->second)].type;
    kept_.push_back(aligned(network.weight(found->second), type));
    data_.push_back(kept_.back().data);
    bytes_ += type.bytes();
  }
}

} // namespace fovea::driver
