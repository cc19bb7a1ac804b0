#pragma once
#include <fovea/dsl.hpp>

namespace fovea::zoo {

inline constexpr const char* zfnet_summary = "ZFNet for 1000 classes: Zeiler, Fergus, 2013";

// Visualizing and understanding convolutional networks, arXiv 1311.2901, figure 3: AlexNet with
// smaller first kernels and stride, and without groups. Input `image` [batch, 3, 224, 224], output
// `logits` [batch, 1000].
inline Network zfnet(int64_t batch = 1) {
  Network net("zfnet");
  const auto features =
      conv(96, 7, stride(2), pad(1)).named("conv1") | relu | max_pool(3, stride(2), pad(1)) |
      lrn(5) | conv(256, 5, stride(2)).named("conv2") | relu | max_pool(3, stride(2), pad(1)) |
      lrn(5) | conv(384, 3, pad(1)).named("conv3") | relu | conv(384, 3, pad(1)).named("conv4") |
      relu | conv(256, 3, pad(1)).named("conv5") | relu | max_pool(3, stride(2));
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits", image | features | flatten | dense(4096).named("fc6") | relu | dropout |
                           dense(4096).named("fc7") | relu | dropout | dense(1000).named("fc8"));
  return net;
}

} // namespace fovea::zoo
