// Networks whose layers move elements: each op becomes part of kernels, or a view of memory.
#include "networks.hpp"

namespace fovea::testing {
namespace {

// Attention's shuffle of heads, an image cut into patches, an encoder's skip of cropped maps.
Network shuffling_network() {
  Network net("shuffling");
  const Tensor image = net.input("image", {2, 4, 8, 12});
  const Tensor padded =
      image | pad({0, 0, 1, 2}, {0, 0, 1, 2}, PadMode::reflect) | conv(6, 3).named("conv") | relu;
  const std::vector<Tensor<>> parts = split(padded, {2, 4});
  const Tensor heads =
      parts[1] | reshape({0, 2, 2, -1}) | transpose({0, 2, 1, 3}) | reshape({0, 2, -1});
  const Tensor small = parts[0] | space_to_depth(2) | slice(1, 0, 4) | depth_to_space(2);
  const Tensor large = small | resize_by({1, 1, 2, 2}) | slice({2, 3}, {1, 2}, {-1, -2});
  const Tensor column = heads | slice(0, 0, 1) | squeeze() | unsqueeze({0}) | tile({2, 1, 2});
  net.output("heads", heads | softmax);
  net.output("large", large);
  net.output("column", column);
  net.randomize(3);
  return net;
}

TEST(Movement, AgreesWithTheInterpreter) {
  const Network net = shuffling_network();
  const Array<float> x = random_array({2, 4, 8, 12}, 1);
  for (int optimization : {0, 2}) {
    const Model model = compile(net, {.optimization = optimization});
    std::vector<Array<float>> results;
    for (const TensorInfo& output : model.outputs())
      results.emplace_back(output.type.shape);
    Context context = model.context({.threads = 2});
    context.run({{"image", x}},
                {{"heads", results[0]}, {"large", results[1]}, {"column", results[2]}});
    expect_reference(net, {x.data()}, results);
  }
}

// A reshape, and a transposition that moves dimensions of extent 1, are no kernels.
TEST(Movement, ViewsAreNoKernels) {
  Network net("views");
  const Tensor x = net.input("x", {1, 6, 4, 5});
  net.output("y", x | relu | reshape({0, 4, 30}) | transpose({1, 0, 2}) | unsqueeze({2}) |
                      flatten(2) | softmax);
  const Model model = compile(net);
  std::string layers;
  for (const KernelInfo& kernel : model.kernels())
    for (const std::string& layer : kernel.layers)
      layers += layer + "; ";
  EXPECT_EQ(layers, "relu; softmax; ");
}

} // namespace
} // namespace fovea::testing
