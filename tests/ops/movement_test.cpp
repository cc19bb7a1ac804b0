// Outside source: ONNX's reference (tests/data/make_onnx_movement_values.py).
#include "check_op.hpp"
#include "expect_error.hpp"
#include "torch_values.hpp"

#include <fovea/definition/interpreter.hpp>

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

template <class Layer>
void compare_with_onnx(const std::string& name, const Layer& layer) {
  static const host::TensorMap values =
      host::read_safetensors(repository_file("tests/data/onnx_movement.safetensors"));
  if constexpr (std::is_convertible_v<Layer, OpPtr>)
    compare_with_torch(values, name, layer);
  else
    compare_with_torch(values, name, make_op(layer.op));
}

// The op that a block puts into a network.
template <IsBlock B>
OpPtr op_of(const B& block, const Shape& input) {
  Network net("one");
  block(net.input("x", input));
  return net.nodes().back().op;
}

template <IsBlock B>
std::string shape_or_error(const B& block, const Shape& input) {
  Network net("one");
  const Tensor<> x = net.input("x", input);
  try {
    return to_string(block(x).shape());
  } catch (const Error& error) {
    return error.parts().what + "; expected " + error.parts().expected + ", got " +
           error.parts().got;
  }
}

TEST(Movement, AgreesWithOnnx) {
  ops::Transpose reversed;
  compare_with_onnx("transpose.reversed", make_op(reversed));
  compare_with_onnx("transpose.last", transpose({0, 2, 3, 1}));
  compare_with_onnx("reshape.split", reshape({8, 3}));
  compare_with_onnx("reshape.kept", reshape({0, -1}));
  compare_with_onnx("squeeze.all", op_of(squeeze(), {1, 3, 1, 4}));
  compare_with_onnx("squeeze.some", op_of(squeeze({-2}), {1, 3, 1, 4}));
  compare_with_onnx("unsqueeze", op_of(unsqueeze({0, -2}), {3, 4}));
  compare_with_onnx("expand.both", expand({2, 1, 4}));
  compare_with_onnx("tile", tile({2, 3}));
  compare_with_onnx("slice.axes", slice({2, 0}, {1, -4}, {-1, 1000}, {2, 1}));
  compare_with_onnx("slice.back", slice({0, 1}, {-1, 3}, {to_first, 0}, {-1, -2}));
  compare_with_onnx("slice.first", slice(Shape{}, Shape{1}, Shape{3}));
  compare_with_onnx("depth_to_space.dcr", depth_to_space(2));
  compare_with_onnx("depth_to_space.crd", depth_to_space(2, DepthOrder::crd));
  compare_with_onnx("space_to_depth.dcr", space_to_depth(2));
  compare_with_onnx("space_to_depth.crd", space_to_depth(2, DepthOrder::crd));
}

TEST(Movement, PaddingAgreesWithOnnx) {
  compare_with_onnx("pad.constant", pad({1, 2}, {0, 3}, PadMode::constant, 1.5));
  compare_with_onnx("pad.edge", pad({1, 2}, {0, 3}, PadMode::edge));
  compare_with_onnx("pad.reflect", pad({1, 2}, {0, 3}, PadMode::reflect));
  compare_with_onnx("pad.reflect_far", pad({4, 7}, {1, 5}, PadMode::reflect));
  compare_with_onnx("pad.wrap", pad({1, 7}, {3, 2}, PadMode::wrap));
}

// Operands are numbered, so elements in wrong places show in any type.
TEST(Movement, Shapes) {
  check_op(transpose({0, 2, 3, 1}), {{2, 17, 5, 7}});
  check_op(transpose({3, 1, 0, 2}), {{2, 3, 4, 9}});
  check_op(transpose, {{7, 33}});
  check_op(transpose({1, 0, 2}), {{1, 5, 1}}); // nothing moves
  check_op(transpose, {Shape{}});
  check_op(reshape({5, -1, 4}), {{2, 6, 10}}); // runs that are cut elsewhere
  check_op(reshape(Shape{}), {{1, 1}});        // a scalar
  check_op(expand({2, 3, 1, 9}), {{3, 5, 1}});
  check_op(expand({4}), {Shape{}});
  check_op(tile({1, 3, 2}), {{2, 3, 5}});
  check_op(slice({1, 3}, {1, -2}, {4, to_first}, {1, -3}), {{1, 5, 3, 20}});
  check_op(slice(-1, 0, to_last, 2), {{3, 33}});
  check_op(depth_to_space(2), {{1, 12, 3, 9}});
  check_op(depth_to_space(3, DepthOrder::crd), {{2, 6, 5}});
  check_op(space_to_depth(2), {{1, 3, 4, 18}});
  for (DepthOrder order : {DepthOrder::dcr, DepthOrder::crd})
    check_op(space_to_depth(2, order), {{1, 2, 2, 4, 6}}); // a volume
}

