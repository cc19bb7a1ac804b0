// COMPILES: what a textbook writes.
#include <fovea/dsl.hpp>
using namespace fovea;

void equations(const Tensor<>& image, const Tensor<>& weights) {
  const Index<'i'> i;
  const Index<'j'> j;
  const Index<'k'> k;
  const Index<'l'> l;
  const Index<'m'> m;
  const Index<'n'> n;

  const auto unshared = define("unshared_conv", [=](Tensor<3> V, Weight<6> W) {
    return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * W(i, l, m, n, j, k));
  });
  const auto tiled = [=](int t) {
    return define("tiled_conv", [=](Tensor<3> V, Tensor<6> K) {
      return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j % t, k % t));
    });
  };
  const auto dilated = define("dilated", [=](Tensor<3> V, Tensor<4> K) {
    return Z(i, j, k) = sum(l, m, n)(V(l, j + 2 * m, k + n * 2) * K(i, l, m, n));
  });
  const auto causal = define("causal_conv1d", [=](Tensor<2> x, Tensor<3> w) {
    return Z(i, k) = sum(l, n)(x(l, zero(k - n)) * w(i, l, n));
  });
  const auto nested = define("nested", [=](Tensor<2> x) {
    return Z(i) = max(j)(x(i, j)) - mean(j)(x(i, j)) + min(j)(x(i, j)) * product(j)(x(i, j));
  });
  const auto upsampled =
      define("nearest", [=](Tensor<2> x) { return Z(i.range(8), j.range(8)) = x(i / 2, j / 2); });
  const auto bag = define("bag", [=](Tensor<2> x, Tensor<1> p) {
    return Z(k) = sum(j)(x(p(j), k) + x(zero(p(j) + cast(value(j), DType::i32)), k));
  });
  const auto rows = define("rows", [=](Tensor<2> x) { return Z(i) = x(0, i) + x(1, i); });
  const auto leaky = define("leaky", [=](Tensor<1> x) {
    return Z(i) = select((x(i) > 0 && i % 2 == 0) || !(x(i) != 1), x(i), 0.1 * x(i));
  });
  const auto masked = define("masked", [=](Tensor<2> x, Tensor<1> p) {
    return Z(i.range(4)) =
               sum(j).where(j <= i && p(j) == i && 0 < j)(select(x(-i + 3, j) >= 6, 6, x(i, j)));
  });
  const auto moments = define("moments", [=](Tensor<2> x) {
    const auto A = Result("A")(i) = mean(j)(x(i, j));
    return Statements{A, Result("B")(i) = mean(j)(pow(x(i, j) - let(A)(i), 2))};
  });
  const std::vector<Tensor<>> both = moments.results(masked(leaky(image), weights));
  Tensor<> y = tiled(2)(unshared(image, weights), weights) | relu |
               unshared({.filters = 8, .kernel = {3, 3}}) | rows | relu;
  y = bag(nested(upsampled(dilated(causal(y, weights), weights))), weights);
}
