#pragma once
#include <fovea/catalogue/problem.hpp>

#include <algorithm>
#include <optional>
#include <vector>

// Definitions in which one reduction follows another: Y = f(sum V K), Z = g(sum Y L).
namespace fovea::kernels {

// One part per reduction, with what follows from it element by element and the tables that it
// reads. Each part but the first reads one tensor of the part before, as its own operand that comes
// last, and operands of the whole; names are kept. `compose` joins the parts again. None where a
// part reads anything else, or where the result is not the last part's.
std::optional<std::vector<Stage>> parts_of_chain(const Definition& definition);

// The problem that a part is by itself, where what lies between parts is stored as `between` says.
catalogue::Problem problem_of_part(const catalogue::Problem& whole, const Stage& part, bool is_last,
                                   const catalogue::Layout& between);

// The parts' own systems, one after another (not yet simplified), over operands as these store
// them.
Definition compose_systems(const Definition& whole, const std::vector<Stage>& systems);

// --- of parts, or whatever has their sources ---

// How many read operand `operand` of the whole.
template <class Part>
int parts_that_read(const std::vector<Part>& parts, int operand) {
  return static_cast<int>(std::count_if(parts.begin(), parts.end(), [&](const Part& part) {
    return std::any_of(part.sources.begin(), part.sources.end(),
                       [&](const auto& source) { return source.operand == operand; });
  }));
}

// What no part reads would not be stored as the problem says.
template <class Part>
bool read_all_operands(const std::vector<Part>& parts, const Definition& whole) {
  for (int k = 0; k < static_cast<int>(whole.operands.size()); ++k)
    if (parts_that_read(parts, k) == 0)
      return false;
  return true;
}

// The first part that reads an operand of the whole, and the number that it has there.
struct PartOperand {
  size_t part = 0;
  int operand = -1; // -1: none reads it
};
template <class Part>
PartOperand first_reader(const std::vector<Part>& parts, int operand) {
  for (size_t p = 0; p < parts.size(); ++p)
    for (size_t k = 0; k < parts[p].sources.size(); ++k)
      if (parts[p].sources[k].operand == operand)
        return {p, static_cast<int>(k)};
  return {};
}

} // namespace fovea::kernels
