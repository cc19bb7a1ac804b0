#include "compiler/catalogue/directives.hpp"

#include <fovea/zoo.hpp>

#include <algorithm>
#include <fovea/zoo_list.hpp> // generated from the files of examples/zoo

namespace fovea {

const std::vector<ZooEntry>& zoo_entries() {
  static const std::vector<ZooEntry> entries = {FOVEA_ZOO_ENTRIES};
  return entries;
}

Network zoo_network(std::string_view name, int64_t batch, SourceLocation location) {
  const auto found = std::ranges::find(zoo_entries(), name, &ZooEntry::name);
  if (found != zoo_entries().end())
    return found->make(batch);
  std::vector<std::string> names;
  for (const ZooEntry& entry : zoo_entries())
    names.emplace_back(entry.name);
  const std::string near = catalogue::nearest(name, names);
  throw Error({.what = "the zoo has no network '" + std::string(name) + "'",
               .where = location,
               .expected = "one of " + catalogue::listed(names),
               .hint = near.empty() ? "" : "did you mean `zoo:" + near + "`?"});
}

} // namespace fovea
