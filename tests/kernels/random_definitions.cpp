#include "tests/kernels/forms.hpp"
#include "tests/kernels/stacked.hpp"

#include <fovea/equation/text.hpp>
#include <fovea/ops/add.hpp>
#include <fovea/ops/avg_pool.hpp>
#include <fovea/ops/conv.hpp>
#include <fovea/ops/dense.hpp>
#include <fovea/ops/global_avg_pool.hpp>
#include <fovea/ops/global_max_pool.hpp>
#include <fovea/ops/max_pool.hpp>
#include <fovea/ops/mul.hpp>
#include <fovea/ops/relu.hpp>
#include <fovea/ops/softmax.hpp>
#include <fovea/ops/tanh.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace fovea::kernel_test {
namespace {

constexpr int64_t most_evaluations = 250'000; // of one case: the interpreter is slow

int64_t one_of(Random& random, std::initializer_list<int64_t> values) {
  return values.begin()[random() % values.size()];
}
int64_t between(Random& random, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
}

int64_t channels(Random& random) {
  return one_of(random, {1, 3, 7, 8, 17, 24, 16, 32});
}

void random_window(Window& window, int spatial, Random& random) {
  const bool square = random() % 3 != 0;
  const int64_t kernel = one_of(random, {1, 2, 3, 3, 3, 5, 7});
  const int64_t stride = one_of(random, {1, 1, 1, 2, 3}), dilation = one_of(random, {1, 1, 1, 2});
  window.kernel = window.stride = window.dilation = Shape();
  for (int d = 0; d < spatial; ++d) {
    window.kernel.push_back(square ? kernel : one_of(random, {1, 2, 3, 5}));
    window.stride.push_back(square ? stride : one_of(random, {1, 2}));
    window.dilation.push_back(square ? dilation : one_of(random, {1, 2}));
  }
  const uint64_t kind = random() % 3;
  window.padding = kind == 0   ? PaddingMode::valid
                   : kind == 1 ? PaddingMode::same
                               : PaddingMode::explicitly;
  for (int d = 0; d < spatial && window.padding == PaddingMode::explicitly; ++d) {
    window.pad_begin.push_back(between(random, 0, window.kernel[d] - 1));
    window.pad_end.push_back(between(random, 0, window.kernel[d] - 1));
  }
}

Shape random_image(int spatial, Random& random) {
  Shape image{one_of(random, {1, 1, 3}), channels(random)};
  const int64_t side = one_of(random, {1, 2, 4, 7, 9, 14, 20});
  for (int d = 0; d < spatial; ++d)
    image.push_back(random() % 2 ? side : one_of(random, {1, 3, 6, 8, 13}));
  return image;
}

std::optional<Definition> unless_much(Definition definition) {
  int64_t evaluations = 0;
  for (const Equation& equation : definition.equations) {
    int64_t count = equation.shape().elements();
    for (const IndexRange& range : equation.reduced)
      count *= range.extent;
    evaluations += count;
  }
  return evaluations > most_evaluations ? std::nullopt : std::optional(std::move(definition));
}

// What the op computes from such an input; none where it refuses it or where it is a lot of work.
template <class Op>
std::optional<Definition> definition_of(const Op& op, const Shape& input, DType type) {
  const Types operands = operands_of(op, {TensorType{type, input}});
  const Inferred inferred = op.infer(operands);
  if (inferred.error.what)
    return std::nullopt;
  return unless_much(op.definition(operands));
}

std::optional<Definition> random_convolution(Random& random, DType type) {
  const int spatial = static_cast<int>(one_of(random, {2, 2, 2, 2, 1, 3}));
  Shape image = random_image(spatial, random);
  ops::Conv op;
  random_window(op, spatial, random);
  op.bias = random() % 2;
  op.filters = channels(random);
  switch (random() % 4) {
  case 0: // depthwise, with one or two filters a channel
    op.groups = image[1];
    op.filters = image[1] * one_of(random, {1, 1, 2});
    break;
  case 1:
    op.groups = one_of(random, {2, 3, 4, 8});
    op.filters = op.groups * one_of(random, {1, 3, 8, 16, 24});
    if (random() % 4)
      image[1] = op.groups * one_of(random, {1, 3, 7, 8, 16, 17});
    break;
  default:
    break;
  }
  return definition_of(op, image, type);
}

// Of convolutions one behind the other: one that mixes channels, one channel by channel or the
// maxima of windows, one pixel by pixel, with an activation behind each; or two of them.
std::optional<Definition> random_chain(Random& random, DType type) {
  Shape image = random_image(2, random);
  std::optional<Definition> chain;
  const uint64_t absent = random() % 3; // 0: none is
  for (const int part : {0, 1, 2}) {
    if (part == 2 ? absent == 1 : part == 0 && absent == 2)
      continue;
    ops::Conv op;
    op.bias = random() % 2;
    op.filters = part == 1 ? image[1] : channels(random);
    op.groups = part == 1 ? image[1] : 1;
    if (part == 1 || (part == 0 && random() % 4 == 0))
      random_window(op, 2, random);
    else
      op.expand_window(2);
    std::optional<Definition> next;
    if (part == 1 && random() % 3 == 0) {
      ops::MaxPool pool;
      random_window(pool, 2, random);
      next = definition_of(pool, image, type);
    } else {
      next = definition_of(op, image, type);
    }
    if (!next)
      return std::nullopt;
    chain = chain ? stacked(*chain, *next) : next;
    const TensorType result = next->type_of(next->tensor_of_equation(next->results[0]));
    image = result.shape;
    if (random() % 2)
      chain = stacked(*chain, kernel_test::definition_of(
                                  random() % 2 ? Epilogue::relu : Epilogue::tanh, result));
  }
  return chain;
}

// The end of a classifier: a convolution, mostly pixel by pixel, its activation, whole maps pooled.
std::optional<Definition> random_head(Random& random, DType type) {
  const int spatial = static_cast<int>(one_of(random, {2, 2, 2, 1, 3}));
  const Shape image = random_image(spatial, random);
  ops::Conv op;
  op.bias = random() % 2;
  op.filters = one_of(random, {1, 7, 16, 24, 33, 80});
  if (random() % 3)
    op.expand_window(spatial);
  else
    random_window(op, spatial, random);
  const std::optional<Definition> map = definition_of(op, image, type);
  if (!map)
    return std::nullopt;
  const Definition active = with_epilogue(*map, epilogues[random() % 3]); // without a residual
  const TensorType result = map->type_of(map->tensor_of_equation(map->results[0]));
  return stacked(active, random() % 2 ? ops::GlobalAvgPool{}.definition({result})
                                      : ops::GlobalMaxPool{}.definition({result}));
}

std::optional<Definition> random_dense(Random& random, DType type) {
  ops::Dense op;
  op.outputs = one_of(random, {1, 3, 7, 8, 17, 24, 100});
  op.bias = random() % 2;
  Shape input;
  for (int d = static_cast<int>(random() % 3); d > 0; --d)
    input.push_back(one_of(random, {1, 2, 3, 12}));
  input.push_back(one_of(random, {1, 3, 7, 8, 17, 24, 200}));
  return definition_of(op, input, type);
}

template <class Op>
std::optional<Definition> random_pool(Random& random, DType type) {
  const int spatial = static_cast<int>(one_of(random, {2, 2, 1, 3}));
  Op op;
  random_window(op, spatial, random);
  op.ceil_mode = random() % 2;
  return definition_of(op, random_image(spatial, random), type);
}

std::optional<Definition> random_softmax(Random& random, DType type) {
  ops::Softmax op;
  const Shape shape = random_image(static_cast<int>(random() % 3), random);
  op.axis = between(random, 0, shape.rank() - 1);
  return definition_of(op, shape, type);
}

// Z(a, c, b) = X(a, b, c): two dimensions change places.
Definition random_transposition(Random& random, DType type) {
  const Shape result = random_image(static_cast<int>(random() % 3), random);
  const int rank = result.rank();
  const int first = static_cast<int>(between(random, 0, rank - 2)),
            second = static_cast<int>(between(random, first + 1, rank - 1));
  Shape source = result;
  std::swap(source[first], source[second]);
  std::vector<IndexRange> free;
  std::vector<At> at;
  for (int d = 0; d < rank; ++d) {
    free.push_back({"z" + std::to_string(d), result[d]});
    at.push_back(index(d == first ? second : d == second ? first : d));
  }
  Builder builder("transpose");
  const int x = builder.operand("X", type, source);
  return builder.results({builder.equation("Z", free, builder.read(x, at))});
}

// Z(a, p, d) = X(a, P(p), d) along any axis.
Definition random_rows(Random& random, DType type) {
  const Shape x = random_image(static_cast<int>(random() % 3), random);
  const int axis = static_cast<int>(between(random, 0, x.rank() - 1));
  const DType kinds[] = {DType::i8, DType::u8, DType::i32, DType::i64};
  const int64_t places = one_of(random, {1, 3, 8, 17});
  Builder b("rows");
  const int v = b.operand("X", type, x), p = b.operand("P", kinds[random() % 4], {places});
  std::vector<IndexRange> free;
  std::vector<At> at;
  for (int d = 0; d < x.rank(); ++d) {
    free.push_back({"d" + std::to_string(d), d == axis ? places : x[d]});
    at.push_back(d == axis ? computed(b.read(p, {At(index(d))})) : At(index(d)));
  }
  return b.results({b.equation("Z", free, b.read(v, at))});
}

// Z(i, k) = sum(j) X(P(i, j) + j, k) * Y(Q(k), i + j), rules at random, neighbours where P says
// none.
Definition random_bag(Random& random, DType type) {
  const Boundary rules[] = {Boundary::clamp, Boundary::fill, Boundary::reflect, Boundary::wrap};
  const int64_t i = one_of(random, {1, 3, 8, 17}), j = one_of(random, {1, 2, 9}),
                k = channels(random);
  const DType places = random() % 2 ? DType::i8 : DType::i64;
  Builder b("bag");
  const int x = b.operand("X", type, {one_of(random, {1, 4, 24}), k}),
            y = b.operand("Y", type, {one_of(random, {1, 5, 16}), i + j - 1}),
            p = b.operand("P", places, {i, j}), q = b.operand("Q", DType::i8, {k});
  const auto at = [&](Expr place) {
    const Boundary rule = rules[random() % 4];
    return computed(std::move(place), rule, rule == Boundary::fill ? constant(2) : nullptr);
  };
  const Expr place =
      add(cast(b.read(p, {At(index(0)), At(index(2))}), DType::i64), index_value(index(2)));
  const Expr first = b.read(x, {at(place), At(index(1))});
  const Expr second = b.read(y, {at(b.read(q, {At(index(1))})), At(index(0) + index(2))});
  return b.results(
      {b.reduction("Z", {{"i", i}, {"k", k}}, random() % 3 ? ReduceKind::sum : ReduceKind::max,
                   {{"j", j}}, mul(first, second))});
}

// Windows that are sums along one dimension and then along the next, with a weight for each row and
// column or a table of them, and maxima of such windows.
std::optional<Definition> random_separable(Random& random, DType type) {
  const int64_t rows = one_of(random, {4, 5, 6, 9}), columns = one_of(random, {4, 5, 7, 8});
  const int64_t stride = one_of(random, {1, 1, 1, 2}), dilation = one_of(random, {1, 1, 2});
  const int64_t side = one_of(random, {8, 13, 24, 33});
  const char* rule =
      std::initializer_list<const char*>{"", "zero", "clamp", "reflect"}.begin()[random() % 4];
  const auto place = [&](char free, char term) {
    return fmt::format("{}({}*{} + {}*{} - {})", rule, stride, free, dilation, term, *rule ? 2 : 0);
  };
  const std::string read = fmt::format("x(c, {}, {})", place('i', 'm'), place('j', 'n'));
  const std::string ranges =
      fmt::format("m < {}, n < {}{}", rows, columns,
                  *rule ? fmt::format(", i < {0}, j < {0}", side / stride) : std::string());
  std::string text;
  switch (random() % 3) {
  case 0:
    text = fmt::format("Z(c, i, j) = sum(m, n)({} * a(m) * b(n)) where {}", read, ranges);
    break;
  case 1:
    text = fmt::format("K(m, n) = f32((m + 1) * (3 - n)) / 4 where m < {}, n < {}\n"
                       "Z(c, i, j) = sum(m, n)({} * K(m, n)) where {}",
                       rows, columns, read, ranges);
    break;
  default:
    text = fmt::format("Z(c, i, j) = {}(m, n)({}) where {}", random() % 2 ? "max" : "min", read,
                       ranges);
  }
  // Only what the text reads may be bound.
  const auto reads = [&](const char* name) { return text.find(name) != std::string::npos; };
  std::map<std::string, TensorType> types{
      {"x", {type, {one_of(random, {1, 3, 16}), side, side + 5}}}};
  if (reads("a(m)"))
    types.insert({{"a", {type, {rows}}}, {"b", {type, {columns}}}});
  try {
    return Equations(text).bind(types);
  } catch (const Error&) {
    return std::nullopt; // a window larger than the map
  }
}

// Weighted sums of the windows of a picture of bytes, in f32, divided and rounded.
std::optional<Definition> random_picture(Random& random) {
  const Shape image = random_image(2, random);
  const int64_t height = one_of(random, {1, 2, 3, 5}), width = one_of(random, {1, 3, 4, 5});
  const Boundary rules[] = {Boundary::clamp, Boundary::reflect, Boundary::wrap};
  const Boundary rule = rules[random() % 3];
  Builder b("picture");
  const int x = b.operand("X", random() % 2 ? DType::u8 : DType::i8, image);
  const std::vector<IndexRange> free{
      {"b", image[0]}, {"c", image[1]}, {"i", image[2]}, {"j", image[3]}};
  std::vector<IndexRange> with_border = free;
  with_border[2].extent += height - 1;
  with_border[3].extent += width - 1;
  const int p =
      b.equation("P", with_border,
                 cast(b.read(x, {At(index(0)), At(index(1)), At(index(2) - fixed(height / 2), rule),
                                 At(index(3) - fixed(width / 2), rule)}),
                      DType::f32));
  const Expr element =
      b.read(p, {At(index(0)), At(index(1)), At(index(2) + index(4)), At(index(3) + index(5))});
  const double weight = static_cast<double>(between(random, -2, 40));
  const int sum = b.reduction("S", free, ReduceKind::sum, {{"m", height}, {"n", width}},
                              mul(element, constant(weight)));
  const Expr own = b.read(sum, {At(index(0)), At(index(1)), At(index(2)), At(index(3))});
  const double divisor = static_cast<double>(between(random, 1, 50));
  return unless_much(b.results(
      {b.equation("Z", free, op(ScalarOp::round, {op(ScalarOp::div, {own, constant(divisor)})}))}));
}

} // namespace

