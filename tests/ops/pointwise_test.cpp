// Outside source: ONNX's reference implementation, at infinities and NaN, too
// (tests/data/make_onnx_pointwise_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

template <class Op>
Op with(void (*set)(Op&)) {
  Op op;
  set(op);
  return op;
}

void compare(const std::string& name, const OpPtr& op) {
  static const host::TensorMap values =
      host::read_safetensors(repository_file("tests/data/onnx_pointwise.safetensors"));
  compare_with_torch(values, name, op);
}
template <class Op>
void compare(const std::string& name, const Layer<Op>& layer) {
  compare(name, make_op(layer.op));
}

struct Function {
  OpPtr op;
  double range; // of the operand
};

std::vector<Function> functions_of_floats() {
  const auto one = [](auto op, double range) { return Function{make_op(op), range}; };
  return {one(ops::Neg{}, 3),      one(ops::Abs{}, 3),         one(ops::Exp{}, 6),
          one(ops::Log{}, 6),      one(ops::Sqrt{}, 6),        one(ops::Reciprocal{}, 3),
          one(ops::Floor{}, 6),    one(ops::Ceil{}, 6),        one(ops::Round{}, 6),
          one(ops::Sign{}, 3),     one(ops::Sin{}, 50),        one(ops::Cos{}, 50),
          one(ops::Tan{}, 50),     one(ops::Asin{}, 1.1),      one(ops::Acos{}, 1.1),
          one(ops::Atan{}, 6),     one(ops::Sinh{}, 6),        one(ops::Cosh{}, 6),
          one(ops::Asinh{}, 6),    one(ops::Acosh{}, 6),       one(ops::Atanh{}, 1.1),
          one(ops::Erf{}, 3),      one(ops::IsNan{}, 3),       one(ops::IsInf{}, 3),
          one(ops::Identity{}, 3), one(ops::HardSwish{}, 6),   one(ops::Mish{}, 9),
          one(ops::Softplus{}, 9), one(ops::Softsign{}, 6),    one(ops::LeakyRelu{}, 6),
          one(ops::Elu{}, 6),      one(ops::Selu{}, 6),        one(ops::Celu{}, 6),
          one(ops::Gelu{}, 4),     one(ops::HardSigmoid{}, 6), one(ops::ThresholdedRelu{}, 3),
          one(ops::Shrink{}, 2),   one(ops::Silu{}, 6)};
}

TEST(Pointwise, FunctionsAgreeWithOnnx) {
  for (const auto& [op, range] : functions_of_floats())
    compare(op->name(), op);
}

TEST(Pointwise, AttributesAgreeWithOnnx) {
  compare("is_inf.negative", is_inf({.positive = false}));
  compare("is_inf.positive", is_inf({.negative = false}));
  compare("is_inf.neither", is_inf({.negative = false, .positive = false}));
  compare("leaky_relu.alpha", leaky_relu(0.2));
  compare("elu.alpha", elu(0.7));
  compare("selu.alpha", selu(2.0, 3.0));
  compare("celu.alpha", celu(2.0));
  compare("gelu.tanh", gelu(GeluApproximation::tanh));
  compare("hard_sigmoid.alpha", hard_sigmoid(0.5, 0.6));
  compare("thresholded_relu.alpha", thresholded_relu(2.0));
  compare("shrink.bias", shrink(1.5, 1.5));
  compare("clip", clip(-1.0, 2.0));
  compare("clip.crossed", clip(2.0, 1.0));
  compare("clip.i8", clip(-3.0, 90.0));
}

TEST(Pointwise, IntegersAndBooleansAgreeWithOnnx) {
  for (const char* type : {"i8", "i32", "i64"}) {
    compare(std::string("neg.") + type, make_op(ops::Neg{}));
    compare(std::string("abs.") + type, make_op(ops::Abs{}));
    compare(std::string("sign.") + type, make_op(ops::Sign{}));
  }
  compare("logical_not", make_op(ops::LogicalNot{}));
}

const auto fmod_op = with<ops::Mod>([](ops::Mod& op) { op.fmod = true; });

TEST(Pointwise, TwoOperandsAgreeWithOnnx) {
  for (const OpPtr& op : {make_op(ops::Equal{}), make_op(ops::Less{}), make_op(ops::LessEqual{}),
                          make_op(ops::Greater{}), make_op(ops::GreaterEqual{})})
    for (const char* suffix : {"", ".broadcast", ".i32"})
      compare(op->name() + suffix, op);
  compare("logical_and", make_op(ops::LogicalAnd{}));
  compare("logical_or", make_op(ops::LogicalOr{}));
  compare("logical_xor", make_op(ops::LogicalXor{}));
  for (const char* name : {"pow", "pow.special", "pow.f32_i64", "pow.i32_f32", "pow.i64"})
    compare(name, make_op(ops::Pow{}));
  for (const std::string type : {"i8", "u8", "i32", "i64"}) {
    compare("mod." + type, make_op(ops::Mod{}));
    compare("mod.fmod_" + type, make_op(fmod_op));
  }
  compare("mod.fmod", make_op(fmod_op));
  compare("mod.fmod_broadcast", make_op(fmod_op));
  compare("prelu", make_op(ops::Prelu{}));
  compare("where", make_op(ops::Where{}));
  compare("where.i64", make_op(ops::Where{}));
}

