#include "random_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::testing {
namespace {

constexpr int64_t most_elements = 6000;    // of one tensor
constexpr int64_t most_work = 120'000;     // of one op
constexpr int64_t most_work_all = 300'000; // of a graph

// How often the interpreter evaluates a body.
int64_t work_of(const Definition& definition) {
  int64_t work = 0;
  for (const Equation& equation : definition.equations) {
    int64_t count = equation.shape().elements();
    for (const IndexRange& range : equation.reduced)
      count *= range.extent;
    work += count;
  }
  return work;
}

} // namespace

RandomSteps::RandomSteps(const std::string& name, uint64_t seed)
    : random_(seed * 0x9E3779B97F4A7C15u + 1), net_(name) {
  const DType types[] = {DType::f32, DType::f64, DType::i32};
  type_ = types[chance(8) ? 1 + random_() % 2 : 0];
  const int64_t batch = one_of({1, 1, 1, 2}), height = one_of({1, 2, 4, 5, 6, 7, 8, 9, 12});
  const Shape image{batch, channels(), height, chance(3) ? one_of({1, 3, 5, 8, 11, 16}) : height};
  values_.push_back(net_.input("x", image, type_));
  if (chance(4)) // another, to be added or joined
    values_.push_back(net_.input("w", chance(2) ? image : Shape{1, image[1], 1, 1}, type_));
  if (chance(16))
    values_.push_back(net_.input("line", {batch, channels(), one_of({1, 7, 20})}, type_));
}

bool RandomSteps::is_a_lot() const {
  return work_ > most_work_all;
}

bool RandomSteps::try_one() {
  using Step = Value (RandomSteps::*)();
  struct Weighted {
    Step step;
    int weight;
  };
  static constexpr Weighted steps[] = {
      {&RandomSteps::convolution, 5},
      {&RandomSteps::transposed_convolution, 1},
      {&RandomSteps::conv_norm_relu, 3},
      {&RandomSteps::post_activation_residual, 3},
      {&RandomSteps::pre_activation_residual, 2},
      {&RandomSteps::separable, 2},
      {&RandomSteps::squeeze_excite, 2},
      {&RandomSteps::pool, 3},
      {&RandomSteps::global_pool, 1},
      {&RandomSteps::head, 2},
      {&RandomSteps::join, 3},
      {&RandomSteps::split, 2},
      {&RandomSteps::unary, 4},
      {&RandomSteps::binary, 4},
      {&RandomSteps::gated, 1},
      {&RandomSteps::scaled, 2},
      {&RandomSteps::viewed, 2},
      {&RandomSteps::transposed, 2},
      {&RandomSteps::dense, 2},
      {&RandomSteps::normalised, 2},
      {&RandomSteps::reduced, 1},
      {&RandomSteps::resized, 1},
      {&RandomSteps::padded, 1},
      {&RandomSteps::repeated, 1},
      {&RandomSteps::product, 1},
      {&RandomSteps::gathered, 1},
  };
  int total = 0;
  for (const Weighted& one : steps)
    total += one.weight;
  int at = static_cast<int>(random_() % static_cast<uint64_t>(total));
  for (const Weighted& one : steps)
    if ((at -= one.weight) < 0)
      return (this->*one.step)().has_value();
  return false;
}

// --- choosing ------------------------------------------------------------------------------------

int64_t RandomSteps::one_of(std::initializer_list<int64_t> values) {
  return values.begin()[random_() % values.size()];
}
int64_t RandomSteps::between(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
}

// Around whole vectors.
int64_t RandomSteps::channels() {
  return one_of({1, 3, 4, 8, 8, 15, 16, 16, 17, 24, 32, 33});
}

Tensor<> RandomSteps::any() {
  size_t back = 0;
  while (back + 1 < values_.size() && random_() % 2)
    ++back;
  return values_[values_.size() - 1 - back];
}

RandomSteps::Value RandomSteps::any_image() {
  for (int attempt = 0; attempt < 6; ++attempt)
    if (const Tensor<> x = any(); x.shape().rank() == 4)
      return x;
  return std::nullopt;
}

RandomSteps::Value RandomSteps::any_of_shape(const Shape& shape, int other_than) {
  std::vector<Tensor<>> fitting;
  for (const Tensor<>& value : values_)
    if (value.shape() == shape && value.type().dtype == type_ && value.value() != other_than)
      fitting.push_back(value);
  if (fitting.empty())
    return std::nullopt;
  return fitting[random_() % fitting.size()];
}

void RandomSteps::random_window(Window& window, int spatial, bool pool) {
  const bool square = !chance(3);
  const int64_t kernel = pool ? one_of({2, 2, 3, 3, 5}) : one_of({1, 1, 2, 3, 3, 3, 3, 5, 7}),
                stride = one_of({1, 1, 1, 2, 2, 3}), dilation = one_of({1, 1, 1, 1, 2});
  window.kernel = window.stride = window.dilation = Shape();
  for (int d = 0; d < spatial; ++d) {
    window.kernel.push_back(square ? kernel : one_of({1, 2, 3, 5}));
    window.stride.push_back(square ? stride : one_of({1, 2}));
    window.dilation.push_back(square ? dilation : one_of({1, 2}));
  }
  const uint64_t kind = random_() % 3;
  window.padding = kind == 0   ? PaddingMode::valid
                   : kind == 1 ? PaddingMode::same
                               : PaddingMode::explicitly;
  for (int d = 0; d < spatial && kind == 2; ++d) {
    window.pad_begin.push_back(between(0, window.kernel[d] - 1));
    window.pad_end.push_back(between(0, window.kernel[d] - 1));
  }
}

// --- ops -----------------------------------------------------------------------------------------

RandomSteps::Value RandomSteps::apply(const OpPtr& op, const std::vector<Tensor<>>& inputs) {
  Types types;
  for (const Tensor<>& input : inputs)
    types.push_back(input.type());
  const Parameters parameters = op->parameters(types);
  for (const Parameter& parameter : parameters)
    types.push_back(parameter.type);
  const Inferred inferred = op->infer(types);
  if (!inferred.ok())
    return std::nullopt;
  for (const TensorType& result : inferred.results)
    if (result.shape.elements() > most_elements)
      return std::nullopt;
  const int64_t work = work_of(op->definition(types));
  if (work > most_work)
    return std::nullopt;
  work_ += work;
  const Tensor<> result = net_.apply(op, inputs, "", {})[0];
  values_.push_back(result);
  return result;
}

RandomSteps::Value RandomSteps::weight(const Shape& shape) {
  return net_.parameter(fmt::format("weight{}", net_.parameters().size()), shape, type_);
}

RandomSteps::Value RandomSteps::activated(const Value& x) {
  switch (random_() % 7) {
  case 0:
    return add(ops::Tanh{}, x);
  case 1:
    return add(ops::Sigmoid{}, x);
  case 2:
    return add(ops::LeakyRelu{}, x);
  case 3:
    return add(ops::HardSwish{}, x);
  default:
    return add(ops::Relu{}, x);
  }
}

RandomSteps::Value RandomSteps::conv(const Value& x, int64_t filters, int64_t kernel,
                                     int64_t groups) {
  ops::Conv op;
  op.filters = filters;
  op.kernel = {kernel};
  op.groups = groups;
  op.bias = chance(2);
  op.set_padding(same);
  return add(op, x);
}

} // namespace fovea::testing
