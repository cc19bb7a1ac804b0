#include "support/definition_builder.hpp"

#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace fovea {
namespace {

using namespace testing;

// The right side of "y(i, j) = ..." over x(i, j), a scalar s and a truth value.
std::string text_of(Expr body) {
  const std::string text = to_string(
      define("f", {{"x", {DType::f32, {4, 4}}}}, {equation("y", {{"i", 4}, {"j", 4}}, body)}));
  const size_t start = text.find(" = ") + 3;
  return text.substr(start, text.find(" where ", start) - start);
}

Expr x(IndexExpr a, IndexExpr b) {
  return read(0, {at(a), at(b)});
}
Expr x() {
  return x(ix(0), ix(1));
}

TEST(Printer, PrintsAConvolution) {
  const IndexExpr row = ix(2) + ix(5) - whole(2), column = ix(3) + ix(6) - whole(2);
  const Definition definition =
      define("conv", {{"V", {DType::f32, {1, 1, 28, 28}}}, {"K", {DType::f32, {6, 1, 5, 5}}}},
             {reduction("T", {{"b", 1}, {"i", 6}, {"j", 28}, {"k", 28}}, ReduceKind::sum,
                        {{"l", 1}, {"m", 5}, {"n", 5}},
                        read(0, {at(ix(0)), at(ix(4)), zero(row), zero(column)}) *
                            read(1, {at(ix(1)), at(ix(4)), at(ix(5)), at(ix(6))}))});
  EXPECT_EQ(to_string(definition),
            "conv(V: 1x1x28x28xf32, K: 6x1x5x5xf32)\n"
            "T(b, i, j, k) = sum(l, m, n)(V(b, l, zero(j + m - 2), zero(k + n - 2)) * "
            "K(i, l, m, n)) where b < 1, i < 6, j < 28, k < 28, l < 1, m < 5, n < 5\n");
}

TEST(Printer, PrintsASystem) {
  EXPECT_EQ(to_string(softmax(10)), "softmax(x: 10xf32)\n"
                                    "m = max(i)(x(i)) where i < 10\n"
                                    "e(i) = exp(x(i) - m) where i < 10\n"
                                    "s = sum(i)(e(i)) where i < 10\n"
                                    "y(i) = e(i) / s where i < 10\n");
}

TEST(Printer, MarksResultsAndKeepsNamesApart) {
  Definition definition = define("f", {{"x", {DType::f32, {}}}},
                                 {equation("x", {{"i", 2}, {"i", 3}}, read(0, {})),
                                  equation("y", {}, read(1, {at(whole(0)), at(whole(1))}))});
  definition.results = {0, 1};
  EXPECT_EQ(to_string(definition), "f(x: f32) -> x_2, y\n"
                                   "x_2(i, i_2) = x where i < 2, i_2 < 3\n"
                                   "y = x_2(0, 1)\n");
}

TEST(Printer, ParenthesesAreMinimal) {
  const Expr a = number(1), b = number(2.5), c = number(-3);
  EXPECT_EQ(text_of((a + b) + c), "f32(1) + 2.5 + -3");
  EXPECT_EQ(text_of(a + (b + c)), "1 + (f32(2.5) + -3)");
  EXPECT_EQ(text_of((a + b) * c), "(f32(1) + 2.5) * -3");
  EXPECT_EQ(text_of(a * b - c / a), "f32(1) * 2.5 - f32(-3) / 1");
  EXPECT_EQ(text_of(a / (b / c)), "1 / (f32(2.5) / -3)");
  EXPECT_EQ(text_of(apply(ScalarOp::neg, {a + b})), "-(f32(1) + 2.5)");
  EXPECT_EQ(text_of(apply(ScalarOp::neg, {c})), "-f32(-3)");
  EXPECT_EQ(text_of(apply(ScalarOp::max, {a + b, c})), "max(f32(1) + 2.5, -3)");
  const Expr less = apply(ScalarOp::less, {a + b, x()});
  EXPECT_EQ(text_of(apply(ScalarOp::select, {less, a, b})),
            "select(f32(1) + 2.5 < x(i, j), 1, 2.5)");
  EXPECT_EQ(text_of(apply(ScalarOp::logical_not, {less})), "!(f32(1) + 2.5 < x(i, j))");
  EXPECT_EQ(
      text_of(apply(ScalarOp::logical_or, {less, apply(ScalarOp::logical_and, {less, less})})),
      "f32(1) + 2.5 < x(i, j) || f32(1) + 2.5 < x(i, j) && f32(1) + 2.5 < x(i, j)");
}

TEST(Printer, ConstantsAndCasts) {
  EXPECT_EQ(text_of(number(0.1)), "0.1");
  EXPECT_EQ(text_of(number(0.1f)), "0.10000000149011612"); // which is what it reads back as
  EXPECT_EQ(text_of(number(0.1, DType::f64)), "f64(0.1)");
  EXPECT_EQ(text_of(number(-INFINITY)), "-inf");
  EXPECT_EQ(text_of(number(7, DType::i32)), "i32(7)");
  EXPECT_EQ(text_of(number(1, DType::boolean)), "true");
  EXPECT_EQ(text_of(cast(DType::f16, x())), "f16(x(i, j))");
}

TEST(Printer, SubscriptsAndBoundaries) {
  const IndexExpr i = ix(0), j = ix(1);
  EXPECT_EQ(text_of(x(i * 2 + j - whole(1), whole(3) - j)), "x(2*i + j - 1, 3 - j)");
  EXPECT_EQ(text_of(x(floor_div(i + whole(1), 2), mod(j, 2) * 3)), "x((i + 1)/2, 3*(j%2))");
  EXPECT_EQ(text_of(x(i * -2, j * -1 - whole(4))), "x(-2*i, -j - 4)");
  EXPECT_EQ(text_of(x(floor_div(i, 2) * -1, mod(j, 3) * -1)), "x(-(i/2), -(j%3))");
  EXPECT_EQ(text_of(x(floor_div(i * -1, 2), mod(j, 3) * -2 + i)), "x((-i)/2, i - 2*(j%3))");
  EXPECT_EQ(text_of(read(0, {at(i, Boundary::clamp), at(j, Boundary::wrap)})),
            "x(clamp(i), wrap(j))");
  EXPECT_EQ(text_of(read(0, {at(i, Boundary::reflect), at(j, Boundary::fill, number(-INFINITY))})),
            "x(reflect(i), constant(j, -inf))");
  EXPECT_EQ(text_of(read(0, {zero(i), at(j, Boundary::fill, x())})),
            "x(zero(i), constant(j, x(i, j)))");
  EXPECT_EQ(text_of(index_value(i + j) * number(2, DType::i64)), "value(i + j) * 2");
}

TEST(Printer, NamesUnusualAccumulators) {
  Definition definition =
      define("f", {{"x", {DType::f16, {4}}}},
             {reduction("s", {}, ReduceKind::sum, {{"i", 4}},
                        read(0, {at(ix(0))}, DType::f16) + number(1, DType::f16))});
  EXPECT_EQ(to_string(definition), "f(x: 4xf16)\ns = sum(i)(x(i) + 1) where i < 4\n");
  definition.equations[0].accumulator = DType::f64;
  EXPECT_EQ(to_string(definition), "f(x: 4xf16)\ns = sum<f64>(i)(x(i) + 1) where i < 4\n");
}

TEST(CanonicalText, IgnoresNamesOnly) {
  Definition a = correlation(7, 3, 5), b = a;
  b.name = "another";
  b.operands[0].name = "image";
  b.equations[0].name = "z";
  b.equations[0].free[0].name = "row";
  EXPECT_EQ(canonical_text(a), canonical_text(b));
  EXPECT_EQ(canonical_text(a),
            "t0:7xf32;t1:3xf32;t2:f32[5]=sum:f32[3]=(f32 mul(f32 t0[0+1i0+1i1])(f32 t1[0+1i1]));"
            "->t2;");
}

TEST(CanonicalText, TellsMeaningsApart) {
  std::vector<Definition> all = {correlation(7, 3, 5),
                                 correlation(8, 3, 5),
                                 correlation(7, 3, 4),
                                 correlation(7, 3, 3, 2),
                                 correlation(7, 3, 3, 1, 2),
                                 correlation(7, 3, 5, 1, 1, 1),
                                 correlation(7, 3, 5, 1, 1, 0, Boundary::fill),
                                 correlation(7, 3, 5, 1, 1, 0, Boundary::wrap),
                                 correlation(7, 3, 5, 1, 1, 0, Boundary::none, DType::f16),
                                 softmax(10)};
  all.push_back(all[0]);
  all.back().equations[0].accumulator = DType::f64;
  all.push_back(all[0]);
  all.back().equations[0].reduction = ReduceKind::max;
  all.push_back(softmax(10));
  all.back().results = {1, 3};
  for (double constant : {0.0, -0.0, 0.1, std::nextafter(0.1, 1.0), std::nan("")})
    all.push_back(define("c", {}, {equation("y", {}, number(constant, DType::f64))}));
  std::set<std::string> texts;
  for (const Definition& definition : all)
    EXPECT_TRUE(texts.insert(canonical_text(definition)).second) << to_string(definition);
}

TEST(ErrorText, HasTheDocumentedForm) {
  ErrorParts parts;
  parts.what = "conv 'conv3': the 5x5 kernel does not fit its 3x3 input";
  parts.where = {"lenet5.cpp", 14, 42};
  parts.expected = "padded extent >= 5";
  parts.got = "3";
  parts.detail = "input 1x16x3x3, padding valid";
  parts.hint = "use padding `same`, or a kernel of at most 3x3";
  parts.trail = "image -> conv1";
  EXPECT_STREQ(Error(parts).what(),
               "lenet5.cpp:14:42: error: conv 'conv3': the 5x5 kernel does not fit its 3x3 input\n"
               "  expected: padded extent >= 5, got 3   (input 1x16x3x3, padding valid)\n"
               "  hint: use padding `same`, or a kernel of at most 3x3\n"
               "  image -> conv1");
  parts.where.column = 0;
  parts.expected = parts.got = parts.detail = parts.hint = "";
  EXPECT_STREQ(Error(parts).what(),
               "lenet5.cpp:14: error: conv 'conv3': the 5x5 kernel does not fit its 3x3 input\n"
               "  image -> conv1");
  parts.where = {};
  parts.trail = "";
  EXPECT_STREQ(Error(parts).what(),
               "error: conv 'conv3': the 5x5 kernel does not fit its 3x3 input");
}

TEST(ShapeText, Forms) {
  EXPECT_EQ(to_string(Shape{1, 6, 28, 28}), "1x6x28x28");
  EXPECT_EQ(to_string(Shape{}), "scalar");
  EXPECT_EQ(to_string(TensorType{DType::f32, {1, 10}}), "1x10xf32");
}

} // namespace
} // namespace fovea
