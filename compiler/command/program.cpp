#include "compiler/command/command.hpp"
#include "compiler/command/help.hpp"

#include <fovea/runtime/file_error.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string_view>
#include <utility>

namespace fovea::command {

static int fail(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

std::string with_names_of_flags(std::string text) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"CompileOptions::optimization", "-O"},      {"CompileOptions::target", "--target"},
      {"CompileOptions::schedules", "--schedule"}, {"CompileOptions::algorithms", "--algorithm"},
      {"CompileOptions::threads", "--threads"},    {"CompileOptions::cache", "--cache"},
      {"EmitOptions::prefix", "--name"},           {"EmitOptions::header", "--header"},
      {"EmitOptions::cpp_header", "--cpp-header"}, {"EmitOptions::weights_file", "--weights"},
      {"the options' weights_path", "--weights"},  {"weights_path", "--weights"}};
  for (const auto& [option, flag] : names)
    for (size_t at = 0; (at = text.find(option, at)) != std::string::npos; at += flag.size())
      text.replace(at, option.size(), flag);
  return text;
}

Program::Program(const std::string& summary, const std::string& name) : CLI::App(summary, name) {
  // Verbs take these over when they are added.
  set_help_flag("-h,--help", "print this text");
  formatter(std::make_shared<Help>());
  failure_message(
      [](const CLI::App* app, const CLI::Error& error) { return usage_error_text(*app, error); });
}

int Program::parse_and_run(int argc, char** argv) {
  try {
    parse(argc, argv);
  } catch (const CLI::RuntimeError& ending) { // a verb has said all itself
    return ending.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return exit(error) == 0 ? 0 : 2; // help is no error
  }
  return 0;
}

int Program::run(int argc, char** argv) {
  // A file that grows beyond the user's limit is an error with words, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const int code = parse_and_run(argc, argv);
    std::cout.flush();
    if (std::fflush(stdout) != 0 || !std::cout)
      return fail("error: standard output cannot be written");
    return code;
  } catch (const Error& error) { // says "error: " itself, behind the line it speaks of
    return fail(with_names_of_flags(error.what()));
  } catch (const host::FileError& error) { // likewise, behind the path
    return fail(error.what());
  } catch (const std::exception& error) { // RunError, bad_alloc
    return fail("error: " + with_names_of_flags(error.what()));
  }
}

} // namespace fovea::command