TEST(Pointwise, CastsAgreeWithOnnx) {
  const auto check = [](const std::string& from, const char* name) {
    DType to{};
    ASSERT_TRUE(parse(name, to));
    compare("cast." + from + "_" + name, cast(to));
  };
  for (const char* to : {"i32", "i64", "f64", "bool"})
    check("f32", to);
  for (const char* to : {"i8", "u8", "i32", "f32", "bool"})
    for (const char* from : {"i64", "bool"})
      check(from, to);
}

TEST(Pointwise, FunctionsCompiled) {
  for (const auto& [op, range] : functions_of_floats())
    check_op(op, {{3, 19}}, {.range = {-range, range}});
}

TEST(Pointwise, FunctionsOfOtherFloats) {
  const std::vector<OpPtr> some = {make_op(ops::Sin{}),   make_op(ops::Atanh{}),
                                   make_op(ops::Round{}), make_op(ops::Sign{}),
                                   make_op(ops::IsInf{}), make_op(ops::Gelu{}),
                                   make_op(ops::Mish{}),  make_op(ops::HardSwish{})};
  for (const DType dtype : {DType::f64, DType::f16})
    for (const OpPtr& op : some)
      check_op(op, {{19}}, {.dtype = dtype, .range = {-2, 2}});
}

TEST(Pointwise, FunctionsOfIntegers) {
  for (const DType dtype : {DType::i8, DType::u8, DType::i32, DType::i64})
    for (const OpPtr& op : {make_op(ops::Neg{}), make_op(ops::Abs{}), make_op(ops::Sign{}),
                            make_op(clip(3.0, 90.0).op), make_op(ops::Identity{})})
      check_op(op, {{37}}, {.dtype = dtype});
  check_op(ops::Identity{}, {{5}}, {.dtype = DType::boolean});
  check_op(ops::LogicalNot{}, {{37}}, {.dtype = DType::boolean});
}

TEST(Pointwise, AttributesCompiled) {
  for (const OpPtr& op :
       {make_op(is_inf({.positive = false}).op), make_op(is_inf({.negative = false}).op),
        make_op(celu(-0.5).op), make_op(gelu(GeluApproximation::tanh).op),
        make_op(shrink(1.0, 0.5).op), make_op(relu6.op), make_op(clip(2.0, 1.0).op)})
    check_op(op, {{29}}, {.range = {-7, 7}});
  check_op(ops::LeakyRelu{}, {Shape{}});
}

TEST(Pointwise, TwoOperandsCompiled) {
  for (const OpPtr& op :
       {make_op(ops::Equal{}), make_op(ops::NotEqual{}), make_op(ops::Less{}),
        make_op(ops::LessEqual{}), make_op(ops::Greater{}), make_op(ops::GreaterEqual{}),
        make_op(ops::Pow{}), make_op(fmod_op), make_op(ops::Prelu{})})
    check_op(op, {{2, 5, 9}, {5, 1}}, {.range = {-3, 3}});
  check_op(ops::Less{}, {{7, 1}, {1, 5}});
  for (const OpPtr& op : {make_op(ops::LogicalAnd{}), make_op(ops::LogicalOr{}),
                          make_op(ops::LogicalXor{}), make_op(ops::Equal{})})
    check_op(op, {{3, 19}, {19}}, {.dtype = DType::boolean});
  for (const DType dtype : {DType::i8, DType::u8, DType::i32, DType::i64})
    for (const OpPtr& op : {make_op(ops::Mod{}), make_op(fmod_op), make_op(ops::GreaterEqual{})})
      check_op(op, {{3, 19}, {19}}, {.dtype = dtype});
  check_op(ops::Prelu{}, {{3, 19}, {19}}, {.dtype = DType::i32});
  check_op(fmod_op, {{3, 19}, {19}}, {.dtype = DType::f64, .range = {-9, 9}});
}

void check_mixed(const OpPtr& op, const Types& operands) {
  check_definition(op->name(), op->definition(operands), {.range = {-4, 4}});
}

TEST(Pointwise, OperandsOfDifferentTypesCompiled) {
  check_mixed(make_op(ops::Pow{}), {{DType::f32, {3, 7}}, {DType::i64, {7}}});
  check_mixed(make_op(ops::Pow{}), {{DType::i32, {7}}, {DType::f32, {7}}});
  for (const DType dtype : {DType::f32, DType::u8, DType::i64, DType::boolean})
    check_mixed(make_op(ops::Where{}),
                {{DType::boolean, {3, 1}}, {dtype, {2, 1, 9}}, {dtype, {9}}});
  check_mixed(make_op(ops::Where{}),
              {{DType::boolean, {2, 3, 9}}, {DType::f32, Shape{}}, {DType::f32, {9}}});
}

