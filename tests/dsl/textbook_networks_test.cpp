// Sizes, parameters, multiply-accumulates and receptive fields of networks that textbooks print.
#include <fovea/dsl.hpp>

#include <gtest/gtest.h>

#include <map>

namespace fovea {
namespace {

constexpr Shape f32_shape(const Inferred& inferred) {
  return inferred.results[0].shape;
}

// --- by the compiler alone: the shape rules are constant expressions ---

static_assert(shape_of(conv(1, 5), {1, 3, 32, 32}) == Shape{1, 1, 28, 28});
static_assert(shape_of(conv(2, 5), {1, 3, 32, 32}) == Shape{1, 2, 28, 28});
static_assert(shape_of(conv(6, 5), {1, 3, 32, 32}) == Shape{1, 6, 28, 28}); // figure 16
static_assert(shape_of(conv(1, 5, pad(1)), {1, 1, 28}) == Shape{1, 1, 26}); // W=28 F=5 P=1 S=1
static_assert(shape_of(conv(1, 3), {1, 1, 5}) == Shape{1, 1, 3});
static_assert(shape_of(conv(1, 3, same), {1, 1, 100, 100}) == Shape{1, 1, 100, 100});
static_assert(shape_of(avg_pool(7), {1, 1024, 7, 7}) == Shape{1, 1024, 1, 1});
static_assert(shape_of(flatten | dense(4), {1, 1, 1024, 768}) == Shape{1, 4});
static_assert(conv(6, 5).op.parameters({TensorType{DType::f32, {1, 3, 32, 32}}})[0].type.shape ==
              Shape{6, 3, 5, 5});
static_assert(f32_shape(flatten(Map{}).infer({TensorType{DType::f32, {1, 12, 3, 3}}})) ==
              Shape{1, 108});

int64_t parameters_of(const auto& block, const Shape& input) {
  Network net("count");
  net.output("y", net.input("x", input) | block);
  return summary(net).parameters;
}

TEST(TextbookNetworks, ParametersOfALayer) {
  EXPECT_EQ(parameters_of(conv(8, 5), {1, 3, 28, 28}), 608);
  EXPECT_EQ(parameters_of(conv(6, 5), {1, 3, 32, 32}), 456);
  EXPECT_EQ(parameters_of(flatten | dense(4), {1, 1, 1024, 768}), 3145732);
  EXPECT_EQ(parameters_of(flatten | dense(100), {1, 1, 1024, 768}), 78643300);
  EXPECT_EQ(parameters_of(flatten | dense(1000), {1, 1024, 7, 7}), 50177000);
  EXPECT_EQ(parameters_of(avg_pool(7) | flatten | dense(1000), {1, 1024, 7, 7}), 1025000);
  EXPECT_EQ(parameters_of(flatten | dense(4096), {1, 512, 7, 7}), 102764544);
}

// Shared, tiled, unshared and dense weights of one 28x28x1 -> 24x24x6 layer, without biases.
TEST(TextbookNetworks, SharingWeights) {
  EXPECT_EQ(parameters_of(conv(6, 5, no_bias), {1, 1, 28, 28}), 150);
  EXPECT_EQ(parameters_of(flatten | dense(24 * 24 * 6, no_bias), {1, 1, 28, 28}), 2709504);
  const Index<'i'> i;
  const Index<'j'> j;
  const Index<'k'> k;
  const Index<'m'> m;
  const Index<'n'> n;
  const auto weights = [](const UserEquation& equation, const Shape& shape) {
    Network net("sharing");
    const Tensor<> z = equation(net.input("x", {28, 28}), net.parameter("w", shape));
    EXPECT_EQ(z.shape(), (Shape{6, 24, 24}));
    net.output("z", z);
    return summary(net).parameters;
  };
  const auto tiled = define("tiled", [=](Tensor<2> x, Tensor<5> w) {
    return Z(i, j, k) = sum(m, n)(x(j + m, k + n) * w(i, m, n, j % 2, k % 2));
  });
  const auto unshared = define("unshared", [=](Tensor<2> x, Tensor<5> w) {
    return Z(i, j, k) = sum(m, n)(x(j + m, k + n) * w(i, m, n, j, k));
  });
  EXPECT_EQ(weights(tiled, {6, 5, 5, 2, 2}), 600);
  EXPECT_EQ(weights(unshared, {6, 5, 5, 24, 24}), 86400);
}

TEST(TextbookNetworks, ThreeSmallKernelsForALargeOne) {
  const auto row_of = [](const auto& block) {
    Network net("field");
    net.output("y", net.input("x", {1, 64, 56, 56}) | block);
    const Summary table = summary(net);
    return std::pair(table.parameters, table.rows.back().receptive_field);
  };
  EXPECT_EQ(row_of(conv(64, 3, no_bias) | conv(64, 3, no_bias) | conv(64, 3, no_bias)),
            std::pair(INT64_C(110592), Shape{7, 7}));
  EXPECT_EQ(row_of(conv(64, 7, no_bias)), std::pair(INT64_C(200704), Shape{7, 7}));
  EXPECT_EQ(row_of(conv(64, 3) | conv(64, 3) | conv(64, 3)).first, 110784);
  EXPECT_EQ(row_of(conv(64, 7)).first, 200768);
}

struct Row {
  const char* layer;
  Shape output;
  int64_t parameters;
};

void expect_rows(const Summary& table, const std::vector<Row>& rows) {
  std::map<std::string, const SummaryRow*> by_name;
  for (const SummaryRow& row : table.rows)
    by_name[row.layer] = &row;
  for (const Row& wanted : rows) {
    ASSERT_TRUE(by_name.count(wanted.layer)) << wanted.layer << "\n" << table;
    EXPECT_EQ(by_name[wanted.layer]->output, wanted.output) << wanted.layer;
    EXPECT_EQ(by_name[wanted.layer]->parameters, wanted.parameters) << wanted.layer;
  }
}

TEST(TextbookNetworks, MnistNetwork) { // figure 21
  constexpr auto block = conv(6, 5).named("conv1") | relu | conv(12, 5).named("conv2") | relu |
                         max_pool(2) | conv(12, 5).named("conv3") | relu | max_pool(2) | flatten |
                         dense(256).named("fc1") | relu | dense(10).named("fc2") | softmax;
  static_assert(shape_of(block, {1, 1, 28, 28}) == Shape{1, 10});
  Network net("mnist");
  net.output("digits", net.input("image", {1, 1, 28, 28}) | block);
  const Summary table = summary(net);
  expect_rows(table, {{"conv1", {1, 6, 24, 24}, 156},
                      {"conv2", {1, 12, 20, 20}, 1812},
                      {"max_pool", {1, 12, 10, 10}, 0},
                      {"conv3", {1, 12, 6, 6}, 3612},
                      {"max_pool_2", {1, 12, 3, 3}, 0},
                      {"flatten", {1, 108}, 0},
                      {"fc1", {1, 256}, 27904},
                      {"fc2", {1, 10}, 2570},
                      {"softmax", {1, 10}, 0}});
  EXPECT_EQ(table.parameters, 36054);
  EXPECT_EQ(table.macs, 966208);
  for (const SummaryRow& row : table.rows) {
    if (row.layer == "max_pool_2") {
      EXPECT_EQ(row.receptive_field, (Shape{20, 20}));
    }
  }
}

TEST(TextbookNetworks, LeNet5) {
  constexpr auto block = conv(6, 5).named("C1") | tanh | avg_pool(2) | conv(16, 5).named("C3") |
                         tanh | avg_pool(2) | conv(120, 5).named("C5") | tanh | flatten |
                         dense(84).named("F6") | tanh | dense(10).named("Out") | softmax;
  Network net("lenet5");
  net.output("digits", net.input("image", {1, 1, 32, 32}) | block);
  const Summary table = summary(net);
  expect_rows(table, {{"C1", {1, 6, 28, 28}, 156},
                      {"avg_pool", {1, 6, 14, 14}, 0},
                      {"C3", {1, 16, 10, 10}, 2416},
                      {"avg_pool_2", {1, 16, 5, 5}, 0},
                      {"C5", {1, 120, 1, 1}, 48120},
                      {"F6", {1, 84}, 10164},
                      {"Out", {1, 10}, 850}});
  EXPECT_EQ(table.parameters, 61706);
  EXPECT_EQ(table.macs, 416520);
}

TEST(TextbookNetworks, KerasListing) {
  constexpr auto block = conv(32, 3).named("conv1") | relu | max_pool(2) |
                         conv(64, 3).named("conv2") | relu | max_pool(2) | flatten |
                         dense(1024).named("fc1") | relu | dense(10).named("fc2") | softmax;
  Network net("keras");
  net.output("digits", net.input("image", {1, 1, 28, 28}) | block);
  const Summary table = summary(net);
  expect_rows(table, {{"conv1", {1, 32, 26, 26}, 320},
                      {"max_pool", {1, 32, 13, 13}, 0},
                      {"conv2", {1, 64, 11, 11}, 18496},
                      {"max_pool_2", {1, 64, 5, 5}, 0},
                      {"flatten", {1, 1600}, 0},
                      {"fc1", {1, 1024}, 1639424},
                      {"fc2", {1, 10}, 10250}});
  EXPECT_EQ(table.parameters, 1668490);
  EXPECT_EQ(table.macs, 4073600);
}

// Five modules of ceil-mode pools: 50x25 becomes 2x1, with 96 maps 192 features.
TEST(TextbookNetworks, FiveModules) {
  Block modules;
  for (int64_t filters : {34, 48, 64, 80, 96})
    modules |= conv(filters, 3, same) | max_pool(2, ceil_mode) | batch_norm | relu;
  Network net("modules");
  const Tensor<> features = net.input("image", {1, 34, 50, 25}) | modules | flatten;
  EXPECT_EQ(features.shape(), (Shape{1, 192}));
  Shape sizes;
  net.output("features", features);
  for (const SummaryRow& row : summary(net).rows)
    if (row.op == "max_pool") {
      sizes.push_back(row.output[2]);
      sizes.push_back(row.output[3]);
    }
  EXPECT_EQ(sizes, (Shape{25, 13, 13, 7, 7, 4, 4, 2, 2, 1}));
}

TEST(TextbookNetworks, DetectorOf1011) {
  EXPECT_EQ(parameters_of(conv(1, 4) | flatten | dense(1), {1, 1, 12}), 15); // convolution + OR
  EXPECT_EQ(parameters_of(flatten | dense(9) | dense(1), {1, 1, 12}), 127);
}

} // namespace
} // namespace fovea
