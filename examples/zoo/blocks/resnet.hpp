#pragma once
#include <fovea/dsl.hpp>

#include <array>
#include <string>

// Residual networks for images: He, Zhang, Ren, Sun, Deep residual learning for image recognition,
// arXiv 1512.03385, with the stride of a bottleneck in its 3x3 convolution and the names of weights
// as in torchvision.
namespace fovea::zoo {

// A convolution without bias, whose map is that of its input divided by `step`.
inline auto conv_no_bias(int64_t filters, int64_t kernel, int64_t step, int64_t dilated = 1) {
  return conv(filters, kernel, pad(dilated * (kernel / 2)), stride(step), dilation(dilated),
              no_bias);
}

// g(x) + f(x), rectified; g fits the shape where it changes.
inline Block residual(const Block& f, int64_t filters, int64_t step, bool project) {
  if (!project)
    return skip(f) | relu;
  const Block shortcut = conv_no_bias(filters, 1, step).named("0") | batch_norm(1e-5).named("1");
  return skip(f, shortcut.named("downsample")) | relu;
}

// Two 3x3 convolutions.
inline Block basic_block(int64_t filters, int64_t step, bool project) {
  const Block f = conv_no_bias(filters, 3, step).named("conv1") | batch_norm(1e-5).named("bn1") |
                  relu | conv_no_bias(filters, 3, 1).named("conv2") | batch_norm(1e-5).named("bn2");
  return residual(f, filters, step, project);
}

// 1x1, 3x3, and 1x1 to four times as many channels.
inline Block bottleneck(int64_t filters, int64_t step, bool project, int64_t dilated = 1) {
  const Block f = conv_no_bias(filters, 1, 1).named("conv1") | batch_norm(1e-5).named("bn1") |
                  relu | conv_no_bias(filters, 3, step, dilated).named("conv2") |
                  batch_norm(1e-5).named("bn2") | relu |
                  conv_no_bias(4 * filters, 1, 1).named("conv3") | batch_norm(1e-5).named("bn3");
  return residual(f, 4 * filters, step, project);
}

// `blocks` residual blocks in each of four stages, whose maps halve and whose filters double.
// Input `image` [batch, 3, 224, 224], output `logits` [batch, 1000].
inline Network resnet(const std::string& name, int64_t batch, const std::array<int, 4>& blocks,
                      bool bottlenecks) {
  Network net(name);
  Block features = conv_no_bias(64, 7, 2).named("conv1") | batch_norm(1e-5).named("bn1") | relu |
                   max_pool(3, stride(2), pad(1));
  for (int stage = 0; stage < 4; ++stage)
    for (int k = 0; k < blocks[static_cast<size_t>(stage)]; ++k) {
      const int64_t filters = int64_t{64} << stage, step = stage > 0 && k == 0 ? 2 : 1;
      const bool project = k == 0 && (stage > 0 || bottlenecks);
      const Block block =
          bottlenecks ? bottleneck(filters, step, project) : basic_block(filters, step, project);
      features |= block.named("layer" + std::to_string(stage + 1) + "." + std::to_string(k));
    }
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits", image | features | avg_pool(7) | flatten | dense(1000).named("fc"));
  return net;
}

} // namespace fovea::zoo