TEST(Movement, PaddedShapes) {
  for (PadMode mode : {PadMode::constant, PadMode::edge, PadMode::reflect, PadMode::wrap}) {
    check_op(pad({0, 1, 2}, {0, 0, 13}, mode, -2.5), {{1, 3, 9}});
    check_op(pad({-1, 5}, {0, -3}, mode), {{3, 7}}); // some are taken away
  }
  check_op(pad({3}, {2}, PadMode::reflect), {{1}}); // one element, to and fro
}

TEST(Movement, OtherTypes) {
  for (DType dtype : {DType::f16, DType::f64, DType::i8, DType::u8, DType::i64, DType::boolean}) {
    check_op(transpose, {{3, 20}}, {.dtype = dtype});
    check_op(pad({1, 0}, {2, 1}, PadMode::constant, 1), {{2, 5}}, {.dtype = dtype});
  }
  check_op(slice(0, 1, 3), {{4, 5}}, {.dtype = DType::i32});
}

// Modes other than `constant` see what negative padding leaves: numpy's pad of x[1:, :-3].
TEST(Movement, PaddingIsTakenAwayFirst) {
  const Definition padded =
      make_op(pad({-1}, {3}, PadMode::reflect).op)->definition({{DType::f32, {4}}});
  const std::vector<float> x{0, 1, 2, 3};
  Interpreter interpreter(padded, reader_of(padded, {x.data()}));
  std::vector<double> values;
  for (const Value& value : interpreter.all(0))
    values.push_back(value.real);
  EXPECT_EQ(values, (std::vector<double>{1, 2, 3, 2, 1, 2}));
}

TEST(Movement, ShapeRules) {
  EXPECT_EQ(shape_or_refusal(transpose({0, 2, 3, 1}), {1, 3, 8, 9}), "1x8x9x3");
  EXPECT_EQ(shape_or_refusal(transpose({0, 1}), {1, 3, 8}),
            "the permutation 0x1 does not fit the input 1x3x8; expected each of 0 to 2 once");
  EXPECT_EQ(shape_or_refusal(transpose({0, 2, 2}), {1, 3, 8}),
            "the permutation 0x2x2 does not fit the input 1x3x8; expected each of 0 to 2 once");
  EXPECT_EQ(shape_or_refusal(reshape({-1, 4}), {2, 6}), "3x4");
  EXPECT_EQ(shape_or_refusal(reshape({5, -1}), {2, 6}),
            "the shape 5x-1 does not hold the elements of the input 2x6; expected a divisor of 12 "
            "elements beside the -1, got 5");
  EXPECT_EQ(shape_or_refusal(reshape({5, 2}), {2, 6}),
            "the shape 5x2 does not hold the elements of the input 2x6; expected 12 elements, got "
            "10");
  EXPECT_EQ(shape_or_refusal(reshape({-1, -1}), {2, 6}),
            "-1x-1 is no shape for the input 2x6; expected extents >= 1, one -1 for what remains, "
            "0 for the input's extent");
  EXPECT_EQ(shape_or_refusal(expand({1, 3}), {2, 1}), "2x3");
  EXPECT_EQ(shape_or_refusal(expand({4, 3}), {2, 1}),
            "the shapes 2x1 and 4x3 do not broadcast; expected equal extents, or 1, from the last "
            "dimension on, got 2x4");
  EXPECT_EQ(shape_or_refusal(tile({2}), {2, 3}),
            "the list of repeats does not fit the input 2x3; expected 2 entries, one per "
            "dimension, got 1");
  EXPECT_EQ(shape_or_refusal(tile({2, 0}), {2, 3}),
            "tile makes an empty result; expected repeats >= 1, got 2x0");
  EXPECT_EQ(shape_or_refusal(depth_to_space(2), {1, 6, 2, 2}),
            "the channels of the input 1x6x2x2 are no blocks of 2 in each dimension; expected a "
            "multiple of 2^2 channels, got 6");
  EXPECT_EQ(shape_or_refusal(space_to_depth(2), {1, 6, 2, 3}),
            "the input 1x6x2x3 is no whole number of blocks of 2 in each dimension; expected "
            "spatial extents that are multiples of 2, got 1x3");
}

