#include "compiler/command/help.hpp"

#include "compiler/catalogue/directives.hpp"

#include <sstream>
#include <vector>

namespace fovea::command {
namespace {

constexpr size_t most_columns = 100;
constexpr size_t description_column = 34;

std::string wrapped(const std::string& text, size_t columns) {
  std::istringstream words(text);
  std::string result;
  size_t length = 0;
  for (std::string word; words >> word; length += word.size()) {
    if (length > 0 && length + 1 + word.size() > columns) {
      result += '\n';
      length = 0;
    } else if (length > 0) {
      result += ' ';
      ++length;
    }
    result += word;
  }
  return result;
}

// The verb that was asked for; the command itself where there is none.
const CLI::App& asked_for(const CLI::App& fovea) {
  const std::vector<CLI::App*> verbs = fovea.get_subcommands();
  return verbs.empty() ? fovea : *verbs.front();
}

// The first word that was not understood, options first: what follows one is taken for a value or
// not, who knows. Empty: the words are understood, the error is another.
std::string unknown_word(const CLI::App& fovea) {
  const std::vector<std::string> words = fovea.remaining(true);
  for (const std::string& word : words)
    if (word.starts_with('-') && word.size() > 1)
      return word.substr(0, word.find('='));
  return words.empty() ? "" : words.front();
}

// What it may have meant.
std::string suggestion(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      known.push_back("--" + name);
  for (const CLI::App* verb : app.get_subcommands({}))
    known.push_back(verb->get_name());
  return catalogue::nearest(word, known);
}

std::string what_is_wrong(const CLI::App& app, const CLI::Error& error, const std::string& word) {
  const bool has_verbs = !app.get_subcommands({}).empty();
  if (word.starts_with('-'))
    return "there is no option " + word;
  if (!word.empty())
    return has_verbs ? "there is no verb '" + word + "'" : "unexpected argument '" + word + "'";
  if (has_verbs && error.get_name() == "RequiredError")
    return "a verb is required";
  return error.what();
}

} // namespace

Help::Help() {
  column_width(description_column);
  label("SUBCOMMAND", "VERB");
  label("Positionals", "Arguments");
}

// A blank line between groups, not two.
std::string Help::make_group(std::string group, bool is_positional,
                             std::vector<const CLI::Option*> options) const {
  const std::string text = CLI::Formatter::make_group(group, is_positional, std::move(options));
  return is_positional || group == "Options" ? text : text.substr(1);
}

std::string Help::make_description(const CLI::App* app) const {
  return wrapped(app->get_description(), most_columns) + "\n";
}

// In the list of verbs the first sentence is enough.
std::string Help::make_subcommand(const CLI::App* verb) const {
  std::string text = verb->get_description();
  text = text.substr(0, text.find(". "));
  if (text.ends_with('.'))
    text.pop_back();
  std::stringstream line;
  CLI::detail::format_help(line, verb->get_name(), wrapped(text, most_columns - description_column),
                           description_column);
  return line.str();
}

std::string Help::make_option_opts(const CLI::Option* option) const {
  if (!option->get_option_text().empty())
    return " " + option->get_option_text();
  const bool takes_value = option->get_type_size() != 0 && option->nonpositional();
  return takes_value ? " " + option->get_type_name() : "";
}

std::string Help::make_option_desc(const CLI::Option* option) const {
  return wrapped(option->get_description(), most_columns - description_column);
}

std::string usage_error_text(const CLI::App& fovea, const CLI::Error& error) {
  const CLI::App& app = asked_for(fovea);
  const std::string word = unknown_word(fovea);
  std::string text = "error: " + what_is_wrong(app, error, word) + "\n";
  if (const std::string near = word.empty() ? "" : suggestion(app, word); !near.empty())
    text += "  hint: did you mean `" + near + "`?\n";
  return text + "  `" + (&app == &fovea ? "" : fovea.get_name() + " ") + app.get_name() +
         " --help` explains the options\n";
}

} // namespace fovea::command
