#pragma once
#include <fovea/dsl.hpp>

#include <string>

namespace fovea::zoo {

inline constexpr const char* mobilenet_v2_summary =
    "MobileNet-v2 for 1000 classes: Sandler, Howard, Zhu, Zhmoginov, Chen, 2018";

// A convolution, its normalisation and a rectifier that ends at 6.
inline Block conv_bn_relu6(int64_t filters, int64_t kernel, int64_t step, int64_t in_groups) {
  return conv(filters, kernel, pad(kernel / 2), stride(step), groups(in_groups), no_bias)
             .named("0") |
         batch_norm(1e-5).named("1") | relu6;
}

// Expands the channels, filters each by itself, projects them: linear, and added to the input where
// the shape is kept.
inline Block inverted_residual(int64_t channels, int64_t filters, int64_t step, int64_t expansion) {
  const int64_t wide = channels * expansion;
  Block f;
  int place = 0;
  const auto next = [&] { return std::to_string(place++); };
  if (expansion != 1)
    f |= conv_bn_relu6(wide, 1, 1, 1).named(next());
  f |= conv_bn_relu6(wide, 3, step, wide).named(next());
  f |= conv(filters, 1, no_bias).named(next());
  f |= batch_norm(1e-5).named(next());
  f = f.named("conv");
  return step == 1 && channels == filters ? Block(skip(f)) : f;
}

// arXiv 1801.04381, table 2, with the names of weights as in torchvision. Input `image`
// [batch, 3, 224, 224], output `logits` [batch, 1000].
inline Network mobilenet_v2(int64_t batch = 1) {
  struct Stage {
    int64_t expansion, filters;
    int blocks;
    int64_t step;
  };
  constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                              {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  Network net("mobilenet_v2");
  Block features = conv_bn_relu6(32, 3, 2, 1).named("0");
  int64_t channels = 32;
  int place = 1;
  for (const Stage& stage : stages)
    for (int k = 0; k < stage.blocks; ++k, channels = stage.filters)
      features |=
          inverted_residual(channels, stage.filters, k == 0 ? stage.step : 1, stage.expansion)
              .named(std::to_string(place++));
  features |= conv_bn_relu6(1280, 1, 1, 1).named(std::to_string(place));
  const Block classifier = dropout(0.2) | dense(1000).named("1");
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits", image | features.named("features") | avg_pool(7) | flatten |
                           classifier.named("classifier"));
  return net;
}

} // namespace fovea::zoo
