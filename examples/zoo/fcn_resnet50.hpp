#pragma once
#include "examples/zoo/blocks/resnet.hpp"

namespace fovea::zoo {

inline constexpr const char* fcn_resnet50_summary =
    "Fully convolutional segmentation into 21 classes: Long, Shelhamer, Darrell, 2014";

// arXiv 1411.4038 on ResNet-50 whose last two stages are dilated in place of their strides; names
// of weights as in torchvision, without its auxiliary classifier. Input `image` [batch, 3, 224,
// 224], output `logits` [batch, 21, 224, 224].
inline Network fcn_resnet50(int64_t batch = 1) {
  Network net("fcn_resnet50");
  Block backbone = conv_no_bias(64, 7, 2).named("conv1") | batch_norm(1e-5).named("bn1") | relu |
                   max_pool(3, stride(2), pad(1));
  const auto stage = [&](int number, int blocks, int64_t filters, int64_t step, int64_t first,
                         int64_t dilated) {
    for (int k = 0; k < blocks; ++k)
      backbone |= bottleneck(filters, k == 0 ? step : 1, k == 0, k == 0 ? first : dilated)
                      .named("layer" + std::to_string(number) + "." + std::to_string(k));
  };
  stage(1, 3, 64, 1, 1, 1);
  stage(2, 4, 128, 2, 1, 1);
  stage(3, 6, 256, 1, 1, 2);
  stage(4, 3, 512, 1, 2, 4);
  const Block classifier = conv_no_bias(512, 3, 1).named("0") | batch_norm(1e-5).named("1") | relu |
                           dropout(0.1) | conv(21, 1).named("4");
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits", image | backbone.named("backbone") | classifier.named("classifier") |
                           resize({0, 0, 224, 224}));
  return net;
}

} // namespace fovea::zoo
