#include "compiler/driver/files.hpp"

#include <fovea/graph/network.hpp>

#include <set>

namespace fovea {
namespace {

// Every way in which the file does not fit the network, one a line: a user mends them all at once.
std::string problems(const Network& network, const host::TensorMap& file, int& count) {
  std::string lines;
  std::set<std::string, std::less<>> wanted;
  auto add = [&](const std::string& line) {
    lines += "\n    " + line;
    ++count;
  };
  for (int value : network.parameters()) {
    const ValueInfo& parameter = network.values()[static_cast<size_t>(value)];
    wanted.insert(parameter.name);
    const auto found = file.find(parameter.name);
    if (found == file.end())
      add("'" + parameter.name + "' is missing: expected " + to_string(parameter.type));
    else if (driver::type_of(found->second) != parameter.type)
      add("'" + parameter.name + "': expected " + to_string(parameter.type) + ", got " +
          to_string(driver::type_of(found->second)));
  }
  for (const auto& [name, tensor] : file)
    if (!wanted.contains(name))
      add("'" + name + "' is unknown to the network: got " + to_string(driver::type_of(tensor)));
  return lines;
}

} // namespace

void Network::load(const std::string& path, SourceLocation location) {
  host::TensorMap file;
  try {
    file = host::read_safetensors(path);
  } catch (const host::FileError& error) {
    driver::rethrow(error, location);
  }
  int count = 0;
  if (const std::string lines = problems(*this, file, count); count > 0)
    throw Error({.what = path + ": the weights do not fit network '" + name() + "': " +
                         std::to_string(count) + (count == 1 ? " problem" : " problems") + lines,
                 .where = location,
                 .hint = "weights are named after their layers: conv(..).named(\"conv1\") has "
                         "conv1.weight and conv1.bias"});
  for (int value : parameters()) {
    auto owner = std::make_shared<host::HostTensor>(
        std::move(file.find(values()[static_cast<size_t>(value)].name)->second));
    const void* data = owner->bytes();
    set_weight(value, WeightData{std::move(owner), data});
  }
}

} // namespace fovea
