#pragma once
#include <fovea/dsl.hpp>

namespace fovea::zoo {

inline constexpr const char* lenet5_table_summary =
    "LeNet-5 for 32x32 digits, with a second tanh behind each pool: LeCun et al., 1998";

// As its table is printed: the subsampling layers have an activation, too. Input `image`
// [batch, 1, 32, 32], output `probs` [batch, 10].
inline Network lenet5_table(int64_t batch = 1) {
  Network net("lenet5_table");
  const Tensor image = net.input("image", {batch, 1, 32, 32});
  net.output("probs", image | conv(6, 5).named("conv1") | tanh | avg_pool(2) | tanh |
                          conv(16, 5).named("conv2") | tanh | avg_pool(2) | tanh |
                          conv(120, 5).named("conv3") | tanh | flatten | dense(84).named("fc1") |
                          tanh | dense(10).named("fc2") | softmax);
  return net;
}

} // namespace fovea::zoo
