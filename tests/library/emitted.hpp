#pragma once
#include "tests/emit/library_files.hpp"
#include "tests/support/buffers.hpp"

#include <fovea/fovea.hpp>
#include <fovea/runtime/load_library.hpp>

#include <dlfcn.h>
#include <random>

// LeNet-5 as libraries, emitted once for all tests, and what it answers in this process.
namespace fovea::testing {

using emission::testing::shell;
using emission::testing::succeed;
using emission::testing::TestFolder;

inline Network lenet(uint64_t seed, int64_t batch = 1) {
  Network net("lenet5");
  Tensor image = net.input("image", {batch, 1, 28, 28});
  net.output("probs", image | conv(6, 5, same).named("conv1") | tanh | avg_pool(2) |
                          conv(16, 5).named("conv2") | tanh | avg_pool(2) |
                          conv(120, 5).named("conv3") | tanh | flatten | dense(84).named("fc1") |
                          tanh | dense(10).named("fc2") | softmax);
  net.randomize(seed);
  return net;
}

inline std::vector<float> an_image(unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> range(0, 1);
  std::vector<float> image(28 * 28);
  for (float& pixel : image)
    pixel = range(engine);
  return image;
}

// The libraries of all tests: emitting takes a second or two.
struct Emitted {
  TestFolder folder;
  Network net = lenet(1), newer = lenet(2);
  std::string so = folder / "lenet5.so", newer_so = folder / "lenet5_v2.so";
  EmittedLibrary facts = emit(net, so, {.header = folder / "lenet5.h"});
  EmittedLibrary newer_facts = emit(newer, newer_so);
  Model model = compile(net), newer_model = compile(newer);

  static const Emitted& once() {
    static const Emitted emitted;
    return emitted;
  }
};

inline std::vector<float> answer(const Model& model, const std::vector<float>& image) {
  std::vector<float> probs(10);
  model.run({{"image", {image.data(), {1, 1, 28, 28}}}}, {{"probs", {probs.data(), {1, 10}}}});
  return probs;
}

inline std::vector<float> answer(host::Context& context, std::vector<float> image) {
  std::vector<float> probs(10);
  const fovea_buffer input = buffer_for(context.model().input(0), image.data());
  fovea_buffer output = buffer_for(context.model().output(0), probs.data());
  context.run({&input, 1}, {&output, 1});
  return probs;
}

} // namespace fovea::testing
