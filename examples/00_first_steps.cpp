// Lesson 0: layers and an equation in one network, compiled and run.
#include <fovea/fovea.hpp>
#include <iostream>
using namespace fovea;

constexpr auto block = conv(4, 3, same).named("edges") | relu | max_pool(2);
static_assert(shape_of(block, {1, 1, 8, 8}) == Shape{1, 4, 4, 4}); // checked by the C++ compiler

int main() {
  const Index<'i'> i;
  const Index<'j'> j;
  const Index<'k'> k;
  auto contrast = define("contrast", [=](Tensor<3> x) { // as a textbook writes it
    return Z(k, i, j) = max(x(k, i, j) - mean(i, j)(x(k, i, j)), 0.0);
  });
  Network net("first_steps");
  Tensor image = net.input("image", {1, 1, 8, 8});
  Tensor probs = contrast(image | block) | flatten | dense(3).named("classes") | softmax;
  net.output("probs", probs);
  net.randomize(1);
  std::cout << summary(net);

  Model model = compile(net);
  Array<float> x({1, 1, 8, 8});
  x(0, 0, 3, 4) = 1; // a single bright pixel
  for (float p : model(x))
    std::cout << p << " ";
  std::cout << "\n";
}
