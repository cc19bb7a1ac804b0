// What random networks grow by: ops that compute element by element, move, or reduce.
#include "random_steps.hpp"

namespace fovea::testing {

// --- element by element --------------------------------------------------------------------------

RandomSteps::Value RandomSteps::unary() {
  const Value x = any();
  ops::Clip clip;
  clip.min = -0.5;
  clip.max = 0.75;
  switch (random_() % 12) {
  case 0:
    return add(ops::Abs{}, x);
  case 1:
    return add(ops::Neg{}, x);
  case 2:
    return add(ops::Exp{}, x);
  case 3:
    return add(ops::Sqrt{}, add(ops::Abs{}, x));
  case 4:
    return add(ops::Silu{}, x);
  case 5:
    return add(ops::Gelu{}, x);
  case 6:
    return add(ops::Elu{}, x);
  case 7:
    return add(clip, x);
  case 8:
    return add(ops::Identity{}, x);
  case 9:
    return add(ops::Dropout{}, x);
  default:
    return activated(x);
  }
}

RandomSteps::Value RandomSteps::binary() {
  const Tensor<> x = any();
  const Value y = chance(4) ? any() : any_of_shape(x.shape(), x.value());
  switch (random_() % 6) {
  case 0:
    return add(ops::Sub{}, x, y);
  case 1:
    return add(ops::Mul{}, x, y);
  case 2:
    return add(ops::Maximum{}, x, y);
  case 3:
    return add(ops::Minimum{}, x, y);
  default:
    return add(ops::Add{}, x, y);
  }
}

// x * sigmoid(x), and a choice by comparison.
RandomSteps::Value RandomSteps::gated() {
  const Tensor<> x = any();
  if (chance(2))
    return add(ops::Mul{}, x, add(ops::Sigmoid{}, x));
  const Value y = add(ops::Neg{}, x), low = add(ops::Less{}, x, y);
  if (!low)
    return low;
  values_.pop_back(); // booleans: for this alone
  return apply(make_op(ops::Where{}), {*low, x, *y});
}

// By weights: for each channel, for each element, or one for all.
RandomSteps::Value RandomSteps::scaled() {
  const Tensor<> x = any();
  Shape shape = x.shape();
  if (const uint64_t kind = random_() % 3; kind < 2)
    for (int d = 0; d < shape.rank(); ++d)
      if (kind == 0 || d != 1)
        shape[d] = 1;
  Value scale = weight(shape);
  if (chance(4)) // computed of weights alone
    scale = add(ops::Mul{}, scale, weight(shape));
  const Value y = add(ops::Mul{}, x, scale);
  return chance(2) ? add(ops::Add{}, y, weight(shape)) : y;
}

// --- moves ---------------------------------------------------------------------------------------

RandomSteps::Value RandomSteps::viewed() {
  const Tensor<> x = any();
  const Shape& shape = x.shape();
  if (chance(3))
    return add(ops::Flatten{}, x);
  ops::Reshape op;
  const int64_t rest = shape.rank() ? shape.elements() / shape[0] : 1;
  switch (random_() % 4) {
  case 0:
    op.shape = {shape.elements()};
    break;
  case 1:
    op.shape = {shape.rank() ? shape[0] : 1, 1, rest};
    break;
  case 2: // an image once more
    op.shape = {1, rest % 4 == 0 ? rest / 4 : rest, 2, rest % 4 == 0 ? 2 : 1};
    break;
  default: // channels in two, as where they are shuffled
    if (shape.rank() != 4 || shape[1] % 2)
      return std::nullopt;
    op.shape = {shape[0], 2, shape[1] / 2, shape[2], shape[3]};
  }
  return add(op, x);
}

RandomSteps::Value RandomSteps::transposed() {
  const Tensor<> x = any();
  const int rank = x.shape().rank();
  if (rank < 2)
    return std::nullopt;
  ops::Transpose op;
  std::vector<int64_t> order;
  for (int d = 0; d < rank; ++d)
    order.push_back(d);
  const auto first = static_cast<size_t>(between(0, rank - 2));
  std::swap(order[first],
            order[static_cast<size_t>(between(static_cast<int64_t>(first) + 1, rank - 1))]);
  if (rank == 4 && chance(3)) // channels last
    order = {0, 2, 3, 1};
  op.permutation = Shape(order);
  return add(op, x);
}

RandomSteps::Value RandomSteps::resized() {
  const Value x = any_image();
  if (!x)
    return x;
  if (chance(3)) {
    ops::DepthToSpace up;
    ops::SpaceToDepth down;
    return chance(2) ? add(up, x) : add(down, x);
  }
  ops::Resize op;
  op.sizes = {0, 0, one_of({2, 5, 8, 13}), one_of({2, 5, 8, 13})};
  op.mode = chance(2) ? ResizeMode::nearest : ResizeMode::linear;
  return add(op, x);
}

RandomSteps::Value RandomSteps::padded() {
  const Tensor<> x = any();
  ops::Pad op;
  const PadMode modes[] = {PadMode::constant, PadMode::edge, PadMode::reflect, PadMode::wrap};
  op.mode = modes[random_() % 4];
  for (int d = 0; d < x.shape().rank(); ++d) {
    op.begin.push_back(d < 2 ? between(0, 1) : between(-1, 2));
    op.end.push_back(d < 2 ? 0 : between(-1, 2));
  }
  return add(op, x);
}

RandomSteps::Value RandomSteps::gathered() {
  const Tensor<> x = any();
  if (x.shape().rank() == 0)
    return std::nullopt;
  ops::Gather op;
  op.axis = between(0, x.shape().rank() - 1);
  const Tensor<> places = net_.parameter("places" + std::to_string(net_.parameters().size()),
                                         {one_of({1, 3, 8})}, DType::i32);
  return add(op, x, places);
}

// --- across a dimension --------------------------------------------------------------------------

RandomSteps::Value RandomSteps::dense() {
  Value x = any();
  if (chance(2))
    x = add(ops::Flatten{}, x);
  ops::Dense op;
  op.outputs = one_of({1, 3, 8, 10, 16, 17, 33});
  op.bias = chance(2);
  const Value y = add(op, x);
  return y && chance(2) ? activated(y) : y;
}

RandomSteps::Value RandomSteps::normalised() {
  const Tensor<> x = any();
  ops::Softmax softmax;
  ops::GroupNorm groups;
  groups.groups = one_of({1, 2, 4});
  switch (random_() % 6) {
  case 0:
    return add(ops::BatchNorm{}, x);
  case 1:
    return add(ops::LayerNorm{}, x);
  case 2:
    return add(groups, x);
  case 3:
    return add(ops::Lrn{}, x);
  case 4:
    softmax.axis = x.shape().rank() > 1 ? 1 : 0;
    [[fallthrough]];
  default:
    return add(softmax, x);
  }
}

RandomSteps::Value RandomSteps::reduced() {
  const Tensor<> x = any();
  if (x.shape().rank() == 0)
    return std::nullopt;
  const Shape axes =
      x.shape().rank() == 4 && chance(2) ? Shape{2, 3} : Shape{between(0, x.shape().rank() - 1)};
  const bool keeps = chance(2);
  ops::ReduceMean mean;
  ops::ReduceMax most;
  ops::ReduceSum sum;
  mean.axes = most.axes = sum.axes = axes;
  mean.keep_dims = most.keep_dims = sum.keep_dims = keeps;
  return chance(3) ? add(mean, x) : chance(2) ? add(most, x) : add(sum, x);
}

RandomSteps::Value RandomSteps::product() {
  const Tensor<> x = any();
  const int rank = x.shape().rank();
  if (rank < 2)
    return std::nullopt;
  const int64_t terms = x.shape()[rank - 1];
  if (chance(2))
    return add(ops::Matmul{}, x, weight({terms, one_of({1, 5, 8, 17})}));
  ops::Transpose swap; // x times itself turned over
  for (int d = 0; d < rank; ++d)
    swap.permutation.push_back(d < rank - 2 ? d : 2 * rank - 3 - d);
  return add(ops::Matmul{}, x, add(swap, x));
}

// The same op on the same tensor, twice: of which one is enough.
RandomSteps::Value RandomSteps::repeated() {
  const Value x = any_image();
  if (!x)
    return x;
  ops::AvgPool op;
  op.kernel = {2};
  op.stride = {1};
  const Value a = chance(2) ? add(op, x) : add(ops::Tanh{}, x);
  const Value b = a ? apply(net_.nodes().back().op, {*x}) : a;
  return chance(2) ? add(ops::Add{}, a, b) : add(ops::Relu{}, b);
}

} // namespace fovea::testing
