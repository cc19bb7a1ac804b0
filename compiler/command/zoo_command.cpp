#include "compiler/command/command.hpp"
#include "compiler/command/table.hpp"

#include <fovea/graph/summary.hpp>
#include <fovea/zoo.hpp>

#include <cstdio>
#include <memory>

namespace fovea::command {

static void list_zoo(bool as_json) {
  Json list = Json::array();
  Table table({{"name"},
               {"parameters", Table::Align::right},
               {"MACs", Table::Align::right},
               {"what", Table::Align::left, true}});
  for (const ZooEntry& entry : zoo_entries()) {
    const Summary facts = summary(entry.make(1));
    list.push_back({{"name", entry.name},
                    {"parameters", facts.parameters},
                    {"macs", facts.macs},
                    {"summary", entry.summary}});
    table.add({"zoo:" + std::string(entry.name), with_commas(facts.parameters),
               with_commas(facts.macs), std::string(entry.summary)});
  }
  if (as_json)
    print_json(list);
  else
    std::fputs(table.to_string().c_str(), stdout);
}

void add_zoo(CLI::App& fovea) {
  CLI::App* verb = add_verb(fovea, "zoo", "List the networks that are compiled in.",
                            "  fovea zoo\n"
                            "  fovea inspect zoo:lenet5\n");
  auto as_json = std::make_shared<bool>(false);
  verb->add_flag("--json", *as_json, "for machines");
  verb->callback([as_json] { list_zoo(*as_json); });
}

} // namespace fovea::command
