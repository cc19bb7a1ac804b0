#pragma once
#include <fovea/error.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>

// The verbs of the `fovea` command, a file each. A verb adds its options to its own subcommand and
// sets the callback that runs it; failures are exceptions, which main() turns into words and an
// exit code. Results go to standard output, everything said on the way to standard error.
namespace fovea::command {

using Json = nlohmann::ordered_json; // keys in the order in which they were written

// Errors of the command line have no line of C++.
inline constexpr SourceLocation nowhere{};

void add_compile(CLI::App& fovea);
void add_run(CLI::App& fovea);
void add_bench(CLI::App& fovea);
void add_inspect(CLI::App& fovea);
void add_explain(CLI::App& fovea);
void add_diff(CLI::App& fovea);
void add_zoo(CLI::App& fovea);
void add_cache(CLI::App& fovea);
void add_version(CLI::App& fovea);

class ModelSource;
// Gives a program or a verb the options of `fovea compile`, and makes it do that with `model`.
void make_compiler(CLI::App& app, ModelSource model);

// A program with help and errors in one style.
class Program : public CLI::App {
 public:
  Program(const std::string& summary, const std::string& name);

  // All of a main(): parses the command line, which runs what it asks for, and says on standard
  // error what went wrong. Returns the exit code: 0; 1: it failed; 2: the command line is wrong.
  int run(int argc, char** argv);

 private:
  int parse_and_run(int argc, char** argv);
};

// `fovea VERB` with its help: one paragraph, then examples, one a line.
CLI::App* add_verb(CLI::App& fovea, const std::string& name, const std::string& summary,
                   const std::string& examples);

// "conv1=direct" at its first '='; none where there is no '='.
struct NameAndValue {
  std::string name, value;
};
std::optional<NameAndValue> name_and_value(const std::string& text);

// What the library says of its own options, with the names that they have on the command line.
std::string with_names_of_flags(std::string text);

// Prints a value on standard output, indented by two spaces, with a new line.
void print_json(const Json& value);

} // namespace fovea::command
