#pragma once
#include <fovea/definition/interpreter.hpp>
#include <fovea/fovea.hpp>

#include <gtest/gtest.h>

#include <random>

namespace fovea::testing {

inline Array<float> random_array(const Shape& shape, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> range(-1, 1);
  Array<float> array(shape);
  for (float& element : array)
    element = range(engine);
  return array;
}

// A convolution, a dense layer and a softmax: several kernels, weights, an arena.
inline Network small_network(int64_t batch = 1) {
  Network net("small");
  Tensor image = net.input("image", {batch, 2, 9, 9});
  Tensor probs = image | conv(5, 3, fovea::same).named("conv1") | tanh | max_pool(3) | flatten |
                 dense(7).named("fc1") | softmax;
  net.output("probs", probs);
  net.randomize(7);
  return net;
}

// The model's results against the exact interpreter of the network's own definition, within the
// interpreter's bound.
inline void expect_reference(const Network& net, const std::vector<const void*>& inputs,
                             const std::vector<Array<float>>& results) {
  const Definition definition = definition_of(net);
  std::vector<const void*> operands = inputs;
  for (int parameter : net.parameters())
    operands.push_back(net.weight(parameter).data);
  Interpreter interpreter(definition, reader_of(definition, operands));
  for (size_t result = 0; result < results.size(); ++result) {
    const std::vector<Value> expected = interpreter.all(static_cast<int>(result));
    ASSERT_EQ(static_cast<int64_t>(expected.size()), results[result].size());
    for (size_t k = 0; k < expected.size(); ++k)
      ASSERT_NEAR(results[result].data()[k], expected[k].real, expected[k].error)
          << "result " << result << ", element " << k;
  }
}

} // namespace fovea::testing