Definition random_anchor(Random& random) {
  for (;;) {
    const DType type = random() % 8 ? DType::f32 : random() % 2 ? DType::f64 : DType::f16;
    std::optional<Definition> made;
    switch (random() % 24) {
    case 0:
      made = random_pool<ops::MaxPool>(random, type);
      break;
    case 1:
      made = random_pool<ops::AvgPool>(random, type);
      break;
    case 2:
    case 3:
    case 4:
      made = random_dense(random, type);
      break;
    case 5:
      made = random_softmax(random, type);
      break;
    case 6:
      made = random_transposition(random, type);
      break;
    case 7:
      made = definition_of(ops::Relu{}, random_image(2, random), type);
      break;
    case 8:
      made = random_gather(random);
      break;
    case 9:
    case 10:
    case 11:
      made = random_chain(random, type);
      break;
    case 12:
    case 13:
      made = random_head(random, type);
      break;
    case 14:
      made = random_picture(random);
      break;
    case 15:
    case 16:
      made = random_separable(random, type);
      break;
    default:
      made = random_convolution(random, type);
    }
    if (made)
      return *made;
  }
}

Definition random_gather(Random& random) {
  const DType type = random() % 4 ? DType::f32 : random() % 2 ? DType::f64 : DType::f16;
  return random() % 2 ? random_bag(random, type) : random_rows(random, type);
}

