#pragma once
#include <fovea/dsl.hpp>

namespace fovea::zoo {

inline constexpr const char* mnist_summary = "three 5x5 convolutions for digits of MNIST";

// Input `image` [batch, 1, 28, 28], output `probs` [batch, 10].
inline Network mnist(int64_t batch = 1) {
  Network net("mnist");
  const Tensor image = net.input("image", {batch, 1, 28, 28});
  net.output("probs", image | conv(6, 5).named("conv1") | relu | conv(12, 5).named("conv2") | relu |
                          max_pool(2) | conv(12, 5).named("conv3") | relu | max_pool(2) | flatten |
                          dense(256).named("fc1") | relu | dense(10).named("fc2") | softmax);
  return net;
}

} // namespace fovea::zoo