TEST(Movement, SliceRule) {
  EXPECT_EQ(shape_or_refusal(slice(1, 1, -1), {2, 8}), "2x6");
  EXPECT_EQ(shape_or_refusal(slice(1, to_last, to_first, -3), {2, 8}), "2x3");
  EXPECT_EQ(shape_or_refusal(slice(0, 0, to_last, to_last), {8}), "1");
  EXPECT_EQ(shape_or_refusal(slice(0, -1, to_first, to_first), {8}), "1");
  EXPECT_EQ(shape_or_refusal(slice(1, 3, 3), {2, 8}),
            "the slice of axis 1 is empty; expected elements of the input 2x8, got none from 3 to "
            "3 by steps of 1");
  EXPECT_EQ(shape_or_refusal(slice(1, 3, 5, 0), {2, 8}),
            "a slice's step is 0; expected a step, negative to go backwards, got 0");
  EXPECT_EQ(shape_or_refusal(slice({0, -2}, {0, 0}, {1, 1}), {2, 8}),
            "slice takes an axis twice; expected distinct axes, got 0x-2");
  EXPECT_EQ(shape_or_refusal(slice(2, 0, 1), {2, 8}),
            "the axis is no dimension of the input 2x8; expected -2 to 1, got 2");
  EXPECT_EQ(shape_or_refusal(slice({0, 1}, {0, 0}, {1}), {2, 8}),
            "the slice of the input 2x8 is stated in lists of different lengths; expected begin, "
            "end, axes and step for each of at most 2 axes, got begin 0x0, end 1, axes 0x1");
}

TEST(Movement, PadRule) {
  EXPECT_EQ(shape_or_refusal(pad({0, -1}, {1, 4}, PadMode::edge), {2, 3}), "3x6");
  EXPECT_EQ(shape_or_refusal(pad({1}, {1}, PadMode::edge), {2, 3}),
            "the padding in front does not fit the input 2x3; expected 2 entries, one per "
            "dimension, got 1");
  EXPECT_EQ(shape_or_refusal(pad({0, -3}, {0, 4}, PadMode::wrap), {2, 3}),
            "negative padding takes all of the input 2x3 away; expected elements left in every "
            "dimension, got padding 0x-3 and 0x4");
  const OpPtr odd = make_op(pad({0}, {1}, PadMode::constant, 0.5).op);
  EXPECT_EQ(shape_or_refusal(odd, {TensorType{DType::f32, {3}}}), "4");
  EXPECT_EQ(shape_or_refusal(odd, {TensorType{DType::i32, {3}}}),
            "the padding's value is none of the element type; expected an integer that fits, got "
            "another number");
  const OpPtr large = make_op(pad({0}, {1}, PadMode::constant, 128).op);
  EXPECT_EQ(shape_or_refusal(large, {TensorType{DType::u8, {3}}}), "4");
  EXPECT_NE(shape_or_refusal(large, {TensorType{DType::i8, {3}}}), "4");
}

TEST(Movement, UnitDimensionsComeAndGo) {
  static_assert(shape_of(squeeze({0}) | unsqueeze({1, 2}), {1, 4, 5}) == Shape{4, 1, 1, 5});
  EXPECT_EQ(shape_or_error(squeeze(), {1, 1}), "scalar");
  EXPECT_EQ(shape_or_error(unsqueeze({-1}), {2, 3}), "2x3x1");
  EXPECT_EQ(shape_or_error(squeeze({1}), {1, 2}),
            "squeeze: squeeze takes out dimensions of extent 1, each once; expected such axes of "
            "1x2, got 1");
  EXPECT_EQ(shape_or_error(unsqueeze({0, -3}), {2}),
            "unsqueeze: unsqueeze puts in dimensions of the result, each once; expected distinct "
            "axes from -3 to 2, got 0x-3");
}

// What stands before the first unit is the input's, whatever the batch.
TEST(Movement, AnotherBatch) {
  Network net("heads");
  const Tensor<> x = net.input("x", {1, 6, 1, 1});
  net.output("y",
             x | squeeze({2, 3}) | reshape({0, 2, -1}) | unsqueeze({3}) | transpose({0, 2, 1, 3}));
  const Network four = with_batch(net, 4);
  EXPECT_EQ(four.values()[static_cast<size_t>(four.outputs()[0].value)].type.shape,
            (Shape{4, 3, 2, 1}));
}

TEST(Movement, SplitIsSlices) {
  Network net("parts");
  const Tensor<> x = net.input("x", {2, 7});
  std::vector<Shape> shapes;
  for (const Tensor<>& part : split(x, {3, 4}))
    shapes.push_back(part.shape());
  for (const Tensor<>& part : split_evenly(x, 3, -1))
    shapes.push_back(part.shape());
  EXPECT_EQ(shapes, (std::vector<Shape>{{2, 3}, {2, 4}, {2, 3}, {2, 3}, {2, 1}}));
  EXPECT_EQ(net.nodes()[1].op->name(), "slice");
  const ErrorParts parts = error_of([&] { split(x, {3, 3}); });
  EXPECT_EQ(parts.what, "split: the parts do not make up dimension 1 of the input 2x7");
  EXPECT_EQ(parts.expected, "extents >= 1 whose sum is 7");
  EXPECT_EQ(parts.got, "3x3");
  EXPECT_EQ(error_of([&] { split_evenly(x, 5); }).expected, "1 to 7 parts, none of them empty");
  EXPECT_EQ(error_of([&] {
              split(x, {1, 1}, 2);
            }).what,
            "split: the axis is no dimension of the input 2x7");
}

} // namespace
} // namespace fovea
