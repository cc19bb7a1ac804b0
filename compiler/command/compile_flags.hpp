#pragma once
#include "compiler/command/command.hpp"

#include <fovea/compile.hpp>

#include <string>
#include <vector>

namespace fovea::command {

// The options that say how a network is compiled: the same for every verb that compiles.
class CompileFlags {
 public:
  void add_to(CLI::App& verb);

  // Throws CLI::ValidationError for a value that is wrong in itself, or for more than one target;
  // Error for a file with a schedule that cannot be read.
  CompileOptions options() const;
  // The same for a library: several targets are left to `targets`.
  CompileOptions options_of_library() const;
  // All that were given, if several were. Throws CLI::ValidationError.
  std::vector<catalogue::Target> targets() const;
  // The first of the options that was given, as the user knows it ("--schedule"); empty: none. For
  // verbs that take libraries too, which are compiled already.
  std::string first_given() const;

 private:
  int optimization_ = 2;
  std::string precision_ = "fast";
  uint64_t max_workspace_ = 0; // where it is given
  const CLI::Option* max_workspace_option_ = nullptr;
  std::vector<std::string> targets_;
  std::vector<std::string> schedules_;  // LAYER=TEXT or LAYER=@FILE
  std::vector<std::string> algorithms_; // LAYER=NAME
  std::string cache_;
  bool no_cache_ = false;
  std::vector<const CLI::Option*> added_;
};

} // namespace fovea::command
