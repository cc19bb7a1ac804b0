// What random networks grow by: windows, and the blocks that networks for images are made of.
#include "random_steps.hpp"

namespace fovea::testing {

// --- windows -------------------------------------------------------------------------------------

RandomSteps::Value RandomSteps::convolution() {
  const Tensor<> x = any();
  const int rank = x.shape().rank();
  if (rank < 3 || rank > 5)
    return std::nullopt;
  ops::Conv op;
  random_window(op, rank - 2, false);
  op.bias = chance(2);
  op.filters = channels();
  const int64_t given = x.shape()[1];
  switch (random_() % 5) {
  case 0: // each channel by itself
    op.groups = given;
    op.filters = given * one_of({1, 1, 1, 2});
    break;
  case 1:
    op.groups = one_of({2, 3, 4});
    op.filters = op.groups * one_of({1, 3, 8});
    break;
  default:
    break;
  }
  const Value y = add(op, x);
  return y && chance(2) ? activated(y) : y;
}

RandomSteps::Value RandomSteps::transposed_convolution() {
  const Value x = any_image();
  if (!x)
    return x;
  ops::ConvTranspose op;
  random_window(op, 2, false);
  op.filters = one_of({1, 3, 8, 17});
  op.bias = chance(2);
  return add(op, x);
}

RandomSteps::Value RandomSteps::pool() {
  const Tensor<> x = any();
  const int rank = x.shape().rank();
  if (rank < 3 || rank > 5)
    return std::nullopt;
  if (chance(2)) {
    ops::MaxPool op;
    random_window(op, rank - 2, true);
    op.ceil_mode = chance(2);
    return add(op, x);
  }
  ops::AvgPool op;
  random_window(op, rank - 2, true);
  op.ceil_mode = chance(2);
  op.count_include_pad = chance(2);
  return add(op, x);
}

RandomSteps::Value RandomSteps::global_pool() {
  const Value x = any_image();
  return chance(2) ? add(ops::GlobalAvgPool{}, x) : add(ops::GlobalMaxPool{}, x);
}

// The end of a classifier: wider, then one number a channel.
RandomSteps::Value RandomSteps::head() {
  const Value x = any_image();
  Value y = conv(x, one_of({16, 32, 40, 48}), one_of({1, 1, 3}));
  if (chance(2))
    y = add(ops::BatchNorm{}, y);
  if (!chance(3))
    y = activated(y);
  return chance(3) ? add(ops::GlobalMaxPool{}, y) : add(ops::GlobalAvgPool{}, y);
}

// --- blocks of networks for images ---------------------------------------------------------------

RandomSteps::Value RandomSteps::conv_norm_relu() {
  return activated(add(ops::BatchNorm{}, conv(any_image(), channels(), one_of({1, 3, 3, 5}))));
}

// ResNet's: conv, norm, relu, conv, norm, added to the input, relu.
RandomSteps::Value RandomSteps::post_activation_residual() {
  const Value x = any_image();
  if (!x)
    return x;
  const int64_t width = x->shape()[1], kernel = one_of({1, 3, 3});
  Value y = x;
  if (chance(2))
    y = add(ops::Relu{}, add(ops::BatchNorm{}, conv(y, chance(2) ? width : channels(), kernel)));
  y = conv(y, width, kernel);
  if (chance(2))
    y = add(ops::BatchNorm{}, y);
  const Value sum = chance(2) ? add(ops::Add{}, y, x) : add(ops::Add{}, x, y);
  return chance(4) ? sum : add(ops::Relu{}, sum);
}

// He et al.'s second: norm and relu come first.
RandomSteps::Value RandomSteps::pre_activation_residual() {
  const Value x = any_image();
  if (!x)
    return x;
  const Value y = conv(add(ops::Relu{}, add(ops::BatchNorm{}, x)), x->shape()[1], one_of({1, 3}));
  return add(ops::Add{}, y, x);
}

RandomSteps::Value RandomSteps::separable() {
  const Value x = any_image();
  if (!x)
    return x;
  ops::Conv op;
  op.filters = op.groups = x->shape()[1];
  op.kernel = {one_of({3, 3, 5})};
  op.stride = {one_of({1, 1, 2})};
  op.bias = chance(2);
  op.set_padding(same);
  const Value y = add(op, x);
  return activated(conv(chance(2) ? activated(y) : y, channels(), 1));
}

RandomSteps::Value RandomSteps::squeeze_excite() {
  const Value x = any_image();
  const Value mean = add(ops::GlobalAvgPool{}, x);
  if (!mean)
    return mean;
  const int64_t width = x->shape()[1], inner = one_of({1, 4, 8});
  if (chance(2)) {
    const Value scale = add(ops::Sigmoid{}, conv(add(ops::Relu{}, conv(mean, inner, 1)), width, 1));
    return add(ops::Mul{}, x, scale);
  }
  ops::Dense first, second;
  first.outputs = inner;
  second.outputs = width;
  const Value gate =
      add(ops::Sigmoid{}, add(second, add(ops::Relu{}, add(first, add(ops::Flatten{}, mean)))));
  ops::Reshape shaped;
  shaped.shape = {x->shape()[0], width, 1, 1};
  return add(ops::Mul{}, x, add(shaped, gate));
}

// --- tensors side by side ------------------------------------------------------------------------

// With one that differs in the joined axis at most: two branches of one tensor, or what there is.
RandomSteps::Value RandomSteps::join() {
  const Value x = any_image();
  if (!x)
    return x;
  ops::Concat op;
  std::vector<Tensor<>> parts{*x};
  if (chance(2)) {
    for (int branch = 0; branch < 2; ++branch)
      if (const Value y = conv(x, one_of({1, 3, 8, 16, 17}), one_of({1, 3})))
        parts.push_back(branch ? *y : activated(y).value_or(*y));
  } else {
    for (const Tensor<>& value : values_)
      if (parts.size() < 4 && value.shape().rank() == 4 && value.value() != x->value() &&
          value.shape()[0] == x->shape()[0] && value.shape().slice(2, 4) == x->shape().slice(2, 4))
        parts.push_back(value);
    if (chance(4))
      parts.push_back(*x); // twice
  }
  return parts.size() < 2 ? std::nullopt : apply(make_op(op), parts);
}

// In two, each on its way, and often together again.
RandomSteps::Value RandomSteps::split() {
  const Tensor<> x = any();
  if (x.shape().rank() < 2)
    return std::nullopt;
  const int axis = static_cast<int>(chance(3) ? between(0, x.shape().rank() - 1) : 1);
  const int64_t extent = x.shape()[axis];
  if (extent < 2)
    return std::nullopt;
  ops::Slice first, second;
  const int64_t cut = between(1, extent - 1);
  first.axes = second.axes = {axis};
  first.begin = {0};
  first.end = second.begin = {cut};
  second.end = {extent};
  if (chance(6)) { // every other element, backwards
    first.begin = {extent};
    first.end = {to_first};
    first.step = {-2};
  }
  const Value a = add(first, x);
  if (chance(3))
    return a;
  const Value b = add(second, x);
  const Value c = a && chance(2) ? activated(a) : a;
  if (!b || !c || chance(3))
    return b;
  ops::Concat op;
  op.axis = axis;
  return chance(2) ? add(op, b, c) : add(op, c, b);
}

} // namespace fovea::testing
