// One network for many shapes: each set compiled once, when it is first asked for.
#include "networks.hpp"

#include <expect_error.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;

const std::string any_size = FOVEA_SOURCE_DIR "/tests/data/any_size.onnx";

Network sized_network(const Shapes& shapes) {
  Network net("sized");
  Tensor x = net.input("x", shapes.at("x"));
  net.output("y", x | conv(4, 3).named("conv") | relu | global_avg_pool | flatten |
                      dense(3).named("fc"));
  net.randomize(5);
  return net;
}

TEST(AnyShapeModel, GivesWhatAModelOfTheShapeAloneGives) {
  const AnyShapeModel any(sized_network);
  for (const Shape& shape : {Shape{1, 2, 6, 6}, Shape{2, 2, 5, 9}, Shape{1, 2, 6, 6}}) {
    const Array<float> x = random_array(shape, 3),
                       expected = compile(sized_network({{"x", shape}}))(x);
    Array<float> y(expected.shape());
    any.run({{"x", x}}, {{"y", y}});
    EXPECT_TRUE(std::equal(y.begin(), y.end(), expected.begin()));
  }
  EXPECT_EQ(any.compilations(), 2u);
}

TEST(AnyShapeModel, ReadsAModelThatLeavesItsShapesOpen) {
  const AnyShapeModel any(any_size);
  for (const Shape& shape : {Shape{1, 1, 3, 3}, Shape{2, 1, 4, 6}}) {
    const Array<float> x = random_array(shape, 8);
    const Array<float> expected = compile(load_network(any_size, {.shapes = {{"x", shape}}}))(x);
    const host::TensorMap results = any({{"x", x}});
    const host::HostTensor& y = results.find("y")->second;
    ASSERT_EQ(y.shape(), expected.shape().to_vector());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), y.data<float>().begin()));
  }
}

TEST(AnyShapeModel, NetworksOfOneFileShareItsWeights) {
  const OnnxModel model(any_size);
  ASSERT_EQ(model.inputs().size(), 1u);
  EXPECT_EQ(model.inputs()[0].name, "x");
  EXPECT_EQ(model.inputs()[0].extents, (std::vector<int64_t>{-1, 1, -1, -1}));
  const Network a = model.network({.shapes = {{"x", {1, 1, 3, 3}}}}),
                b = model.network({.shapes = {{"x", {2, 1, 5, 5}}}});
  ASSERT_EQ(a.parameters().size(), 1u);
  EXPECT_EQ(a.weight(a.parameters()[0]).data, b.weight(b.parameters()[0]).data);
}

TEST(AnyShapeModel, ThreadsThatComeTogetherCompileOnce) {
  std::atomic<int> made = 0;
  const AnyShapeModel any([&](const Shapes& shapes) {
    ++made;
    return sized_network(shapes);
  });
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int k = 0; k < 6; ++k)
      threads.emplace_back([&, k] {
        const Shape shape{1, 2, k % 2 ? 5 : 6, 5};
        const Array<float> x = random_array(shape, 1);
        const Model model = any.model({{"x", shape}});
        Array<float> y({1, 3}), again({1, 3});
        model.context({.threads = 1}).run({{"x", x}}, {{"y", y}});
        any.run({{"x", x}}, {{"y", again}});
        wrong += !std::equal(y.begin(), y.end(), again.begin());
      });
  }
  EXPECT_EQ(made, 2);
  EXPECT_EQ(any.compilations(), 2u);
  EXPECT_EQ(wrong, 0);
}

TEST(AnyShapeModel, KeepsThoseThatWereUsedLast) {
  const AnyShapeModel any(sized_network, {.keep = 2});
  const Shapes a{{"x", {1, 2, 3, 3}}}, b{{"x", {1, 2, 4, 4}}}, c{{"x", {1, 2, 5, 5}}};
  const Model first = any.model(a);
  any.model(b);
  any.model(a);
  any.model(c); // in the place of b
  EXPECT_EQ(any.kept(), 2u);
  EXPECT_EQ(any.compilations(), 3u);
  any.model(a);
  EXPECT_EQ(any.compilations(), 3u);
  any.model(b);
  EXPECT_EQ(any.compilations(), 4u);
  any.model(c); // went in its turn, a stayed
  EXPECT_EQ(any.compilations(), 5u);
  EXPECT_EQ(first.inputs()[0].type.shape, a.at("x")); // lives on
  EXPECT_THAT(error_of([] { AnyShapeModel(sized_network, {.keep = 0}); }).what,
              HasSubstr("AnyShapeOptions::keep"));
}

TEST(AnyShapeModel, RefusesShapesThatCannotBe) {
  const AnyShapeModel any(any_size);
  const auto refused = [&](const Shapes& shapes) { return error_of([&] { any.model(shapes); }); };
  EXPECT_EQ(refused({{"x", {1, 1, 0, 3}}}).what, "input 'x' cannot have the shape 1x1x0x3");
  EXPECT_EQ(refused({{"x", {-1, 1, 3, 3}}}).got, "-1");
  const ErrorParts rank = refused({{"x", {1, 1, 3}}});
  EXPECT_THAT(rank.what, HasSubstr("input 'x' cannot have this shape"));
  EXPECT_EQ(rank.expected, "Nx1xHxW");
  EXPECT_EQ(rank.got, "1x1x3");
  EXPECT_EQ(rank.detail, "for the inputs x 1x1x3");
  EXPECT_THAT(refused({{"x", {1, 1, 3, 3}}, {"z", {1}}}).what, HasSubstr("there is no input 'z'"));
  EXPECT_THAT(refused({}).hint,
              HasSubstr("--shape x=1x1x224x224, where dimensions 0 (N), 2 (H), 3 (W) are open"));
  const Array<float> x({1, 1, 3, 3});
  EXPECT_THAT(error_of([&] { any({{"x", x}, {"x", x}}); }).what, HasSubstr("given twice"));
  EXPECT_EQ(any.compilations(), 0u);
  EXPECT_NO_THROW(any.model({{"x", {1, 1, 3, 3}}})); // goes on working

  const AnyShapeModel fixed(any_size, {.shapes = {{"x", {1, 1, 3, 3}}}});
  EXPECT_NO_THROW(fixed.model({}));
  EXPECT_THAT(error_of([&] {
                fixed.model({{"x", {1, 1, 4, 4}}});
              }).what,
              HasSubstr("another shape than LoadOptions::shapes"));
}

} // namespace
} // namespace fovea::testing
