#include "tests/kernels/kernel_test.hpp"

#include <Halide.h>

namespace fovea::kernel_test {
namespace {

struct Convolution {
  int64_t batch = 1, in = 3, out = 4, height = 9, width = 11, kernel = 3;
  int64_t stride = 1, dilation = 1, pad = 0, groups = 1;
  Boundary boundary = Boundary::none;
  DType type = DType::f32;
  bool relu = false;
};

// Z(b,i,y,x) = B(i) + sum(l,m,n) V(b, l + in/groups * (i / (out/groups)), s y + d m - p, ...)
// K(i,l,m,n)
Definition conv2d(const Convolution& c) {
  Builder builder("conv");
  const int v = builder.operand("V", c.type, {c.batch, c.in, c.height, c.width});
  const int k = builder.operand("K", c.type, {c.out, c.in / c.groups, c.kernel, c.kernel});
  const int bias = builder.operand("B", c.type, {c.out});
  const int64_t reach = c.dilation * (c.kernel - 1) + 1;
  const int64_t oh = (c.height + 2 * c.pad - reach) / c.stride + 1;
  const int64_t ow = (c.width + 2 * c.pad - reach) / c.stride + 1;
  const auto at = [&](int place, int tap) {
    const IndexExpr position = index(place) * c.stride + index(tap) * c.dilation - fixed(c.pad);
    return c.boundary == Boundary::none   ? At(position)
           : c.boundary == Boundary::fill ? zero(position)
                                          : At(position, c.boundary);
  };
  const IndexExpr group = floor_div(index(1), c.out / c.groups) * (c.in / c.groups);
  const std::vector<IndexRange> free = {{"b", c.batch}, {"i", c.out}, {"y", oh}, {"x", ow}};
  const Expr body = mul(builder.read(v, {At(index(0)), At(index(4) + group), at(2, 5), at(3, 6)}),
                        builder.read(k, {At(index(1)), At(index(4)), At(index(5)), At(index(6))}));
  const int t = builder.reduction("T", free, ReduceKind::sum,
                                  {{"l", c.in / c.groups}, {"m", c.kernel}, {"n", c.kernel}}, body);
  Expr value = add(builder.read(t, {At(index(0)), At(index(1)), At(index(2)), At(index(3))}),
                   builder.read(bias, {At(index(1))}));
  if (c.relu)
    value = op(ScalarOp::max, {value, constant(0, value->type)});
  return builder.results({builder.equation("Z", free, value)});
}

// Halide's own values are called t0, t1 ..., as operands may be.
TEST(Generic, OperandsMayHaveTheNamesOfHalidesValues) {
  for (int round = 0; round < 4; ++round) {
    const int next = std::stoi(Halide::Internal::unique_name('t').substr(1)) + 1;
    Builder builder("pairs");
    const int x = builder.operand("t" + std::to_string(next), DType::f32, {6});
    const int w = builder.operand("t" + std::to_string(next + 1), DType::f32, {3});
    const std::vector<IndexRange> free = {{"i", 4}};
    const Expr body =
        mul(builder.read(x, {At(index(0) + index(1))}), builder.read(w, {At(index(1))}));
    check(builder.results({builder.reduction("Z", free, ReduceKind::sum, {{"m", 3}}, body)}));
  }
}

TEST(Generic, Convolution) {
  check(conv2d({}));
}
TEST(Generic, ConvolutionZeroPadded) {
  check(conv2d({.pad = 1, .boundary = Boundary::fill, .relu = true}));
}
TEST(Generic, ConvolutionClamped) {
  check(conv2d({.pad = 2, .boundary = Boundary::clamp}));
}
TEST(Generic, ConvolutionReflected) {
  check(conv2d({.pad = 2, .boundary = Boundary::reflect}));
}
TEST(Generic, ConvolutionWrapped) {
  check(conv2d({.pad = 2, .boundary = Boundary::wrap}));
}
TEST(Generic, ConvolutionWrappedFar) {
  check(conv2d({.height = 2, .width = 3, .pad = 9, .boundary = Boundary::wrap}));
  check(conv2d({.height = 2, .width = 3, .pad = 9, .boundary = Boundary::reflect}));
  check(conv2d({.height = 1, .width = 1, .pad = 4, .boundary = Boundary::reflect}));
}
TEST(Generic, ConvolutionStridedDilated) {
  check(conv2d({.height = 17,
                .width = 19,
                .stride = 2,
                .dilation = 2,
                .pad = 2,
                .boundary = Boundary::fill}));
}
TEST(Generic, ConvolutionGrouped) {
  check(conv2d({.in = 8, .out = 12, .pad = 1, .groups = 4, .boundary = Boundary::fill}));
}
TEST(Generic, ConvolutionDepthwise) {
  check(conv2d({.in = 6,
                .out = 6,
                .height = 16,
                .width = 16,
                .pad = 1,
                .groups = 6,
                .boundary = Boundary::fill}));
}
TEST(Generic, ConvolutionOfTheWholeMap) { // a dot product once joined
  check(conv2d({.in = 16, .out = 120, .height = 5, .width = 5, .kernel = 5}));
}
TEST(Generic, ConvolutionPointwise) {
  check(conv2d({.batch = 2, .in = 24, .out = 30, .height = 7, .width = 7, .kernel = 1}));
}
TEST(Generic, ConvolutionOfManyShapes) {
  for (const int64_t width : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31})
    for (const int64_t out : {1, 2, 5, 7})
      check(conv2d({.in = 2,
                    .out = out,
                    .height = 4,
                    .width = width,
                    .pad = 1,
                    .boundary = Boundary::fill}));
}
TEST(Generic, ConvolutionInParallel) {
  check(conv2d({.in = 16,
                .out = 32,
                .height = 28,
                .width = 28,
                .pad = 1,
                .boundary = Boundary::fill,
                .relu = true}));
}
TEST(Generic, ConvolutionOfEveryType) {
  for (const DType type :
       {DType::f16, DType::bf16, DType::f64, DType::i8, DType::u8, DType::i32, DType::i64})
    check(
        conv2d({.pad = 1,
                .boundary = type == DType::f16 || is_float(type) ? Boundary::fill : Boundary::clamp,
                .type = type}));
}

TEST(Generic, Convolution1D) {
  for (const Boundary boundary :
       {Boundary::fill, Boundary::clamp, Boundary::reflect, Boundary::wrap}) {
    Builder builder("conv1d");
    const int v = builder.operand("x", DType::f32, {5, 40});
    const int k = builder.operand("w", DType::f32, {3, 5, 4});
    const IndexExpr place = index(1) - index(3);
    const At at = boundary == Boundary::fill ? zero(place) : At(place, boundary);
    const int z =
        builder.reduction("Z", {{"i", 3}, {"k", 40}}, ReduceKind::sum, {{"l", 5}, {"n", 4}},
                          mul(builder.read(v, {At(index(2)), at}),
                              builder.read(k, {At(index(0)), At(index(2)), At(index(3))})));
    check(builder.results({z}));
  }
}

TEST(Generic, PoolingMax) {
  Builder builder("max_pool");
  const int v = builder.operand("V", DType::f32, {4, 15, 15});
  const auto at = [](int place, int tap) {
    return At(index(place) * 2 + index(tap) - fixed(1), Boundary::fill, constant(-INFINITY));
  };
  const int z =
      builder.reduction("Z", {{"c", 4}, {"y", 8}, {"x", 8}}, ReduceKind::max, {{"m", 3}, {"n", 3}},
                        builder.read(v, {At(index(0)), at(1, 3), at(2, 4)}));
  check(builder.results({z}));
}

Definition softmax(int64_t rows, int64_t columns) {
  Builder builder("softmax");
  const int x = builder.operand("x", DType::f32, {rows, columns});
  const IndexRange i{"i", rows}, j{"j", columns};
  const int m = builder.reduction("M", {i}, ReduceKind::max, {j},
                                  builder.read(x, {At(index(0)), At(index(1))}));
  const int e = builder.equation(
      "E", {i, j},
      op(ScalarOp::exp, {sub(builder.read(x, {index(0), index(1)}), builder.read(m, {index(0)}))}));
  const int s =
      builder.reduction("S", {i}, ReduceKind::sum, {j}, builder.read(e, {index(0), index(1)}));
  const int z = builder.equation(
      "Z", {i, j},
      op(ScalarOp::div, {builder.read(e, {index(0), index(1)}), builder.read(s, {index(0)})}));
  return builder.results({z});
}

TEST(Generic, Softmax) {
  check(softmax(1, 10));
  check(softmax(5, 1000));
  check(softmax(64, 17));
}

TEST(Generic, Dense) {
  for (const auto& [batch, in, out] : {std::tuple<int64_t, int64_t, int64_t>{1, 84, 10},
                                       {1, 120, 84},
                                       {4, 256, 64},
                                       {3, 7, 5},
                                       {1, 1, 1}}) {
    Builder builder("dense");
    const int x = builder.operand("x", DType::f32, {batch, in});
    const int w = builder.operand("W", DType::f32, {out, in});
    const int z = builder.reduction(
        "Z", {{"b", batch}, {"i", out}}, ReduceKind::sum, {{"j", in}},
        mul(builder.read(x, {index(0), index(2)}), builder.read(w, {index(1), index(2)})));
    check(builder.results({z}));
  }
}

TEST(Generic, Matmul) {
  Builder builder("matmul");
  const int a = builder.operand("A", DType::f32, {37, 29});
  const int b = builder.operand("B", DType::f32, {29, 43});
  const int z = builder.reduction(
      "Z", {{"i", 37}, {"j", 43}}, ReduceKind::sum, {{"k", 29}},
      mul(builder.read(a, {index(0), index(2)}), builder.read(b, {index(2), index(1)})));
  check(builder.results({z}));
}

// S(r, i, q) = sum(l) V(r, q, l) * K(r, l, i): a tile has all of i, a dimension between others.
Definition two_products() {
  Builder builder("two_products");
  const int v = builder.operand("V", DType::f32, {2, 128, 256});
  const int k = builder.operand("K", DType::f32, {2, 256, 64});
  const int s =
      builder.reduction("S", {{"r", 2}, {"i", 64}, {"q", 128}}, ReduceKind::sum, {{"l", 256}},
                        mul(builder.read(v, {index(0), index(2), index(3)}),
                            builder.read(k, {index(0), index(3), index(1)})));
  return builder.results({s});
}

TEST(Generic, LoopsOfOneIterationJoinOthers) {
  check(two_products());
}

TEST(Generic, AccumulatorsLieAsTheirVectors) {
  const std::string text = generic_schedule(two_products(), test_target());
  EXPECT_NE(text.find("reorder_storage(i, q) vectorize(i, "), std::string::npos) << text;
}

TEST(Generic, Broadcasting) {
  Builder builder("broadcast");
  const int a = builder.operand("a", DType::f32, {2, 3, 4, 5});
  const int b = builder.operand("b", DType::f32, {1, 3, 1, 1});
  const int c = builder.operand("c", DType::f32, {});
  const int z = builder.equation("Z", {{"i", 2}, {"j", 3}, {"k", 4}, {"l", 5}},
                                 mul(add(builder.read(a, {index(0), index(1), index(2), index(3)}),
                                         builder.read(b, {fixed(0), index(1), fixed(0), fixed(0)})),
                                     builder.read(c, {})));
  check(builder.results({z}));
}

TEST(Generic, Transposition) {
  Builder builder("transpose");
  const int a = builder.operand("a", DType::f32, {13, 21});
  const int z =
      builder.equation("Z", {{"i", 21}, {"j", 13}}, builder.read(a, {index(1), index(0)}));
  check(builder.results({z}));
}

TEST(Generic, TiledIndices) { // pixel shuffle: floors and remainders
  Builder builder("shuffle");
  const int a = builder.operand("a", DType::f32, {12, 5, 6});
  const int z =
      builder.equation("Z", {{"c", 3}, {"y", 10}, {"x", 12}},
                       builder.read(a, {index(0) * 4 + mod(index(1), 2) * 2 + mod(index(2), 2),
                                        floor_div(index(1), 2), floor_div(index(2), 2)}));
  check(builder.results({z}));
}

TEST(Generic, ResultsOfSeveralShapes) {
  Builder builder("statistics");
  const int x = builder.operand("x", DType::f32, {4, 50});
  const Expr read = builder.read(x, {index(0), index(1)});
  const int s = builder.reduction("S", {{"c", 4}}, ReduceKind::sum, {{"n", 50}}, read);
  const int mean =
      builder.equation("mean", {{"c", 4}}, mul(builder.read(s, {index(0)}), constant(1 / 50.0)));
  const int centred =
      builder.equation("centred", {{"c", 4}, {"n", 50}}, sub(read, builder.read(mean, {index(0)})));
  check(builder.results({mean, centred}));
}

TEST(Generic, OneEquationTwiceAResult) {
  Builder builder("twice");
  const int x = builder.operand("x", DType::f32, {20});
  const int z = builder.equation("Z", {{"i", 20}}, add(builder.read(x, {index(0)}), constant(1)));
  check(builder.results({z, z}));
}

TEST(Generic, Scalar) {
  Builder builder("total");
  const int x = builder.operand("x", DType::f32, {3, 100});
  const int z = builder.reduction("Z", {}, ReduceKind::sum, {{"i", 3}, {"j", 100}},
                                  builder.read(x, {index(0), index(1)}));
  check(builder.results({z}));
}

TEST(Generic, EmptyReduction) {
  for (const ReduceKind kind : {ReduceKind::sum, ReduceKind::product, ReduceKind::max}) {
    Builder builder("nothing");
    const int x = builder.operand("x", DType::f32, {5, 0});
    const int z =
        builder.reduction("Z", {{"i", 5}}, kind, {{"j", 0}}, builder.read(x, {index(0), index(1)}));
    check(builder.results({z}));
  }
}

TEST(Generic, DeepChainCompilesQuickly) {
  Builder builder("chain"); // inlined it would be 3^12 reads
  int x = builder.operand("x", DType::f32, {1000});
  for (int k = 0; k < 12; ++k) {
    const auto at = [&](int64_t d) {
      return builder.read(x, {At(index(0) + fixed(d), Boundary::clamp)});
    };
    x = builder.equation("s" + std::to_string(k), {{"i", 1000}}, add(add(at(-1), at(0)), at(1)));
  }
  const auto start = std::chrono::steady_clock::now();
  check(builder.results({x}));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_LT(elapsed.count(), 3);
}

TEST(Generic, RefusesWhatDoesNotFit32Bits) {
  Builder builder("huge");
  const int x = builder.operand("x", DType::f32, {1 << 20, 1 << 10});
  const int z = builder.equation("Z", {{"i", 1 << 20}, {"j", 1 << 10}},
                                 builder.read(x, {index(0), index(1)}));
  catalogue::KernelRequest request;
  request.definition = builder.results({z});
  request.target = test_target();
  request.symbol = "huge";
  const std::string message = error_of([&] { kernels::make_halide_compiler()->compile(request); });
  EXPECT_NE(message.find("int32 overflow: 'x'"), message.npos) << message;
}

TEST(Generic, RefusesReadsOutside) {
  Builder builder("outside");
  const int x = builder.operand("x", DType::f32, {10});
  const int z = builder.equation("Z", {{"i", 10}}, builder.read(x, {index(0) + fixed(1)}));
  catalogue::KernelRequest request;
  request.definition = builder.results({z});
  request.target = test_target();
  request.symbol = "outside";
  const std::string message = error_of([&] { kernels::make_halide_compiler()->compile(request); });
  EXPECT_NE(message.find("reads outside a tensor"), message.npos) << message;
  EXPECT_NE(message.find("1..10"), message.npos) << message;
}

} // namespace
} // namespace fovea::kernel_test
