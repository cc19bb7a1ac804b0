// Lesson 3: equations. Five relatives of the convolution, each as it is written, compiled, run, and
// drawn: build/examples/connections_NAME.svg shows which input goes into which output, in one
// colour for each weight. The pictures are made from the definitions. Run from the project's root.
#include <fovea/definition/connections.hpp>
#include <fovea/fovea.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace fovea;

// Each index is a type of its own: one that is bound nowhere is an error of the C++ compiler.
const Index<'i'> i{}; // the output's place
const Index<'m'> m{}; // the place in the kernel

struct Relative {
  std::string name, what;
  UserEquation equation;
  Array<float> weights;
  std::vector<float> expected; // for x = 1 2 4 8 16 32, by hand
};

std::vector<Relative> relatives() {
  return {
      {"convolution",
       "the same kernel at every place",
       define("convolution",
              [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m) * w(m)); }),
       {{3}, {1, -1, 2}},
       {7, 14, 28, 56}}, // 1 - 2 + 8 ...
      {"unshared",
       "a kernel of its own at every place (a locally connected layer)",
       define("unshared",
              [](Tensor<1> x, Tensor<2> w) { return Z(i) = sum(m)(x(i + m) * w(i, m)); }),
       {{4, 3}, {1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}},
       {7, 2, 8, 32}}, // a sum, and then a single element each
      {"tiled",
       "kernels that take turns, here two",
       define("tiled",
              [](Tensor<1> x, Tensor<2> w) { return Z(i) = sum(m)(x(i + m) * w(i % 2, m)); }),
       {{2, 3}, {1, 1, 1, 1, -1, 0}},
       {7, -2, 28, -8}}, // sums and differences
      {"dilated",
       "every second element under the kernel",
       define("dilated",
              [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + 2 * m) * w(m)); }),
       {{3}, {1, 10, 100}},
       {1641, 3282}}, // 1 + 40 + 1600
      {"causal",
       "only what came before, with zeros in front",
       define("causal", [](Tensor<1> x,
                           Tensor<1> w) { return Z(i.range(6)) = sum(m)(x(zero(i - m)) * w(m)); }),
       {{3}, {1, 1, 1}},
       {1, 3, 7, 14, 28, 56}}, // running sums of three
  };
}

// In a network an equation is called like a function; its weights are parameters or, as here,
// inputs.
Array<float> computed(const Relative& relative, const Array<float>& x) {
  Network net(relative.name);
  const Tensor input = net.input("x", x.shape());
  const Tensor weights = net.input("w", relative.weights.shape());
  const Tensor result = relative.equation(input, weights);
  net.output("z", result);
  Array<float> z(result.shape());
  compile(net).run({{"x", x}, {"w", relative.weights}}, {{"z", z}});
  return z;
}

void draw(const Relative& relative, const Array<float>& x) {
  Definition definition = relative.equation.definition(
      {{DType::f32, x.shape()}, {DType::f32, relative.weights.shape()}});
  definition.operands[0].name = "x";
  definition.operands[1].name = "w";
  std::ofstream("build/examples/connections_" + relative.name + ".svg")
      << draw_connections(definition);
  std::printf("  %s\n  %zu connections by %lld weights\n", to_string(definition).c_str(),
              connections(definition, 0, 1).size(),
              static_cast<long long>(relative.weights.size()));
}

int main() try {
  std::filesystem::create_directories("build/examples");
  const Array<float> x({6}, {1, 2, 4, 8, 16, 32});
  bool right = true;
  for (const Relative& relative : relatives()) {
    std::printf("%s: %s\n", relative.name.c_str(), relative.what.c_str());
    draw(relative, x);
    const Array<float> z = computed(relative, x);
    std::printf("  z =");
    for (const float value : z)
      std::printf(" %g", value);
    const bool same = std::ranges::equal(z, relative.expected);
    std::printf("%s\n\n", same ? "" : "  WRONG");
    right &= same;
  }
  return right ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
