#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/ops/add.hpp>

namespace fovea {

// x + f(x), the residual connection (He et al., arXiv 1512.03385); with a projection g: g(x) +
// f(x).
template <IsBlock F, IsBlock G>
struct Skip : BlockBase {
  F inner;
  G shortcut;

  constexpr Skip(const F& inner, const G& shortcut) : inner(inner), shortcut(shortcut) {}
  constexpr Inferred infer(const Types& inputs) const {
    const Inferred a = shortcut.infer(inputs), b = inner.infer(inputs);
    return !a.ok() ? a : !b.ok() ? b : ops::Add{}.infer(Types{a.results[0], b.results[0]});
  }
  Tensor<> operator()(const Tensor<>& input) const {
    const Tensor<> short_way = shortcut(input), long_way = inner(input);
    return apply(ops::Add{}, {short_way, long_way}, {});
  }
};

struct Identity : BlockBase {
  constexpr Inferred infer(const Types& inputs) const { return inputs[0]; }
  Tensor<> operator()(const Tensor<>& input) const { return input; }
};

template <IsBlock F>
constexpr auto skip(const F& inner) {
  return Skip<F, Identity>(inner, {});
}
template <IsBlock F, IsBlock G>
constexpr auto skip(const F& inner, const G& shortcut) {
  return Skip<F, G>(inner, shortcut);
}

} // namespace fovea