Definition convolution(const Shape& image, int64_t filters, const Shape& kernel, int64_t stride,
                       int64_t padding, int64_t groups, int64_t dilation) {
  ops::Conv op;
  op.filters = filters;
  op.groups = groups;
  op.kernel = kernel;
  op.stride = {stride};
  op.dilation = {dilation};
  op.set_padding(padding < 0 ? same : pad(padding));
  op.expand_window(image.rank() - 2);
  return op.definition(operands_of(op, {TensorType{DType::f32, image}}));
}

Definition definition_of(Epilogue epilogue, const TensorType& type) {
  switch (epilogue) {
  case Epilogue::relu:
    return ops::Relu{}.definition({type});
  case Epilogue::tanh:
    return ops::Tanh{}.definition({type});
  default:
    return ops::Add{}.definition({type, type});
  }
}

Definition with_epilogue(const Definition& anchor, Epilogue epilogue) {
  if (epilogue == Epilogue::none)
    return anchor;
  const TensorType type = anchor.type_of(anchor.tensor_of_equation(anchor.results[0]));
  const Definition next = definition_of(epilogue, type);
  std::vector<Operand> operands = anchor.operands;
  Stage first{anchor, {}}, second{next, {{-1, 0, 0}}};
  for (int k = 0; k < static_cast<int>(anchor.operands.size()); ++k)
    first.sources.push_back({k, -1, 0});
  if (next.operands.size() > 1) {
    second.sources.push_back({static_cast<int>(operands.size()), -1, 0});
    operands.push_back({"R", type});
  }
  return compose(anchor.name + "_" + next.name, operands, {first, second}, {{1, 0}});
}

Definition with_prologue(const Definition& anchor, int operand, Epilogue prologue) {
  const TensorType type = anchor.operands[static_cast<size_t>(operand)].type;
  Shape per_channel = type.shape;
  for (int d = 0; d < type.shape.rank(); ++d)
    if (d != 1)
      per_channel[d] = 1;
  const Definition before = prologue == Epilogue::tanh
                                ? ops::Mul{}.definition({type, {type.dtype, per_channel}})
                                : definition_of(prologue, type);
  std::vector<Operand> operands = anchor.operands;
  Stage first{before, {{operand, -1, 0}}}, second{anchor, {}};
  for (size_t k = 1; k < before.operands.size(); ++k) {
    first.sources.push_back({static_cast<int>(operands.size()), -1, 0});
    operands.push_back({"P" + std::to_string(k), before.operands[k].type});
  }
  for (int k = 0; k < static_cast<int>(anchor.operands.size()); ++k)
    second.sources.push_back(k == operand ? Stage::Source{-1, 0, 0} : Stage::Source{k, -1, 0});
  return compose(before.name + "_" + anchor.name, operands, {first, second}, {{1, 0}});
}

} // namespace fovea::kernel_test
