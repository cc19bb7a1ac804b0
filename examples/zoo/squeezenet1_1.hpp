#pragma once
#include <fovea/dsl.hpp>

#include <string>

namespace fovea::zoo {

inline constexpr const char* squeezenet1_1_summary =
    "SqueezeNet 1.1 for 1000 classes: Iandola et al., 2016";

// A few 1x1 filters, then 1x1 and 3x3 ones side by side.
inline Block fire(int64_t squeezed, int64_t expanded) {
  return conv(squeezed, 1).named("squeeze") | relu |
         concat(conv(expanded, 1).named("expand1x1") | relu,
                conv(expanded, 3, pad(1)).named("expand3x3") | relu);
}

// arXiv 1602.07360, with the names of weights as in torchvision. Input `image`
// [batch, 3, 224, 224], output `logits` [batch, 1000].
inline Network squeezenet1_1(int64_t batch = 1) {
  Network net("squeezenet1_1");
  const auto pool = max_pool(3, stride(2), ceil_mode);
  const Block features = conv(64, 3, stride(2)).named("0") | relu | pool | fire(16, 64).named("3") |
                         fire(16, 64).named("4") | pool | fire(32, 128).named("6") |
                         fire(32, 128).named("7") | pool | fire(48, 192).named("9") |
                         fire(48, 192).named("10") | fire(64, 256).named("11") |
                         fire(64, 256).named("12");
  const Block classifier = dropout | conv(1000, 1).named("1") | relu;
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits", image | features.named("features") | classifier.named("classifier") |
                           avg_pool(13) | flatten);
  return net;
}

} // namespace fovea::zoo
