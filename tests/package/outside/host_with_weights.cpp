#include "blur-of-file.hpp"
#include "expected.h"

#include <cstdio>
#include <exception>

int main() try {
  float weight[FILTERS * 9], bias[FILTERS], image[PIXELS], edges[RESULTS];
  for (int k = 0; k < FILTERS * 9; ++k)
    weight[k] = weight_at(k);
  for (int filter = 0; filter < FILTERS; ++filter)
    bias[filter] = bias_at(filter);
  for (int k = 0; k < PIXELS; ++k)
    image[k] = pixel_at(k);

  given_weights weights{};
  weights.conv_weight = weight;
  weights.conv_bias = bias;
  const given::Model model(weights);
  given::Context context(model);
  context.run(image, edges);
  std::printf("host with weights of its own: %d wrong\n", wrong_results(edges));
  return wrong_results(edges) == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
