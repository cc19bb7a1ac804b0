#include "compiler/catalogue/directives.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::catalogue {
namespace {

using enum ArgumentKind;

// vectorize and unroll also have a form with several dimensions and no factor: see the parser.
const std::vector<DirectiveInfo>& directives() {
  static const std::vector<DirectiveInfo> table = {
      {"split", {dimension, new_dimension, new_dimension, number, tail}, 4},
      {"tile",
       {dimension, dimension, new_dimension, new_dimension, new_dimension, new_dimension, number,
        number, tail},
       8},
      {"fuse", {dimension, dimension, new_dimension}, 3},
      {"reorder", {dimension}, 1, true},
      {"vectorize", {dimension, number, tail}, 1},
      {"unroll", {dimension, number, tail}, 1},
      {"parallel", {dimension}, 1, true},
      {"serial", {dimension}, 1, true},
      {"atomic", {}, 0},
      {"rfactor", {dimension, new_dimension, number, new_stage}, 4},
      {"compute_root", {}, 0, false, true},
      {"inline", {}, 0, false, true},
      {"compute_at", {stage, dimension}, 2, false, true},
      {"store_at", {stage, dimension}, 2, false, true},
      {"store_in", {memory}, 1, false, true},
      {"bound", {dimension, number, number}, 3, false, true},
      {"bound_extent", {dimension, number}, 2, false, true},
      {"align_bounds", {dimension, number, number}, 2, false, true},
      {"align_storage", {dimension, number}, 2, false, true},
      {"reorder_storage", {dimension}, 1, true, true},
      {"copy", {new_stage, stage}, 1, false, true},
      {"pack", {operand, new_stage}, 2, false, true},
  };
  return table;
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substituted = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

} // namespace

const DirectiveInfo* find_directive(std::string_view name) {
  for (const DirectiveInfo& info : directives())
    if (info.name == name)
      return &info;
  return nullptr;
}

std::vector<std::string> directive_names() {
  std::vector<std::string> names;
  for (const DirectiveInfo& info : directives())
    names.emplace_back(info.name);
  return names;
}

bool is_reserved_directive(std::string_view name) {
  static const std::vector<std::string_view> words = {"gpu_blocks", "gpu_threads", "gpu_lanes",
                                                      "gpu_tile"};
  return std::find(words.begin(), words.end(), name) != words.end();
}

bool is_reserved_memory(std::string_view name) {
  return name == "shared";
}

const std::vector<std::string>& tail_names() {
  static const std::vector<std::string> names = {"auto", "round_up", "shift_inwards", "guard",
                                                 "predicate"};
  return names;
}

const std::vector<std::string>& memory_names() {
  static const std::vector<std::string> names = {"auto", "heap", "stack", "register"};
  return names;
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  size_t least = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : known)
    if (const size_t distance = edit_distance(word, candidate); distance < least) {
      least = distance;
      best = candidate;
    }
  return best;
}

std::string nearest_hint(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : "did you mean `" + near + "`?";
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

} // namespace fovea::catalogue
