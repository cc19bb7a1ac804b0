#pragma once
#include <fovea/dsl.hpp>

namespace fovea::zoo {

inline constexpr const char* mnist_wide_summary =
    "32 and 64 3x3 filters, 1024 hidden units, for digits of MNIST";

// Input `image` [batch, 1, 28, 28], output `probs` [batch, 10].
inline Network mnist_wide(int64_t batch = 1) {
  Network net("mnist_wide");
  const Tensor image = net.input("image", {batch, 1, 28, 28});
  net.output("probs", image | conv(32, 3).named("conv1") | relu | max_pool(2) |
                          conv(64, 3).named("conv2") | relu | max_pool(2) | flatten |
                          dense(1024).named("fc1") | relu | dense(10).named("fc2") | softmax);
  return net;
}

} // namespace fovea::zoo
