#pragma once
#include <fovea/dsl.hpp>

namespace fovea::zoo {

inline constexpr const char* lenet5_summary =
    "LeNet-5 for 28x28 digits: LeCun, Bottou, Bengio, Haffner, 1998";

// The network of lesson 1 (tanh before pooling), input `image` [batch, 1, 28, 28], output `probs`.
inline Network lenet5(int64_t batch = 1) {
  Network net("lenet5");
  Tensor image = net.input("image", {batch, 1, 28, 28});
  // clang-format off
  Tensor probs = image
      | conv(6, 5, same).named("conv1") | tanh | avg_pool(2)
      | conv(16, 5).named("conv2")      | tanh | avg_pool(2)
      | conv(120, 5).named("conv3")     | tanh
      | flatten | dense(84).named("fc1") | tanh | dense(10).named("fc2") | softmax;
  // clang-format on
  net.output("probs", probs);
  return net;
}

} // namespace fovea::zoo
