#include "compiler/ir/views.hpp"

#include <fovea/all_ops.hpp>

#include <gtest/gtest.h>

namespace fovea::ir {
namespace {

Definition flatten_of(const Shape& shape, int64_t axis) {
  ops::Flatten flatten;
  flatten.axis = axis;
  return flatten.definition({{DType::f32, shape}});
}

TEST(Views, FlattenIsOneForEveryShapeAndAxis) {
  for (const Shape& shape : {Shape{2, 16, 5, 5}, Shape{1, 120, 1, 1}, Shape{7}, Shape{1, 1, 1},
                             Shape{3, 1, 4, 1, 5}, Shape{}})
    for (int axis = 0; axis <= shape.rank(); ++axis)
      EXPECT_TRUE(is_row_major_view(flatten_of(shape, axis))) << to_string(flatten_of(shape, axis));
}

template <class Op>
bool is_view(const Op& op, const Shape& shape) {
  return is_row_major_view(op.definition({{DType::f32, shape}}));
}

// Also where a run of dimensions is cut in other places.
TEST(Views, ReshapesAreViews) {
  const std::vector<Shape> shapes{
      {120},        {2, 60},    {60, 2},       {5, 24},     {24, 5},   {8, 15},      {2, 3, 4, 5},
      {5, 4, 3, 2}, {6, 1, 20}, {3, 1, 1, 40}, {1, 12, 10}, {4, 5, 6}, {2, 2, 30, 1}};
  for (const Shape& from : shapes)
    for (const Shape& to : shapes) {
      ops::Reshape reshape;
      reshape.shape = to;
      EXPECT_TRUE(is_view(reshape, from)) << to_string(reshape.definition({{DType::f32, from}}));
    }
  ops::Reshape scalar;
  scalar.shape = {};
  EXPECT_TRUE(is_view(scalar, {1, 1}));
}

TEST(Views, MovingUnitDimensionsIsOne) {
  const auto permuted = [](const Shape& permutation, const Shape& shape) {
    ops::Transpose transpose;
    transpose.permutation = permutation;
    return is_view(transpose, shape);
  };
  EXPECT_TRUE(permuted({0, 2, 3, 1}, {4, 1, 5, 6}));
  EXPECT_TRUE(permuted({1, 0, 2}, {1, 5, 7}));
  EXPECT_FALSE(permuted({1, 0, 2}, {2, 5, 7}));
  EXPECT_FALSE(permuted({0, 2, 1}, {1, 5, 7}));
}

// What does nothing by its attributes.
TEST(Views, WhatMovesNothingIsOne) {
  const Shape x{2, 4, 6, 6};
  ops::Expand expand;
  expand.shape = {1, 2, 4, 1, 6};
  EXPECT_TRUE(is_view(expand, x));
  ops::Tile tile;
  tile.repeats = {1, 1, 1, 1};
  EXPECT_TRUE(is_identity(tile.definition({{DType::f32, x}})));
  ops::Slice slice;
  slice.begin = {0};
  slice.end = {2};
  EXPECT_TRUE(is_identity(slice.definition({{DType::f32, x}})));
  ops::Pad pad;
  pad.begin = pad.end = {0, 0, 0, 0};
  EXPECT_TRUE(is_identity(pad.definition({{DType::f32, x}})));
  ops::DepthToSpace depth_to_space;
  depth_to_space.block = 1;
  EXPECT_TRUE(is_identity(depth_to_space.definition({{DType::f32, x}})));
  tile.repeats = {2, 1, 1, 1};
  pad.begin = {1, 0, 0, 0};
  pad.end = {-1, 0, 0, 0};
  EXPECT_FALSE(is_view(tile, x));
  EXPECT_FALSE(is_view(pad, x));
}

TEST(Views, AreDecidedByTheDefinition) {
  const TensorType image{DType::f32, {1, 4, 6, 6}};
  EXPECT_TRUE(is_identity(ops::Dropout{}.definition({image})));
  EXPECT_FALSE(is_row_major_view(ops::Relu{}.definition({image})));
  EXPECT_FALSE(is_row_major_view(ops::Add{}.definition({image, image})));
  EXPECT_FALSE(is_row_major_view(ops::Softmax{}.definition({image})));
  ops::MaxPool pool; // a window of one element: an identity in effect, but a reduction in form
  EXPECT_FALSE(is_row_major_view(pool.definition({image})));
}

// Z(i, j) = X(j, i), and Z(i) = X(i + 1).
TEST(Views, MovedElementsAreNone) {
  Node read;
  read.kind = Node::Kind::read;
  read.subscripts = {{IndexExpr::of(1), Boundary::none, nullptr},
                     {IndexExpr::of(0), Boundary::none, nullptr}};
  Equation equation;
  equation.free = {{"i", 4}, {"j", 4}};
  equation.body = std::make_shared<const Node>(read);
  Definition definition{"transposed", {{"X", {DType::f32, {4, 4}}}}, {equation}, {0}};
  EXPECT_FALSE(is_row_major_view(definition));

  std::swap(read.subscripts[0], read.subscripts[1]);
  definition.equations[0].body = std::make_shared<const Node>(read);
  EXPECT_TRUE(is_identity(definition));

  read.subscripts = {{IndexExpr::of(0) + IndexExpr{1, {}}, Boundary::wrap, nullptr}};
  equation.free = {{"i", 4}};
  equation.body = std::make_shared<const Node>(read);
  EXPECT_FALSE(is_row_major_view({"rotated", {{"X", {DType::f32, {4}}}}, {equation}, {0}}));
}

TEST(Views, OtherSizesAreNone) {
  Node read;
  read.kind = Node::Kind::read;
  read.subscripts = {{IndexExpr::of(0), Boundary::none, nullptr}};
  Equation equation;
  equation.free = {{"i", 3}};
  equation.body = std::make_shared<const Node>(read);
  EXPECT_FALSE(is_row_major_view({"head", {{"X", {DType::f32, {4}}}}, {equation}, {0}}));
}

} // namespace
} // namespace fovea::ir
