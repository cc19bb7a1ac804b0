#pragma once
#include <fovea/graph/network.hpp>

#include <string_view>
#include <vector>

// The networks of examples/zoo, by name: what `zoo:NAME` means on the command line.
namespace fovea {

struct ZooEntry {
  std::string_view name;    // "lenet5"
  std::string_view summary; // one line: what it is, and whose
  Network (*make)(int64_t batch);
};

// Sorted by name.
const std::vector<ZooEntry>& zoo_entries();
// The network without weights. Throws Error, which names the nearest, for an unknown name.
Network zoo_network(std::string_view name, int64_t batch = 1,
                    SourceLocation location = SourceLocation::current());

} // namespace fovea
