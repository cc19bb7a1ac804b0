// COMPILES: blocks are constant expressions whose shapes the compiler knows.
#include <fovea/dsl.hpp>
using namespace fovea;

constexpr auto features = conv(6, 5, same).named("conv1") | tanh | avg_pool(2) |
                          conv(16, 5).named("conv2") | tanh | avg_pool(2) |
                          conv(120, 5).named("conv3") | tanh;
static_assert(shape_of(features, {1, 1, 28, 28}) == Shape{1, 120, 1, 1});

constexpr auto residual(int filters) {
  return skip(conv(filters, 3, same) | batch_norm | relu | conv(filters, 3, same) | batch_norm) |
         relu;
}
static_assert(shape_of(residual(64), {1, 64, 56, 56}) == Shape{1, 64, 56, 56});
static_assert(shape_of(relu | residual(8) | max_pool({3, 2}), {1, 8, 6, 6}) == Shape{1, 8, 2, 3});
static_assert(shape_of(concat(conv(2, 1), conv(3, 3, same), max_pool(3, stride(1), same)),
                       {1, 4, 5, 5}) == Shape{1, 9, 5, 5});
static_assert(shape_of(avg_pool(3, stride(2), pad(1), ceil_mode, count_include_pad),
                       {1, 3, 7, 7}) == Shape{1, 3, 4, 4});
static_assert(shape_of(features.named("backbone") | flatten | dense(10) | softmax,
                       {2, 1, 28, 28}) == Shape{2, 10});
static_assert(shape_of(sigmoid, {1, 3}) == Shape{1, 3});

Tensor<> classify(const Tensor<>& image) {
  Block stages;
  for (int k = 0; k < 3; ++k)
    stages |= residual(1).named("stage");
  return image | stages | features | flatten | dense(84).named("fc1") | tanh | dropout(0.5) |
         dense(10).named("fc2") | softmax;
}
