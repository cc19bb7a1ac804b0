#pragma once
#include <fovea/dsl.hpp>

#include <array>
#include <string>

namespace fovea::zoo {

inline constexpr const char* densenet121_summary =
    "DenseNet-121 for 1000 classes: Huang, Liu, van der Maaten, Weinberger, 2016";

// arXiv 1608.06993 with growth rate 32, and the names of weights as in torchvision. Input `image`
// [batch, 3, 224, 224], output `logits` [batch, 1000].
inline Network densenet121(int64_t batch = 1) {
  constexpr int64_t growth = 32;
  constexpr std::array<int, 4> layers = {6, 12, 24, 16};
  const Block dense_layer =
      batch_norm(1e-5).named("norm1") | relu | conv(4 * growth, 1, no_bias).named("conv1") |
      batch_norm(1e-5).named("norm2") | relu | conv(growth, 3, pad(1), no_bias).named("conv2");
  Network net("densenet121");
  Block features = conv(64, 7, stride(2), pad(3), no_bias).named("conv0") |
                   batch_norm(1e-5).named("norm0") | relu | max_pool(3, stride(2), pad(1));
  int64_t channels = 64;
  for (int stage = 1; stage <= 4; ++stage) {
    for (int k = 1; k <= layers[static_cast<size_t>(stage - 1)]; ++k, channels += growth)
      features |= concat(Identity{}, dense_layer.named("denseblock" + std::to_string(stage) +
                                                       ".denselayer" + std::to_string(k)));
    if (stage == 4)
      break;
    channels /= 2;
    const Block transition = batch_norm(1e-5).named("norm") | relu |
                             conv(channels, 1, no_bias).named("conv") | avg_pool(2);
    features |= transition.named("transition" + std::to_string(stage));
  }
  features |= batch_norm(1e-5).named("norm5") | relu;
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits", image | features.named("features") | avg_pool(7) | flatten |
                           dense(1000).named("classifier"));
  return net;
}

} // namespace fovea::zoo
