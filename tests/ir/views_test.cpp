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
