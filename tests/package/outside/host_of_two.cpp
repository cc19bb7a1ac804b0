#include "blur.hpp"
#include "blur_object.hpp"
#include "expected.h"

#include <cstdio>
#include <exception>

// 0 where the library's results are right.
template <class Model, class Context>
static int wrong() {
  float image[PIXELS], edges[RESULTS];
  for (int k = 0; k < PIXELS; ++k)
    image[k] = pixel_at(k);
  const Model model{};
  Context context(model, 2);
  context.run(image, edges);
  return wrong_results(edges);
}

int main() try {
  const int shared = wrong<blur::Model, blur::Context>();
  const int object = wrong<blur_object::Model, blur_object::Context>();
  std::printf("host of two libraries: %d and %d wrong\n", shared, object);
  return shared == 0 && object == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
