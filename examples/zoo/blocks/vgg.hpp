#pragma once
#include <fovea/dsl.hpp>

#include <array>
#include <string>

// Plain stacks of 3x3 convolutions: Simonyan, Zisserman, Very deep convolutional networks for
// large-scale image recognition, arXiv 1409.1556. Names of weights as in torchvision.
namespace fovea::zoo {

// `convolutions` in each of five stages, with pooling behind each. Input `image`
// [batch, 3, 224, 224], output `logits` [batch, 1000].
inline Network vgg(const std::string& name, int64_t batch, const std::array<int, 5>& convolutions) {
  constexpr std::array<int64_t, 5> filters = {64, 128, 256, 512, 512};
  Network net(name);
  Block features;
  int place = 0; // among layers, activations and pools, which torchvision counts
  for (size_t stage = 0; stage < filters.size(); ++stage) {
    for (int k = 0; k < convolutions[stage]; ++k, place += 2)
      features |= conv(filters[stage], 3, pad(1)).named(std::to_string(place)) | relu;
    features |= max_pool(2);
    ++place;
  }
  const Block classifier = dense(4096).named("0") | relu | dropout | dense(4096).named("3") | relu |
                           dropout | dense(1000).named("6");
  const Tensor image = net.input("image", {batch, 3, 224, 224});
  net.output("logits",
             image | features.named("features") | flatten | classifier.named("classifier"));
  return net;
}

} // namespace fovea::zoo
