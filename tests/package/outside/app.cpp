#include "network.hpp"

#include <cstdio>
#include <cstring>

// Errors come out of the shared library as what they are.
static bool errors_arrive() {
  try {
    compile(fovea::with_batch(blur(), 0));
    return false;
  } catch (const std::exception& error) {
    const auto* own = dynamic_cast<const fovea::Error*>(&error);
    return own && !own->parts().what.empty() && std::strstr(own->what(), "error: ");
  }
}

int main(int argc, char** argv) try {
  if (argc == 3 && std::strcmp(argv[1], "save") == 0) {
    blur().save(argv[2]);
    return 0;
  }
  const fovea::Model model = compile(blur());
  fovea::Array<float> image({1, 1, SIDE, SIDE});
  for (int k = 0; k < PIXELS; ++k)
    image.data()[k] = pixel_at(k);
  const fovea::Array<float> edges = model(image);
  const int wrong = wrong_results(edges.data());
  const bool arrived = errors_arrive();
  std::printf("app: %d wrong, errors %s\n", wrong, arrived ? "arrive" : "are lost");
  return wrong == 0 && arrived ? 0 : 1;
} catch (const fovea::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
