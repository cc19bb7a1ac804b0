#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The directives of schedules: one table that parser and checks read.
namespace fovea::catalogue {

enum class ArgumentKind : uint8_t {
  dimension,
  new_dimension,
  number,
  stage,
  new_stage,
  operand,
  tail,
  memory
};

struct DirectiveInfo {
  std::string_view name;
  std::vector<ArgumentKind> arguments; // in order; those from `required` on may be left out
  size_t required;
  bool repeats = false;     // the last kind any number of times
  bool whole_stage = false; // not of an update
};

// nullptr where there is no such directive.
const DirectiveInfo* find_directive(std::string_view name);
std::vector<std::string> directive_names();
// Words kept for targets that are GPUs.
bool is_reserved_directive(std::string_view name);
bool is_reserved_memory(std::string_view name);

const std::vector<std::string>& tail_names();
const std::vector<std::string>& memory_names();

// The known word nearest to `word` by edit distance; empty where none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);
// "did you mean `unroll`?", of that one; empty where none is near.
std::string nearest_hint(std::string_view word, const std::vector<std::string>& known);
// "a, b, c"
std::string listed(const std::vector<std::string>& words);

} // namespace fovea::catalogue
