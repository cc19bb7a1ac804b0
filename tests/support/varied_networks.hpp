#pragma once
#include <fovea/dsl.hpp>

#include <vector>

// Small networks that together use what a captured graph can hold.
namespace fovea::testing {

inline Network chain_network() {
  Network net("small chain");
  net.output("probs", net.input("image", {1, 1, 12, 12}) | conv(4, 3, same).named("conv1") | tanh |
                          avg_pool(2) | flatten | dropout(0.25) | dense(10).named("fc") | softmax);
  return net;
}

inline Network window_network() {
  Network net("windows");
  const Tensor<> x = net.input("x", {2, 4, 13, 11});
  const Tensor<> y = x | conv(6, {3, 2}, stride({2, 1}), groups(2)).named("grouped") |
                     conv(6, 3, dilation(2), pad({1, 2}, {3, 0}), no_bias).named("dilated") |
                     batch_norm(1e-3).named("norm") | relu;
  net.output("max", y | max_pool(3, stride(2), ceil_mode));
  net.output("mean", y | avg_pool(2, same, count_include_pad) | sigmoid);
  const Tensor<> line = net.input("line", {1, 3, 20}), cube = net.input("cube", {1, 2, 5, 5, 5});
  net.output("line", line | conv(4, 3, same));
  net.output("cube", cube | conv(2, 3) | softmax(1));
  return net;
}

inline Network graph_network() {
  Network net("a \"quoted\" name");
  const Tensor<> x = net.input("odd, name\\", {1, 4, 6, 6});
  const auto block = skip((conv(4, 3, same).named("conv1") | relu).named("layer1.0"));
  const Tensor<> y =
      concat(std::vector<Tensor<>>{x | block, x | conv(2, 1).named("proj.\xc3\xa9")});
  const Tensor<> unused = net.parameter("not.used", {3}, DType::i8);
  const Tensor<> scale = net.parameter("scale", {6, 1, 1});
  net.output("y", maximum(y * scale, minimum(y, y - scale)) / scale);
  net.output("again", y);
  net.output("input itself", x);
  net.output("weight itself", scale);
  (void)unused;
  return net;
}

// Convolutions and pools beside the usual ones.
inline Network family_network() {
  Network net("family");
  const Tensor<> x = net.input("x", {1, 4, 12, 10}), grid = net.input("grid", {1, 3, 4, 2});
  const Tensor<> sharing = x | unshared_conv(4, 3, stride(2)) | relu |
                           tiled_conv(4, 2, period({2, 3}), groups(2)) | flipped_conv(4, {1, 2}) |
                           maxout(2);
  const Tensor<> deformed = x | deform_conv(4, 3, same, offset_groups(2)) | relu |
                            modulated_deform_conv(6, {3, 1}, pad({1, 0}, {1, 0}));
  const Tensor<> involved = deformed | involution(3, groups(2), stride(2), reduction(2)) |
                            depthwise_separable_conv(5, 3, same) |
                            spatially_separable_conv(3, {3, 2}, no_bias) | causal_conv(2, 2);
  const Tensor<> pooled = x | local_contrast_norm(5) | min_pool(3, stride(1), same) |
                          weighted_avg_pool(2, stride(2), ceil_mode);
  net.output("sharing", sharing | adaptive_avg_pool({2, 3}));
  net.output("involved", involved);
  net.output("pooled", pooled | adaptive_max_pool(4));
  net.output("columns", pooled | im2col(3, dilation(2)) | col2im({6, 5}, 3, dilation(2)));
  net.output("sampled", grid_sample(deformed, grid,
                                    {.padding = SamplePadding::reflection, .align_corners = true}));
  return net;
}

// Equations, mapped over a batch, with boundary rules, systems, and weights that two layers share.
inline Network equation_network() {
  const Index<'i'> i;
  const Index<'j'> j;
  const Index<'k'> k;
  const Index<'l'> l;
  Network net("equations");
  const Tensor<> x = net.input("x", {2, 3, 16}), weight = net.parameter("kernels", {3, 3, 5});
  const auto causal = define("causal", [=](Tensor<2> v, Tensor<3> w) {
    return Z(i, k.range(16)) = sum(j, l)(v(j, zero(k - l)) * w(i, j, l));
  });
  const auto rules = define("rules", [=](Tensor<2> v) {
    return Z(i, k.range(16)) = v(i, clamp(k - 2)) + v(i, reflect(2 * k - 3)) * v(wrap(i + 1), k) +
                               select(value(k) < 7.0, v(i, k / 2), v(i, k % 4));
  });
  const auto soft = define("soft", [=](Tensor<1> v) {
    const auto M = let(M_(i) = max(j)(v(j) + 0 * v(i)));
    const auto E = let(E_(i) = exp(v(i) - M(i)));
    return Z(i) = E(i) / sum(j)(E(j));
  });
  const Tensor<> once = causal(x, weight), twice = causal(once | relu, weight);
  net.output("y", soft(rules(twice)));
  return net;
}

// Layers of the user's own, with weights and what else is known of them.
inline Network user_layer_network() {
  const Index<'i'> i;
  const Index<'j'> j;
  const Index<'l'> l;
  const Index<'m'> m;
  Network net("user_layers");
  const auto unshared = define("unshared", [=](Tensor<2> V, Weight<4> K, Weight<1> B) {
    return Z(i, j) = sum(l, m)(V(l, j + m) * K(i, l, m, j)) + B(i);
  });
  const auto known = unshared.doc("A \"kernel\" of its own\n  for each place: \xc3\xa9\\")
                         .attribute("shared", false)
                         .attribute("at", {-1, 9223372036854775807})
                         .attribute("none", std::vector<int64_t>{})
                         .attribute("scale", 0.1)
                         .attribute("rule", "two \"words\"\n")
                         .algorithm("generic")
                         .schedule("Z: parallel(i)\n sum_sum.1: unroll(m)  # all");
  net.output("y", net.input("x", {2, 3, 16}) | unshared({.filters = 4, .kernel = 3}) | relu |
                      known({.kernel = 5, .extents = {{"i", 2}}}).named("last"));
  return net;
}

// Sums that wrap, and elements at places that are computed.
inline Network integer_network() {
  const Index<'i'> i;
  const Index<'j'> j;
  Network net("integers");
  const Tensor<> x = net.input("x", {4, 6}, DType::u8), w = net.parameter("w", {6}, DType::u8);
  const auto dot =
      define("dot", [=](Tensor<2> a, Tensor<1> b) { return Z(i) = sum(j)(a(i, j) * b(j)); });
  net.output("y", dot(x, w));
  const auto pick = define("pick", [=](Tensor<2> v, Tensor<1> p) {
    return Z(i, j) = v(p(i), zero(cast(p(j), DType::i32) - 1.0));
  });
  net.output("picked", pick(x, w) + gather(gather(x, w), w, -1));
  return net;
}

inline std::vector<Network> varied_networks() {
  Network empty("no layers");
  empty.input("only", Shape{}, DType::i64);
  return {chain_network(),    window_network(),     graph_network(),   family_network(),
          equation_network(), user_layer_network(), integer_network(), empty};
}

} // namespace fovea::testing
