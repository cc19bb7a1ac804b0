#pragma once
#include "compiler/command/command.hpp"
#include "compiler/command/progress.hpp"

#include <fovea/compile.hpp>

#include <functional>
#include <set>
#include <string>

namespace fovea::command {

// What a compilation warns of: on standard error as soon as it is known, and kept for --json. Said
// once, also where a verb compiles several times.
class Warnings {
 public:
  // For CompileOptions::warning: refers to this object and to `progress`, whose line makes room;
  // null: there is none. Both outlive the compilation.
  std::function<void(const Warning&)> printer(Progress* progress = nullptr);

  // [{"what", "layer", "path", "hint"}], each but "what" only where it is known.
  const Json& json() const { return json_; }

 private:
  void print(const Warning& warning, Progress* progress);

  std::set<std::string> said_;
  Json json_ = Json::array();
};

} // namespace fovea::command
