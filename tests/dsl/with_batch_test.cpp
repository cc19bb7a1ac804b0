// A network for another batch: the same numbers, row by row.
#include "expect_error.hpp"
#include "support/indices.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>
#include <fovea/equation/fixed_equation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// Layers, a skip, two outputs, an equation that is mapped over the batch and shares a weight.
Network small_net(int64_t batch) {
  Network net("small");
  const Tensor<> image = net.input("image", {batch, 2, 6, 6});
  const Tensor<> y =
      image | conv(3, 3, same).named("conv1") | tanh | max_pool(2) | flatten | dense(5).named("fc");
  const auto turn =
      define("turn", [](Tensor<1> x, Tensor<2> w) { return Z(i) = sum(j)(x(j) * w(i, j)); });
  const Tensor<> weights = net.parameter("turn.weight", {5, 5});
  net.output("turned", turn(turn(y, weights) + y, weights));
  net.output("probs", y | softmax);
  net.randomize(3);
  return net;
}

std::vector<double> values_of(const Network& net, const std::vector<float>& image, int result) {
  const Definition definition = definition_of(net);
  std::vector<const void*> operands{image.data()};
  for (int parameter : net.parameters())
    operands.push_back(net.weight(parameter).data);
  std::vector<double> values;
  for (const Value& value : Interpreter(definition, reader_of(definition, operands)).all(result))
    values.push_back(value.real);
  return values;
}

TEST(WithBatch, GivesTheNumbersOfSingleRuns) {
  const Network one = small_net(1), three = with_batch(one, 3);
  std::mt19937 engine(11);
  std::uniform_real_distribution<float> range(-1, 1);
  std::vector<float> images(3 * 72);
  for (float& pixel : images)
    pixel = range(engine);
  for (int result : {0, 1}) {
    std::vector<double> expected;
    for (int row = 0; row < 3; ++row)
      for (double value :
           values_of(one, {images.begin() + row * 72, images.begin() + (row + 1) * 72}, result))
        expected.push_back(value);
    EXPECT_EQ(values_of(three, images, result), expected);
  }
}

TEST(WithBatch, KeepsAllButTheShapes) {
  const Network one = small_net(1), four = with_batch(one, 4), written = small_net(4);
  EXPECT_EQ(to_string(summary(four)), to_string(summary(written)));
  EXPECT_EQ(canonical_text(definition_of(four)), canonical_text(definition_of(written)));
  ASSERT_EQ(four.values().size(), one.values().size());
  for (size_t value = 0; value < one.values().size(); ++value) {
    EXPECT_EQ(four.values()[value].name, one.values()[value].name);
    EXPECT_EQ(four.values()[value].location.line, one.values()[value].location.line);
    EXPECT_EQ(four.values()[value].type, written.values()[value].type);
  }
  for (size_t node = 0; node < one.nodes().size(); ++node)
    EXPECT_EQ(four.nodes()[node].operands, one.nodes()[node].operands);
  for (int parameter : one.parameters()) // shared, not copied
    EXPECT_EQ(four.weight(parameter).data, one.weight(parameter).data);
  EXPECT_EQ(one.values()[0].type.shape, (Shape{1, 2, 6, 6}));
  EXPECT_EQ(canonical_text(definition_of(with_batch(four, 1))), canonical_text(definition_of(one)));
}

TEST(WithBatch, LeavesUnsetWeightsUnset) {
  Network net("net");
  net.output("y", net.input("x", {1, 4}) | dense(2).named("fc"));
  const Network two = with_batch(net, 2);
  EXPECT_EQ(two.weight(two.parameters()[0]).data, nullptr);
}

TEST(WithBatch, RefusesBatchesAndInputsThatCannotBe) {
  Network net("net");
  net.output("y", net.input("x", {1, 4}) | relu);
  EXPECT_THAT(error_of([&] { with_batch(net, 0); }).expected, HasSubstr("1 or more"));
  EXPECT_THROW(with_batch(net, int64_t{1} << 62), Error); // the size overflows
  net.input("scalar", Shape{});
  const ErrorParts error = error_of([&] { with_batch(net, 2); });
  EXPECT_THAT(error.what, HasSubstr("'scalar'"));
  EXPECT_THAT(error.where.file, HasSubstr("with_batch_test.cpp"));
}

// dense() after flatten(0) has a weight for each image.
TEST(WithBatch, NamesTheLayerWhoseWeightsDependOnIt) {
  Network net("net");
  net.output("y", net.input("x", {1, 4}) | flatten(0) | dense(2).named("fc"));
  const unsigned line = __LINE__ - 1;
  const ErrorParts error = error_of([&] { with_batch(net, 2); });
  EXPECT_THAT(error.what, HasSubstr("with batch 2: dense 'fc': the weight"));
  EXPECT_EQ(error.expected, "2x8");
  EXPECT_EQ(error.got, "2x4");
  EXPECT_EQ(error.where.line, line);
}

TEST(WithBatch, EquationsOfFilesKeepTheirShapes) {
  const auto twice = define("twice", [](Tensor<2> x) { return Z(i, j) = x(i, j) + x(i, j); });
  const TensorType type{DType::f32, {3, 4}};
  Network net("net");
  const Tensor<> x = net.input("x", type.shape);
  const OpPtr fixed = std::make_shared<FixedEquation>(twice.definition({type}));
  net.output("y", net.apply(fixed, {x}, "twice", {})[0]);
  EXPECT_EQ(canonical_text(definition_of(with_batch(net, 3))), canonical_text(definition_of(net)));
  const ErrorParts error = error_of([&] { with_batch(net, 1); });
  EXPECT_THAT(error.what, HasSubstr("'twice': its equation was read from a file"));
  EXPECT_EQ(error.expected, "3x4");
  EXPECT_EQ(error.got, "1x4");
}

// The lower way in, which with_batch and readers of files take.
TEST(ApplyToOperands, ChecksWhatItIsGiven) {
  Network net("net");
  const Tensor<> x = net.input("x", {1, 4}), w = net.parameter("w", {2, 4}),
                 b = net.parameter("b", {2});
  const OpPtr dense = make_op([] {
    ops::Dense op;
    op.outputs = 2;
    return op;
  }());
  const SourceLocation here = SourceLocation::current();
  EXPECT_EQ(net.apply_to_operands(dense, {x, w, b}, "fc.first", here)[0].shape(), (Shape{1, 2}));
  EXPECT_EQ(net.apply_to_operands(dense, {x, w, b}, "second", here).size(), 1u); // shared weights
  EXPECT_EQ(net.parameters().size(), 2u);
  EXPECT_EQ(net.nodes()[0].layer, "fc.first");
  const auto what = [&](const std::vector<Tensor<>>& operands, const std::string& layer) {
    return error_of([&] { net.apply_to_operands(dense, operands, layer, here); }).what;
  };
  EXPECT_THAT(what({x, w}, "c"), HasSubstr("dense 'c': wrong number of operands"));
  EXPECT_THAT(what({}, "c"), HasSubstr("wrong number of operands"));
  EXPECT_THAT(what({x, b, w}, "c"), HasSubstr("dense 'c': the weight"));
  EXPECT_THAT(what({x, w, b}, "second"), HasSubstr("layer 'second' exists already"));
  Network other("other");
  EXPECT_THAT(what({other.input("x", {1, 4}), w, b}, "c"), HasSubstr("different networks"));
  EXPECT_EQ(net.nodes().size(), 2u);
}

} // namespace
} // namespace fovea
