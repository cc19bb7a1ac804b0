// Lesson 4: a layer of one's own. A retina: it sees the middle of the image sharply and what is
// farther out more coarsely, on rings around the centre, as the eye's fovea does. Turning the image
// by a quarter only moves its rings along, so that a network behind it cannot tell which side of
// the image is up.
#include <fovea/fovea.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <numbers>

using namespace fovea;

constexpr int64_t rings = 12, angles = 32; // as many in each quarter

// Z(c, r, a) is the element of x nearest to the ring's radius and the angle, half a step beyond
// multiples, around the middle of the image. Radii grow from 1 to the edge by the same factor (E.
// Schwartz, Spatial mapping in the primate sensory projection, Biological Cybernetics 25, 1977).
UserEquation retina() {
  const auto equation = [](Tensor<3> x) {
    const Index<'c'> c;
    const Index<'r'> r{rings};
    const Index<'a'> a{angles};
    const double middle = static_cast<double>(x.shape()[1] - 1) / 2;
    const auto number = [](const auto& index) { return cast(value(index), DType::f32); };
    const auto radius = let(Result("R")(r) = exp(number(r) * (std::log(middle) / (rings - 1))));
    const auto angle = (number(a) + 0.5) * (2 * std::numbers::pi / angles);
    const auto place = [&](const auto& step) {
      return cast(floor(step + (middle + 0.5)), DType::i64);
    };
    const auto down = let(Result("I")(r, a) = place(radius(r) * sin(angle)));
    const auto across = let(Result("J")(r, a) = place(radius(r) * cos(angle)));
    return Z(c, r, a) = x(c, down(r, a), across(r, a));
  };
  return define("retina", equation)
      .attribute("rings", rings)
      .attribute("angles", angles)
      .doc("Samples of an image on rings around its middle, whose radii grow by one factor:\n"
           "[channels, n, n] to [channels, rings, angles] (Schwartz 1977).");
}

// Filters as high as three rings and one angle wide, and the greatest answer of all angles: what
// moves along the rings changes nothing.
Network network(int64_t side, bool with_retina) {
  Network net(with_retina ? "retina" : "plain");
  const Tensor image = net.input("image", {1, 1, side, side});
  const Tensor seen = with_retina ? retina()(image) : image;
  const Tensor features = seen | conv(16, {3, 1}).named("along_rings") | relu |
                          conv(16, 1).named("mixed") | relu | global_max_pool | flatten;
  net.output("probs", features | dense(10).named("classes") | softmax);
  net.randomize(4);
  return net;
}

// By a quarter: what was at the right is at the top.
Array<float> turned(const Array<float>& image) {
  const int64_t side = image.shape()[2];
  Array<float> result(image.shape());
  for (int64_t y = 0; y < side; ++y)
    for (int64_t x = 0; x < side; ++x)
      result(0, 0, side - 1 - x, y) = image(0, 0, y, x);
  return result;
}

float largest_difference(const Array<float>& a, const Array<float>& b) {
  float largest = 0;
  for (int64_t k = 0; k < a.size(); ++k)
    largest = std::max(largest, std::abs(a.data()[k] - b.data()[k]));
  return largest;
}

int main() try {
  const auto digits = read_idx<uint8_t>("examples/data/t10k-images-idx3-ubyte.gz");
  Array<float> image({1, 1, 28, 28});
  std::transform(digits.row(0).begin(), digits.row(0).end(), image.begin(),
                 [](uint8_t sample) { return sample / 255.0f; });

  std::cout << summary(network(28, true)) << "\n";
  float changes[2] = {};
  for (const bool with_retina : {false, true}) {
    const Model model = compile(network(28, with_retina));
    const Array<float> upright = model(image), sideways = model(turned(image));
    changes[with_retina] = largest_difference(upright, sideways);
    std::printf("%s: turning the image by a quarter changes its answer by %.1e\n",
                model.name().c_str(), changes[with_retina]);
  }
  return changes[true] < 1e-6f && changes[false] > 1e-4f ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
