#include <fovea/run_block.hpp>

namespace fovea {

Model compile(const Block& block, const Shape& input, DType dtype, const CompileOptions& options,
              SourceLocation location) {
  Network network("block", location);
  const Tensor<> x = network.input("x", input, dtype, location);
  network.output("y", block(x), location);
  if (!network.parameters().empty()) {
    const int first = network.parameters().front();
    throw Error({.what = "a block with weights is no function by itself: '" +
                         network.values()[static_cast<size_t>(first)].name + "' has no contents",
                 .where = location,
                 .hint = "put the block into a Network, and set or load its weights"});
  }
  return compile(network, options, location);
}

} // namespace fovea
