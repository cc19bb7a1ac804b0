#pragma once
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace fovea::command {

// Help texts: options in a column, everything within 100 columns.
class Help : public CLI::Formatter {
 public:
  Help();

 protected:
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_subcommand(const CLI::App* verb) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

// What standard error says of a command line that is wrong: what, the option that was perhaps
// meant, and where the help is.
std::string usage_error_text(const CLI::App& fovea, const CLI::Error& error);

} // namespace fovea::command
