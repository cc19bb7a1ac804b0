#include "compiler/command/warnings.hpp"

#include <fmt/format.h>

namespace fovea::command {

std::function<void(const Warning&)> Warnings::printer(Progress* progress) {
  return [this, progress](const Warning& warning) { print(warning, progress); };
}

void Warnings::print(const Warning& warning, Progress* progress) {
  const std::string text = with_names_of_flags(to_string(warning));
  if (!said_.insert(text).second)
    return;
  if (progress)
    progress->clear();
  fmt::print(stderr, "{}\n", text);
  Json entry{{"what", with_names_of_flags(warning.what)}};
  for (const auto& [key, value] :
       {std::pair{"layer", warning.layer}, {"path", warning.path}, {"hint", warning.hint}})
    if (!value.empty())
      entry[key] = with_names_of_flags(value);
  json_.push_back(std::move(entry));
}

} // namespace fovea::command
