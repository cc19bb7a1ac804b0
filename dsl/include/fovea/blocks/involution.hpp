#pragma once
#include <fovea/ops/avg_pool.hpp>
#include <fovea/ops/batch_norm.hpp>
#include <fovea/ops/conv.hpp>
#include <fovea/ops/involution.hpp>
#include <fovea/ops/relu.hpp>

namespace fovea {

struct Reduction {
  int64_t value;
};
// Involution: by what the channels are divided from which the kernels are made.
constexpr Reduction reduction(int64_t value) {
  return {value};
}

// Involution that makes its own kernels (Li et al., arXiv 2103.06255, section 3) from each
// element's channels: conv(channels / reduction, 1) | batch_norm | relu | conv(groups * kernel
// elements, 1), of the mean of the elements that a stride skips.
struct InvolutionBlock : BlockBase {
  ops::Involution op;
  int64_t reduction = 4;
  SourceLocation location;

 private:
  // Of the windows, before kernels are made for them.
  constexpr Inferred check(const TensorType& x) const {
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    if (const ShapeError error = op.check_window(x.shape.slice(2, x.shape.rank())); error.what)
      return error;
    return x;
  }
  constexpr Layer<ops::AvgPool> pool() const {
    ops::AvgPool pool;
    pool.kernel = pool.stride = op.stride;
    pool.ceil_mode = true;
    return {pool, location};
  }
  constexpr auto generator(const TensorType& x) const {
    const int64_t channels = x.shape[1];
    ops::Conv reduce, span;
    reduce.filters = reduction < 1 ? 0 : channels > reduction ? channels / reduction : 1;
    span.filters = op.further_inputs(x)[0].shape[1];
    return Layer<ops::Conv>(reduce, location) | batch_norm | relu |
           Layer<ops::Conv>(span, location);
  }

 public:
  constexpr Inferred infer(const Types& inputs) const {
    const TensorType& x = inputs[0];
    if (const Inferred bad = check(x); !bad.ok())
      return bad;
    const Inferred kernels = (pool() | generator(x)).infer(inputs);
    return kernels.ok() ? op.infer(Types{x, kernels.results[0]}) : kernels;
  }
  Tensor<> operator()(const Tensor<>& x) const {
    bool strides = false;
    for (int64_t step : op.stride)
      strides = strides || step > 1;
    const bool sound = check(x.type()).ok();
    const Tensor<> kernels = !sound    ? x // the op says what is wrong
                             : strides ? x | (pool() | generator(x.type()))
                                       : x | generator(x.type());
    return apply(op, {x, kernels}, location);
  }
};

namespace detail {
constexpr void apply_involution_option(InvolutionBlock& block, const Reduction& reduction) {
  block.reduction = reduction.value;
}
template <class Option>
constexpr void apply_involution_option(InvolutionBlock& block, const Option& option) {
  static_assert(!std::is_same_v<Option, Padding>,
                "fovea: WHAT: an involution that makes its kernels has a padding of its own; WHY: "
                "there is a kernel for each element; WHERE: involution(..., here)");
  apply_option(block.op, option);
}
} // namespace detail

// involution(7, groups(4), stride(2), reduction(4)); the result has the extents of the input,
// divided by the stride.
template <class... Options>
constexpr InvolutionBlock involution(Located<Extents> kernel, const Options&... options) {
  InvolutionBlock block;
  block.op.kernel = kernel.value.shape;
  block.op.padding = PaddingMode::same;
  block.location = kernel.location;
  (detail::apply_involution_option(block, options), ...);
  return block;
}

} // namespace fovea
