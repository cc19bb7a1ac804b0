#include "compiler/command/command.hpp"

#include <cstdio>

namespace fovea::command {

CLI::App* add_verb(CLI::App& fovea, const std::string& name, const std::string& summary,
                   const std::string& examples) {
  CLI::App* verb = fovea.add_subcommand(name, summary);
  verb->group("Verbs");
  verb->footer("Examples:\n" + examples);
  return verb;
}

std::optional<NameAndValue> name_and_value(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos)
    return std::nullopt;
  return NameAndValue{text.substr(0, equals), text.substr(equals + 1)};
}

void print_json(const Json& value) {
  // Names come from files: what is no UTF-8 must not stop the output.
  const std::string text = value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

} // namespace fovea::command
