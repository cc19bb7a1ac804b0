#pragma once
#include <fovea/catalogue/layout.hpp>
#include <fovea/definition/definition.hpp>

#include <optional>
#include <vector>

// Definitions that only put ranges of their operands side by side, and where such ranges are in
// memory. Plain data: nothing here knows MLIR.
namespace fovea::ir {

// `extent` elements along the axis, of the operand from `from` on, are the result's from `to` on.
struct CopiedRange {
  int operand = 0;
  int64_t from = 0, to = 0, extent = 0;
};

struct CopiedRanges {
  int axis = 0;
  std::vector<CopiedRange> ranges; // in the order of the result
};

// What a definition of one result copies, where it does nothing else: concatenations, slices. None
// where elements move along several dimensions or along none (a copy). Sound, not complete.
std::optional<CopiedRanges> copied_ranges(const Definition& definition);

// Does each range take the whole of its operand?
bool joins_operands(const Definition& definition, const CopiedRanges& ranges);

// Elements as they are stored, one after another.
struct StoredRange {
  int64_t begin = 0, elements = 0;
};

// Where the elements `begin` to `begin + extent` along `axis` of a tensor of that shape are stored;
// none where they are not one range, or not whole blocks: what fills up the last one of the tensor
// belongs to those before it.
std::optional<StoredRange> stored_range(const Shape& shape, const catalogue::Layout& layout,
                                        int axis, int64_t begin, int64_t extent);

} // namespace fovea::ir
