#pragma once
#include <fovea/dsl.hpp>

#include <array>
#include <string>

namespace fovea::zoo {

inline constexpr const char* unet_summary =
    "U-Net for segmentation, 32 base filters: Ronneberger, Fischer, Brox, 2015";

// Two 3x3 convolutions with their normalisation; `name` begins the names of the four.
inline Block two_convolutions(const std::string& name, int64_t filters) {
  Block block;
  for (const char* number : {"1", "2"}) {
    block |= conv(filters, 3, pad(1), no_bias).named(name + "conv" + number);
    block |= batch_norm(1e-5).named(name + "norm" + number);
    block |= relu;
  }
  return block;
}

// arXiv 1505.04597, padded so that maps halve and double exactly, with batch normalisation: the
// variant and names of Buda, Saha, Mazurowski, 2019 (mateuszbuda/brain-segmentation-pytorch). Input
// `image` [batch, 3, 256, 256], output `mask` [batch, 1, 256, 256].
inline Network unet(int64_t batch = 1) {
  constexpr int64_t base = 32;
  Network net("unet");
  const auto level = [](const char* what, const char* part, int number) {
    const std::string n = std::to_string(number);
    return two_convolutions(part + n, base << (number - 1)).named(what + n);
  };
  const Tensor image = net.input("image", {batch, 3, 256, 256});
  std::array<Tensor<>, 4> skipped;
  Tensor x = image;
  for (int k = 1; k <= 4; ++k) {
    skipped[static_cast<size_t>(k - 1)] = x | level("encoder", "enc", k);
    x = skipped[static_cast<size_t>(k - 1)] | max_pool(2);
  }
  x = x | two_convolutions("bottleneck", 16 * base).named("bottleneck");
  for (int k = 4; k >= 1; --k) {
    const Tensor up =
        x | conv_transpose(base << (k - 1), 2, stride(2)).named("upconv" + std::to_string(k));
    x = concat({up, skipped[static_cast<size_t>(k - 1)]}) | level("decoder", "dec", k);
  }
  net.output("mask", x | conv(1, 1).named("conv") | sigmoid);
  return net;
}

} // namespace fovea::zoo
