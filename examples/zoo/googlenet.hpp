#pragma once
#include <fovea/dsl.hpp>

namespace fovea::zoo {

inline constexpr const char* googlenet_summary =
    "GoogLeNet for 1000 classes, as published: Szegedy et al., 2014";

// Filters of the four branches of an Inception module; `reduce` is the 1x1 convolution in front.
struct Inception {
  int64_t ones, reduce_threes, threes, reduce_fives, fives, pooled;
};

// 1x1, 3x3 and 5x5 convolutions and a pool, side by side.
inline Block inception(const Inception& n) {
  return concat(conv(n.ones, 1).named("branch1") | relu,
                conv(n.reduce_threes, 1).named("branch2.0") | relu |
                    conv(n.threes, 3, pad(1)).named("branch2.1") | relu,
                conv(n.reduce_fives, 1).named("branch3.0") | relu |
                    conv(n.fives, 5, pad(2)).named("branch3.1") | relu,
                max_pool(3, stride(1), pad(1)) | conv(n.pooled, 1).named("branch4.1") | relu);
}

// arXiv 1409.4842, without the auxiliary classifiers of training. (torchvision's has 3x3 in place
// of 5x5 kernels, and batch normalisation.) Input `image` [batch, 3, 224, 224], output `logits`
// [batch, 1000].
inline Network googlenet(int64_t batch = 1) {
  Network net("googlenet");
  const auto pool = max_pool(3, stride(2), ceil_mode);
  const Block features = conv(64, 7, stride(2), pad(3)).named("conv1") | relu | pool | lrn(5) |
                         conv(64, 1).named("conv2") | relu | conv(192, 3, pad(1)).named("conv3") |
                         relu | lrn(5) | pool |
                         inception({64, 96, 128, 16, 32, 32}).named("inception3a") |
                         inception({128, 128, 192, 32, 96, 64}).named("inception3b") | pool |
                         inception({192, 96, 208, 16, 48, 64}).named("inception4a") |
                         inception({160, 112, 224, 24, 64, 64}).named("inception4b") |
                         inception({128, 128, 256, 24, 64, 64}).named("inception4c") |
                         inception({112, 144, 288, 32, 64, 64}).named("inception4d") |
                         inception({256, 160, 320, 32, 128, 128}).named("inception4e") | pool |
                         inception({256, 160, 320, 32, 128, 128}).named("inception5a") |
                         inception({384, 192, 384, 48, 128, 128}).named("inception5b");
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits",
             image | features | avg_pool(7) | flatten | dropout(0.4) | dense(1000).named("fc"));
  return net;
}

} // namespace fovea::zoo
