#include "expected.h"

#include <fovea/runtime/load_library.hpp>

#include <cstdio>
#include <exception>

// A buffer over the elements of a tensor that the library describes.
static fovea_buffer buffer(const fovea_tensor_info& info, float* elements) {
  fovea_buffer buffer{};
  buffer.struct_size = sizeof buffer;
  buffer.data = elements;
  buffer.bytes = info.bytes;
  buffer.dtype = info.dtype;
  buffer.rank = info.rank;
  for (int d = 0; d < info.rank; ++d)
    buffer.extents[d] = info.extents[d];
  return buffer;
}

int main(int, char** argv) try {
  using namespace fovea::host;
  const Library library = Library::open(argv[1]);
  const Model model = library.model();
  Context context(model);
  float image[PIXELS], edges[RESULTS];
  for (int k = 0; k < PIXELS; ++k)
    image[k] = pixel_at(k);
  fovea_buffer input = buffer(model.input(0), image), output = buffer(model.output(0), edges);
  context.run({&input, 1}, {&output, 1});
  std::printf("loader: '%s', %d wrong\n", library.prefix().c_str(), wrong_results(edges));
  return wrong_results(edges) == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
