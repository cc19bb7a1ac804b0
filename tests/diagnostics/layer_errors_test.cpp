// What a user sees who applies layers wrongly: what, where, expected, got, hint.
#include "tests/diagnostics/thrown_here.hpp"

#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;

class LayerErrors : public Thrown {
 protected:
  LayerErrors() : Thrown(__FILE__) {}

  Network net{"net"};
  Tensor<> image = net.input("image", {1, 16, 3, 3});
};

TEST_F(LayerErrors, TheWholeText) {
  Network lenet("lenet5");
  const Tensor<> x = lenet.input("image", {1, 1, 12, 12});
  error =
      error_of([&] { x | conv(16, 5).named("conv1") | avg_pool(2) | conv(120, 5).named("conv3"); });
  const std::string text = Error(error).what();
  EXPECT_THAT(text, HasSubstr("layer_errors_test.cpp:" + std::to_string(__LINE__ - 2)));
  EXPECT_THAT(text, HasSubstr("error: conv 'conv3': the 5x5 kernel does not fit its 4x4 input\n"
                              "  expected: padded extent >= 5, got 4   (input 1x16x4x4)\n"
                              "  hint: use padding `same`, or a kernel of at most 4x4\n"
                              "  image -> conv1 -> avg_pool -> conv3"));
}

TEST_F(LayerErrors, KernelLargerThanThePaddedInput) {
  THROWN_HERE(image | conv(120, 5).named("conv3"));
  expect("conv 'conv3': the 5x5 kernel does not fit its 3x3 input", "padded extent >= 5", "3");
  EXPECT_EQ(error.detail, "input 1x16x3x3");
  EXPECT_EQ(error.hint, "use padding `same`, or a kernel of at most 3x3");
  EXPECT_EQ(error.trail, "image -> conv3");
  THROWN_HERE(image | conv(2, 7, pad(1)).named("c"));
  expect("conv 'c': the 7x7 kernel does not fit its 3x3 input", "padded extent >= 7", "5");
  THROWN_HERE(image | max_pool(4));
  expect("max_pool 'max_pool': the 4x4 kernel does not fit its 3x3 input", "padded extent >= 4",
         "3");
}

TEST_F(LayerErrors, GroupsThatDoNotDivide) {
  THROWN_HERE(image | conv(8, 3, groups(3)));
  expect("conv 'conv': 3 groups do not divide its 16 channels and 8 filters",
         "groups that divide both", "3");
}

TEST_F(LayerErrors, SizesBelowOne) {
  THROWN_HERE(image | conv(0, 3));
  expect("conv 'conv': the number of filters is below 1", "filters >= 1", "0");
  THROWN_HERE(image | flatten | dense(-1).named("fc"));
  expect("dense 'fc': the number of outputs is below 1", "outputs >= 1", "-1");
  THROWN_HERE(image | conv(4, 3, stride(-2)));
  EXPECT_EQ(error.got, "-2");
  THROWN_HERE(net.input("empty", {1, 0, 3, 3}));
  expect("input 'empty': the input 1x0x3x3 has an extent below 1", "extents >= 1", "1x0x3x3");
  THROWN_HERE(net.parameter("w", {-4}));
  expect("weight 'w': the input -4 has an extent below 1", "extents >= 1", "-4");
}

TEST_F(LayerErrors, WrongRank) {
  const Tensor<> flat = image | flatten;
  THROWN_HERE(flat | conv(4, 3).named("c"));
  expect("conv 'c': the input 1x144 has the wrong rank", "rank 3 to 5", "rank 2");
  EXPECT_EQ(error.hint, "a batch of images is [batch, channels, height, width]");
}

// `| batch_norm` records no line of its own: the one of its input is named.
TEST_F(LayerErrors, OpsWithoutParentheses) {
  const Tensor<> vector = net.input("vector", {5});
  line = __LINE__ - 1;
  error = error_of([&] { vector | batch_norm; });
  expect("batch_norm 'batch_norm': the input 5 has the wrong rank", "rank 2 to 12", "rank 1");
}

TEST_F(LayerErrors, SizesThatOverflow) {
  const int64_t huge = INT64_C(1) << 40;
  THROWN_HERE(net.input("huge", {huge, huge, huge}));
  expect("input 'huge': the input 1099511627776x1099511627776x1099511627776 is too large",
         "a size in bytes below 2^63", "1099511627776x1099511627776x1099511627776");
  const Tensor<> row = net.input("row", {1, huge}), column = net.input("column", {huge, 1});
  THROWN_HERE(add(row, column));
  EXPECT_EQ(error.what, "add 'add': the result is too large");
  THROWN_HERE(row | dense(huge).named("fc"));
  EXPECT_EQ(error.what, "dense 'fc': a weight is too large");
  THROWN_HERE(net.input("long", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(error.what, "input 'long': the input has more dimensions than a tensor may have");
}

TEST_F(LayerErrors, ShapesThatDoNotBroadcast) {
  const Tensor<> other = net.input("other", {1, 8, 3, 3});
  THROWN_HERE(add(image, other));
  expect("add 'add': the shapes 1x16x3x3 and 1x8x3x3 do not broadcast",
         "equal extents, or 1, from the last dimension on", "16x8");
  error = error_of([&] { image* other; });
  EXPECT_EQ(error.what, "mul 'mul': the shapes 1x16x3x3 and 1x8x3x3 do not broadcast");
  EXPECT_TRUE(error.where.known());
  const Tensor<> whole = net.input("whole", {1, 16, 3, 3}, DType::i32);
  THROWN_HERE(add(image, whole));
  EXPECT_EQ(error.what, "add 'add': the operands have different element types");
}

TEST_F(LayerErrors, SkipsThatDoNotAddUp) {
  error = error_of([&] { image | skip(conv(8, 3, same)); });
  EXPECT_EQ(error.what, "add 'add': the shapes 1x16x3x3 and 1x8x3x3 do not broadcast");
  EXPECT_TRUE(error.where.known());
}

TEST_F(LayerErrors, TensorsThatDoNotJoin) {
  const Tensor<> small = image | avg_pool(2);
  THROWN_HERE(concat({image, small}));
  expect("concat 'concat': its operands differ beside the axis", "1x16x3x3", "1x16x1x1");
  THROWN_HERE(concat({image, image}, 4));
  expect("concat 'concat': the axis is no dimension of the input 1x16x3x3", "-4 to 3", "4");
  THROWN_HERE(concat(std::vector<Tensor<>>{}));
  expect("concat: it has no inputs", "one tensor or more", "none");
  THROWN_HERE(concat(std::vector<Tensor<>>(65, image)));
  EXPECT_EQ(error.what, "concat 'concat': it has too many operands");
}

TEST_F(LayerErrors, AFailedLayerLeavesNoTrace) {
  const size_t values = net.values().size(), nodes = net.nodes().size();
  error = error_of([&] { image | conv(120, 5).named("conv3"); });
  net.parameter("conv4.bias", {2});
  error = error_of([&] { image | conv(2, 1).named("conv4"); });
  EXPECT_EQ(error.what, "weight 'conv4.bias' exists already");
  EXPECT_EQ(net.values().size(), values + 1);
  EXPECT_EQ(net.nodes().size(), nodes);
  EXPECT_EQ((image | conv(120, 3).named("conv3")).shape(), (Shape{1, 120, 1, 1}));
}

} // namespace
} // namespace fovea