TEST(Pointwise, CastsCompiled) {
  const auto check = [](DType from, std::initializer_list<DType> targets) {
    for (const DType to : targets)
      check_op(cast(to), {{37}}, {.dtype = from, .range = {-300, 300}});
  };
  check(DType::f32, {DType::f16, DType::bf16, DType::f32, DType::f64, DType::i8, DType::u8,
                     DType::i32, DType::i64, DType::boolean});
  check(DType::i64,
        {DType::f16, DType::f32, DType::f64, DType::i8, DType::u8, DType::i32, DType::boolean});
  check(DType::boolean, {DType::f32, DType::f16, DType::u8, DType::i64});
  check(DType::f64, {DType::f32, DType::i64, DType::u8});
  check(DType::f16, {DType::f32, DType::bf16, DType::i32});
  check(DType::u8, {DType::i8, DType::f32});
  check(DType::i8, {DType::u8, DType::f64});
}

TEST(Pointwise, ShapeRules) {
  const auto f32 = [](const Shape& shape) { return TensorType{DType::f32, shape}; };
  const TensorType truth{DType::boolean, {3, 1}}, count{DType::i32, {4}};
  EXPECT_EQ(shape_or_refusal(ops::Less{}, {f32({2, 1, 4}), f32({3, 1})}), "2x3x4");
  EXPECT_EQ(ops::Less{}.infer({f32({4}), f32({4})}).results[0].dtype, DType::boolean);
  EXPECT_EQ(ops::IsNan{}.infer({f32({4})}).results[0].dtype, DType::boolean);
  EXPECT_EQ(ops::Pow{}.infer({count, f32({4})}).results[0].dtype, DType::i32);
  EXPECT_EQ(cast(DType::i64).op.infer({f32({4})}).results[0], (TensorType{DType::i64, {4}}));
  EXPECT_EQ(shape_or_refusal(ops::Where{}, {truth, f32({2, 1, 1}), f32({4})}), "2x3x4");
  EXPECT_EQ(shape_or_refusal(ops::Where{}, {f32({4}), f32({4}), f32({4})}),
            "its elements are no booleans; expected bool; cast them, or compare them with 0");
  EXPECT_EQ(shape_or_refusal(ops::Where{}, {truth, f32({4}), count}),
            "the operands have different element types; expected equal types");
  EXPECT_EQ(shape_or_refusal(ops::Where{}, {truth, f32({2, 4}), f32({4})}),
            "the shapes 2x4 and 3x1 do not broadcast; expected equal extents, or 1, from the last "
            "dimension on, got 2x3");
  EXPECT_EQ(shape_or_refusal(ops::Neg{}, {truth}),
            "its elements are booleans; expected a type of numbers");
  EXPECT_EQ(shape_or_refusal(ops::Sin{}, {count}),
            "its elements are integers; expected a float type");
  EXPECT_EQ(shape_or_refusal(ops::Mod{}, {f32({4}), f32({4})}),
            "its elements are floats; expected integers, or `fmod`");
  EXPECT_EQ(shape_or_refusal(ops::Prelu{}, {f32({4}), f32({2, 4})}),
            "the slope 2x4 is larger than the input 4; expected a shape that broadcasts to the "
            "input's, got 2x4");
  EXPECT_EQ(shape_or_refusal(celu(0.0), {4}),
            "alpha is no divisor; expected a number other than 0");
  EXPECT_EQ(shape_or_refusal(clip(std::nan(""), 1.0), {4}),
            "a bound is not a number; expected min and max, got NaN");
  EXPECT_EQ(shape_or_refusal(clip(0.5, 1.0).op, {count}),
            "a bound is no integer of the element type");
  EXPECT_EQ(shape_or_refusal(clip(0.0, 2147483648.0).op, {count}),
            "a bound is no integer of the element type");
  EXPECT_EQ(shape_or_refusal(clip(-2147483648.0, 2147483647.0).op, {count}), "4");
}

// As they are written in a network.
TEST(Pointwise, InBlocksAndOnTensors) {
  Network net("pointwise");
  const Tensor<> x = net.input("x", {1, 2, 4, 4}), limit = net.input("limit", {4});
  const Tensor<> y = x | conv(2, 1) | leaky_relu(0.2) | relu6 | hard_swish | gelu | clip(0.0, 3.0);
  const Tensor<> near = logical_and(less(y, limit), logical_not(is_nan(x)));
  const Tensor<> z = where(near, -exp(y), sin(y) | round) | cast(DType::i32);
  net.output("z", z);
  EXPECT_EQ(z.type(), (TensorType{DType::i32, {1, 2, 4, 4}}));
  EXPECT_EQ(fmod(z, z).type(), z.type());
  EXPECT_EQ(greater_equal(y, limit).type().dtype, DType::boolean);
  EXPECT_EQ(cast(near, DType::f64).type().dtype, DType::f64);
}

// Conversions must not lose a NaN: LLVM may take them for a promise that there is none.
TEST(IsNan, OfEveryFloat) {
  for (DType dtype : {DType::f16, DType::bf16, DType::f32, DType::f64}) {
    check_op(is_nan, {{3, 17}}, {.dtype = dtype});
    check_op(relu, {{3, 17}}, {.dtype = dtype});
  }
}

} // namespace
} // namespace fovea
