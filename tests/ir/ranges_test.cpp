#include "compiler/ir/ranges.hpp"

#include <fovea/all_ops.hpp>

#include <gtest/gtest.h>

namespace fovea::ir {
namespace {

Types types_of(const std::vector<Shape>& shapes) {
  Types types;
  for (const Shape& shape : shapes)
    types.push_back({DType::f32, shape});
  return types;
}

Definition concat_of(const std::vector<Shape>& shapes, int64_t axis) {
  ops::Concat concat;
  concat.axis = axis;
  return concat.definition(types_of(shapes));
}

Definition slice_of(const Shape& shape, int64_t axis, int64_t begin, int64_t end,
                    int64_t step = 1) {
  ops::Slice slice;
  slice.axes = {axis};
  slice.begin = {begin};
  slice.end = {end};
  slice.step = {step};
  return slice.definition(types_of({shape}));
}

// "axis: operand[from+extent] ..."
std::string text_of(const Definition& definition) {
  const auto ranges = copied_ranges(definition);
  if (!ranges)
    return "none";
  std::string text = std::to_string(ranges->axis) + ":";
  for (const CopiedRange& range : ranges->ranges)
    text += " " + std::to_string(range.operand) + "[" + std::to_string(range.from) + "+" +
            std::to_string(range.extent) + "]@" + std::to_string(range.to);
  return text + (joins_operands(definition, *ranges) ? " whole" : "");
}

TEST(Ranges, ConcatenationsAreReadFromTheirDefinitions) {
  EXPECT_EQ(text_of(concat_of({{1, 3, 4}, {1, 5, 4}, {1, 1, 4}}, 1)),
            "1: 0[0+3]@0 1[0+5]@3 2[0+1]@8 whole");
  EXPECT_EQ(text_of(concat_of({{2, 3}, {4, 3}}, 0)), "0: 0[0+2]@0 1[0+4]@2 whole");
  EXPECT_EQ(text_of(concat_of({{1, 1, 1}, {1, 1, 1}}, -1)), "2: 0[0+1]@0 1[0+1]@1 whole");
}

TEST(Ranges, SlicesAreOneRange) {
  EXPECT_EQ(text_of(slice_of({1, 8, 4}, 1, 2, 5)), "1: 0[2+3]@0");
  EXPECT_EQ(text_of(slice_of({1, 8, 4}, 1, 0, 5)), "1: 0[0+5]@0");
  EXPECT_EQ(text_of(slice_of({1, 8, 4}, 2, 3, 4)), "2: 0[3+1]@0");
}

TEST(Ranges, WhatDoesMoreIsNone) {
  EXPECT_EQ(text_of(slice_of({1, 8, 4}, 1, 0, 8, 2)), "none");          // leaves elements out
  EXPECT_EQ(text_of(slice_of({1, 8, 4}, 1, -1, to_first, -1)), "none"); // turns them around
  EXPECT_EQ(text_of(slice_of({1, 8, 4}, 1, 0, 8)), "none");             // a copy
  EXPECT_EQ(text_of(ops::Relu{}.definition(types_of({{4}}))), "none");
  EXPECT_EQ(text_of(ops::Add{}.definition(types_of({{4}, {4}}))), "none");
  ops::Pad pad;
  pad.begin = {0, 1};
  pad.end = {0, 0};
  EXPECT_EQ(text_of(pad.definition(types_of({{2, 3}}))), "none");
  ops::Tile tile;
  tile.repeats = {1, 2};
  EXPECT_EQ(text_of(tile.definition(types_of({{2, 3}}))), "none");
  ops::Slice two;
  two.axes = {0, 1};
  two.begin = {1, 1};
  two.end = {2, 2};
  EXPECT_EQ(text_of(two.definition(types_of({{3, 3}}))), "none");
}

using catalogue::Layout;

std::string stored(const Shape& shape, const Layout& layout, int axis, int64_t begin,
                   int64_t extent) {
  const auto range = stored_range(shape, layout, axis, begin, extent);
  return range ? std::to_string(range->begin) + "+" + std::to_string(range->elements) : "none";
}

TEST(Ranges, AreStoredTogetherWhereNothingIsOutsideTheAxis) {
  const Layout plain = Layout::row_major();
  EXPECT_EQ(stored({1, 8, 3, 2}, plain, 1, 2, 5), "12+30");
  EXPECT_EQ(stored({8, 3, 2}, plain, 0, 0, 8), "0+48");
  EXPECT_EQ(stored({2, 8, 3, 2}, plain, 1, 2, 5), "none");
  EXPECT_EQ(stored({1, 8, 3, 2}, plain, 2, 1, 1), "none");
}

TEST(Ranges, AreWholeBlocksButForTheLast) {
  const Layout blocked = Layout::blocked(1, 4);
  EXPECT_EQ(stored({1, 10, 3, 2}, blocked, 1, 4, 4), "24+24");
  EXPECT_EQ(stored({1, 10, 3, 2}, blocked, 1, 4, 6), "24+48");
  EXPECT_EQ(stored({1, 10, 3, 2}, blocked, 1, 4, 5), "none");
  EXPECT_EQ(stored({1, 10, 3, 2}, blocked, 1, 2, 8), "none");
  EXPECT_EQ(stored({3, 10, 2}, blocked, 0, 1, 2), "24+48"); // the blocks are further in
}

// Each element of the range is where the layout says.
TEST(Ranges, AgreeWithTheLayout) {
  const Shape shape{1, 10, 3, 2};
  for (const Layout& layout : {Layout::row_major(), Layout::blocked(1, 4), Layout::blocked(2, 2)})
    for (int64_t begin = 0; begin < 10; ++begin)
      for (int64_t extent = 1; begin + extent <= 10; ++extent) {
        const auto range = stored_range(shape, layout, 1, begin, extent);
        if (!range)
          continue;
        const Shape part{1, extent, 3, 2};
        EXPECT_EQ(range->elements, stored_type({DType::f32, part}, layout).shape.elements());
        for (int64_t k = 0; k < part.elements(); ++k)
          EXPECT_EQ(stored_offset(shape, layout, begin * 6 + k),
                    range->begin + stored_offset(part, layout, k));
      }
}

} // namespace
} // namespace fovea::ir
