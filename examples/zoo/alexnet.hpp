#pragma once
#include <fovea/dsl.hpp>

namespace fovea::zoo {

inline constexpr const char* alexnet_summary =
    "AlexNet for 1000 classes, with its two groups: Krizhevsky, Sutskever, Hinton, 2012";

// ImageNet classification with deep convolutional neural networks, NIPS 2012: the halves that ran
// on two GPUs are groups; local response normalisation; overlapping pools. (The 227 rows are what
// the published maps need; the paper says 224.) Input `image` [batch, 3, 227, 227], output `logits`
// [batch, 1000].
inline Network alexnet(int64_t batch = 1) {
  Network net("alexnet");
  const auto pool = max_pool(3, stride(2));
  const auto features = conv(96, 11, stride(4)).named("conv1") | relu | lrn(5) | pool |
                        conv(256, 5, pad(2), groups(2)).named("conv2") | relu | lrn(5) | pool |
                        conv(384, 3, pad(1)).named("conv3") | relu |
                        conv(384, 3, pad(1), groups(2)).named("conv4") | relu |
                        conv(256, 3, pad(1), groups(2)).named("conv5") | relu | pool;
  const Tensor image = net.input("image", {batch, 3, 227, 227});
  net.output("logits", image | features | flatten | dense(4096).named("fc6") | relu | dropout |
                           dense(4096).named("fc7") | relu | dropout | dense(1000).named("fc8"));
  return net;
}

} // namespace fovea::zoo
