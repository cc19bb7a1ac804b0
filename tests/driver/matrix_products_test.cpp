// Products with constant matrices run as dense layers do: their weights are packed beforehand.
#include "tests/driver/networks.hpp"

namespace fovea {
namespace {

using testing::expect_reference;
using testing::random_array;

Network product(const std::string& layer, const Shape& shape, int64_t columns) {
  Network net(layer);
  const int64_t terms = shape[shape.rank() - 1];
  const Tensor x = net.input("x", shape);
  if (layer == "dense")
    net.output("y", x | dense(columns));
  else if (layer == "matmul")
    net.output("y", matmul(x, net.parameter("w", {terms, columns})));
  else
    net.output("y", gemm(x, net.parameter("w", {columns, terms}), net.parameter("b", {columns}),
                         {.trans_b = true}));
  net.randomize(1);
  return net;
}

void expect_right(const Network& net, const std::string& algorithm) {
  const Model model = compile(net, {.algorithms = {{net.name(), algorithm}}});
  ASSERT_FALSE(model.kernels().empty());
  EXPECT_EQ(model.kernels()[0].algorithm, algorithm);
  const Array<float> x = random_array(model.inputs()[0].type.shape, 3);
  expect_reference(net, {x.data()}, {model(x)});
}

TEST(MatrixProducts, OfConstantsRunOnTheAlgorithmsOfDenseLayers) {
  for (const char* layer : {"dense", "matmul", "gemm"}) {
    expect_right(product(layer, {19, 35}, 40), "direct");
    expect_right(product(layer, {1, 35}, 40), "direct");
  }
  expect_right(product("matmul", {2, 3, 35}, 40), "direct");
  for (const char* layer : {"dense", "gemm"})
    expect_right(product(layer, {1, 35}, 40), "gemv");
}

} // namespace
} // namespace fovea
