#pragma once
#include "expected.h"

#include <fovea/fovea.hpp>

inline fovea::Network blur() {
  using namespace fovea;
  Network net("blur");
  Tensor image = net.input("image", {1, 1, SIDE, SIDE});
  net.output("edges", image | conv(FILTERS, 3, same).named("conv") | relu);
  std::vector<float> weight, bias;
  for (int k = 0; k < FILTERS * 9; ++k)
    weight.push_back(weight_at(k));
  for (int filter = 0; filter < FILTERS; ++filter)
    bias.push_back(bias_at(filter));
  net.set_weight("conv.weight", weight.data(), weight.size() * sizeof(float));
  net.set_weight("conv.bias", bias.data(), bias.size() * sizeof(float));
  return net;
}
