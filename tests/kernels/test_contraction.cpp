// Contractions are recognised by where indices stand, whoever wrote them.
#include "compiler/kernels/contraction.hpp"
#include "kernel_test.hpp"

#include <fovea/dsl.hpp>

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using kernels::Contraction;
using kernels::contraction_of;
using kernels::contraction_with_epilogue;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TensorType f32(Shape shape) {
  return {DType::f32, shape};
}

Definition convolution(const Layer<ops::Conv>& layer, const Shape& image) {
  const ops::Conv& op = layer.op;
  Shape kernel{op.filters, image[1] / op.groups};
  for (int d = 2; d < image.rank(); ++d)
    kernel.push_back(op.kernel[op.kernel.rank() == 1 ? 0 : d - 2]);
  Types types{f32(image), f32(kernel)};
  if (op.bias)
    types.push_back(f32({op.filters}));
  return op.definition(types);
}

TEST(Contraction, OfAConvolution) {
  const Definition conv = convolution(fovea::conv(6, 3, stride(2), pad(1)), {2, 4, 9, 8});
  const auto found = contraction_with_epilogue(conv);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->image, 0);
  EXPECT_EQ(found->weights, 1);
  EXPECT_THAT(found->groups, IsEmpty());
  EXPECT_THAT(found->rows, ElementsAre(0, 2, 3)); // batch, y, x
  EXPECT_THAT(found->columns, ElementsAre(1));
  EXPECT_THAT(found->channels, ElementsAre(4));
  ASSERT_EQ(found->windows.size(), 2u);
  const Contraction::Window& window = found->windows[1];
  EXPECT_EQ(window.row, 3);
  EXPECT_EQ(window.term, 6);
  EXPECT_EQ(window.axis, 3);
  EXPECT_EQ(window.stride, 2);
  EXPECT_EQ(window.dilation, 1);
  EXPECT_EQ(window.offset, -1);
}

TEST(Contraction, OfADenseLayer) {
  ops::Dense dense;
  dense.outputs = 5;
  const auto found =
      contraction_with_epilogue(dense.definition(Types{f32({3, 7}), f32({5, 7}), f32({5})}));
  ASSERT_TRUE(found);
  EXPECT_THAT(found->rows, ElementsAre(0));
  EXPECT_THAT(found->columns, ElementsAre(1));
  EXPECT_THAT(found->channels, ElementsAre(2));
  EXPECT_THAT(found->windows, IsEmpty());
}

// Batches that both have are groups; a batch of the left alone is so many rows more.
TEST(Contraction, OfMatrixProducts) {
  const auto contraction = [](const auto& op, const std::vector<Shape>& shapes) {
    Types types;
    for (const Shape& shape : shapes)
      types.push_back(f32(shape));
    return contraction_with_epilogue(op.definition(types));
  };
  const auto both = contraction(ops::Matmul{}, {{2, 3, 7}, {2, 7, 5}});
  ASSERT_TRUE(both);
  EXPECT_THAT(both->groups, ElementsAre(0));
  EXPECT_THAT(both->rows, ElementsAre(1));
  EXPECT_THAT(both->columns, ElementsAre(2));
  EXPECT_THAT(both->channels, ElementsAre(3));
  const auto left = contraction(ops::Matmul{}, {{2, 3, 7}, {7, 5}});
  ASSERT_TRUE(left);
  EXPECT_THAT(left->groups, IsEmpty());
  EXPECT_THAT(left->rows, ElementsAre(0, 1));
  const auto sum = contraction(ops::Gemm({.alpha = 0.5, .trans_a = true}), {{7, 3}, {7, 5}, {5}});
  ASSERT_TRUE(sum);
  EXPECT_THAT(sum->rows, ElementsAre(0));
  EXPECT_THAT(sum->columns, ElementsAre(1));
}

TEST(Contraction, OfADepthwiseConvolution) {
  const auto found =
      contraction_with_epilogue(convolution(fovea::conv(4, 3, groups(4), no_bias), {1, 4, 6, 6}));
  ASSERT_TRUE(found);
  EXPECT_THAT(found->groups, ElementsAre(1));
  EXPECT_THAT(found->columns, IsEmpty());
}

// Z(i, p) = sum(c) K(i, c) V(c, p + 1): written the other way round.
TEST(Contraction, FactorsInEitherOrder) {
  Builder builder("reversed");
  const int weights = builder.operand("K", DType::f32, {4, 3});
  const int image = builder.operand("V", DType::f32, {3, 9});
  const IndexExpr shifted = index(1) + fixed(1);
  const int sum = builder.reduction(
      "S", {{"i", 4}, {"p", 8}}, ReduceKind::sum, {{"c", 3}},
      mul(builder.read(weights, {index(0), index(2)}), builder.read(image, {index(2), shifted})));
  const auto found = contraction_of(builder.results({sum}), 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->image, image);
  EXPECT_EQ(found->weights, weights);
  EXPECT_THAT(found->rows, ElementsAre(1));
  EXPECT_THAT(found->columns, ElementsAre(0));
}

Definition of_two(ReduceKind kind, bool squared) {
  Builder builder("other");
  const int a = builder.operand("A", DType::f32, {4, 3});
  const int b = builder.operand("B", DType::f32, {4, 3});
  const Expr x = builder.read(a, {index(0), index(1)});
  const Expr y = builder.read(squared ? a : b, {index(0), index(1)});
  return builder.results({builder.reduction("S", {{"i", 4}}, kind, {{"c", 3}}, mul(x, y))});
}

TEST(Contraction, NotWhatIsNone) {
  EXPECT_TRUE(contraction_of(of_two(ReduceKind::sum, false), 0));
  EXPECT_FALSE(contraction_of(of_two(ReduceKind::max, false), 0));
  EXPECT_FALSE(contraction_of(of_two(ReduceKind::sum, true), 0)); // a tensor with itself
  ops::AvgPool pool;
  pool.kernel = {2};
  EXPECT_FALSE(contraction_with_epilogue(pool.definition(Types{f32({1, 2, 4, 4})})));
}

} // namespace
} // namespace fovea::kernel_test
