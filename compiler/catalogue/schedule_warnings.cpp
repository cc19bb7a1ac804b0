#include "compiler/catalogue/schedule_warnings.hpp"

#include <algorithm>

namespace fovea::catalogue {
namespace {

struct Widths {
  int64_t lanes = 1;  // elements of one vector
  int64_t copies = 1; // of it, unrolled
};

// Of the loops from `begin` on: those that the result has.
Widths widths_of(const std::vector<DimensionInfo>& loops, size_t begin) {
  Widths widths;
  for (size_t k = begin; k < loops.size(); ++k) {
    const DimensionInfo& loop = loops[k];
    if (loop.reduction || !loop.exact)
      continue;
    if (loop.kind == LoopKind::vectorized)
      widths.lanes *= loop.extent;
    if (loop.kind == LoopKind::unrolled)
      widths.copies *= loop.extent;
  }
  return widths;
}

// Where the innermost loop nest that keeps its elements begins: at the outermost reduced loop, if
// all dimensions of the result inside it are written out.
std::optional<size_t> accumulating_nest(const std::vector<DimensionInfo>& loops) {
  const auto reduced = std::find_if(loops.begin(), loops.end(),
                                    [](const DimensionInfo& loop) { return loop.reduction; });
  const bool written_out = std::all_of(reduced, loops.end(), [](const DimensionInfo& loop) {
    return loop.reduction || loop.kind == LoopKind::unrolled || loop.kind == LoopKind::vectorized;
  });
  if (reduced == loops.end() || !written_out)
    return std::nullopt;
  return static_cast<size_t>(reduced - loops.begin());
}

} // namespace

std::vector<std::string> warnings_of(const std::vector<StageInfo>& stages, const Target& target) {
  std::vector<std::string> warnings;
  for (const StageInfo& stage : stages) {
    const int64_t lanes = target.lanes(stage.element_bytes);
    for (size_t update = 0; update < stage.updates.size(); ++update) {
      const std::vector<DimensionInfo>& loops = stage.updates[update].dimensions;
      const std::optional<size_t> begin = accumulating_nest(loops);
      if (!begin)
        continue;
      const std::string name = stage.name + "." + std::to_string(update + 1);
      const Widths widths = widths_of(loops, *begin);
      const int64_t registers = (widths.lanes + lanes - 1) / lanes * widths.copies;
      if (registers >= target.vector_registers()) // one holds what is multiplied
        warnings.push_back("'" + name + "' accumulates in " + std::to_string(registers) +
                           " vector registers, and the target has " +
                           std::to_string(target.vector_registers()) +
                           ": some of them go to memory at every step; unroll less");
      if (widths.lanes > lanes)
        warnings.push_back("'" + name + "' is vectorized by " + std::to_string(widths.lanes) +
                           ", and a vector register of the target holds " + std::to_string(lanes) +
                           ": the schedule may have been made for another target");
    }
  }
  return warnings;
}

} // namespace fovea::catalogue
