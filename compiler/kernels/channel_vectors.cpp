#include "compiler/kernels/channel_vectors.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/reads.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

// The first equation, when it is a reduction from which all others follow element by element.
bool follows_from_first(const Definition& definition) {
  if (definition.results.size() != 1 || definition.equations.empty() ||
      !definition.equations[0].reduction)
    return false;
  std::vector<int> own{definition.tensor_of_equation(0)};
  for (size_t e = 1; e < definition.equations.size(); ++e) {
    const Equation& equation = definition.equations[e];
    if (!is_elementwise(equation, own) || !(equation.shape() == definition.equations[0].shape()))
      return false;
    own.push_back(definition.tensor_of_equation(static_cast<int>(e)));
  }
  return true;
}

// What stands in one equation's reads.
class Recogniser {
 public:
  Recogniser(const Definition& definition, const Equation& equation)
      : definition_(definition), equation_(equation), free_(static_cast<int>(equation.free.size())),
        used_(static_cast<size_t>(index_count(equation))) {}

  bool image(const Node& read) {
    result_.image = read.tensor;
    for (const Subscript& subscript : read.subscripts)
      if (!axis(subscript))
        return false;
    for (size_t k = 0; k < used_.size(); ++k)
      if (!used_[k] && (k < static_cast<size_t>(free_) || extent(static_cast<int>(k)) != 1))
        return false; // the same element again and again
    return true;
  }

  // Each dimension one index: the channel once, and terms that the image's read has as well.
  bool weights(const Node& read) {
    result_.weights = read.tensor;
    std::vector<bool> seen(used_.size());
    int channel = -1;
    for (size_t d = 0; d < read.subscripts.size(); ++d) {
      const int index = plain_index(read.subscripts[d]);
      if (index < 0 || seen[static_cast<size_t>(index)])
        return false;
      seen[static_cast<size_t>(index)] = true;
      if (index >= free_)
        continue;
      if (channel >= 0 || !plain_axis_of(index))
        return false;
      channel = index;
      result_.weights_axis = static_cast<int>(d);
    }
    for (size_t r = static_cast<size_t>(free_); r < seen.size(); ++r)
      if (!seen[r] && extent(static_cast<int>(r)) != 1)
        return false;
    return channel >= 0 && take_channel(channel);
  }

  // Where no weights say which: the last index that stands alone in the image.
  bool last_plain_channel() {
    for (int axis = static_cast<int>(result_.axes.size()); axis-- > 0;)
      if (!result_.axes[static_cast<size_t>(axis)].is_window() &&
          result_.axes[static_cast<size_t>(axis)].row >= 0)
        return take_channel(result_.axes[static_cast<size_t>(axis)].row);
    return false;
  }

  ChannelWindows result() const { return result_; }
  bool has_multiplier() const { return result_.multiplier != 1; }

 private:
  int64_t extent(int index) const { return extent_of(equation_, index); }

  bool use(int index) {
    const bool first = !used_[static_cast<size_t>(index)];
    used_[static_cast<size_t>(index)] = true;
    return first;
  }

  // i / multiplier, beside reduced indices of extent 1.
  bool divided(const IndexTerm& term, ChannelWindows::Axis& axis) {
    const int row = term.inner ? single_index(*term.inner) : -1;
    if (term.kind != IndexTerm::Kind::floor_div || term.coefficient != 1 || row < 0 ||
        axis.row >= 0 || has_multiplier())
      return false;
    axis.row = row;
    result_.multiplier = term.divisor;
    return axis.row < free_ && use(axis.row);
  }

  bool axis(const Subscript& subscript) {
    if (subscript.computed)
      return false;
    ChannelWindows::Axis axis;
    axis.offset = subscript.index.constant;
    bool divides = false;
    for (const IndexTerm& term : subscript.index.terms) {
      if (term.kind != IndexTerm::Kind::index) {
        if (!divided(term, axis))
          return false;
        divides = true;
        continue;
      }
      if (term.coefficient < 1 || !use(term.index))
        return false;
      if (term.index >= free_ && extent(term.index) == 1)
        continue; // always 0
      int& own = term.index < free_ ? axis.row : axis.term;
      if (own >= 0)
        return false;
      own = term.index;
      (term.index < free_ ? axis.stride : axis.dilation) = term.coefficient;
    }
    const bool constant_fill = !subscript.fill || subscript.fill->kind == Node::Kind::constant;
    if (!constant_fill || (divides && axis.is_window()) ||
        (!axis.is_window() && (axis.row < 0 || subscript.boundary != Boundary::none)))
      return false;
    result_.axes.push_back(axis);
    return true;
  }

  const ChannelWindows::Axis* plain_axis_of(int index) const {
    for (const ChannelWindows::Axis& axis : result_.axes)
      if (axis.row == index && !axis.is_window())
        return &axis;
    return nullptr;
  }

  bool take_channel(int channel) {
    result_.channel = channel;
    const ChannelWindows::Axis* axis = plain_axis_of(channel);
    result_.channel_axis = static_cast<int>(axis - result_.axes.data());
    return true;
  }

  const Definition& definition_;
  const Equation& equation_;
  const int free_;
  std::vector<bool> used_;
  ChannelWindows result_;
};

// Elements everywhere, and windows of more than one.
bool has_windows(const Definition& definition) {
  const auto full = [](const TensorType& type) { return type.shape.elements() > 0; };
  for (int t = 0; t < static_cast<int>(definition.operands.size()); ++t)
    if (!full(definition.type_of(t)))
      return false;
  return term_count(definition.equations[0]) > 1 &&
         full(definition.type_of(definition.tensor_of_equation(0)));
}

Shape result_shape(const Definition& definition) {
  return definition.equations[0].shape();
}

} // namespace

std::optional<ChannelWindows> channel_windows(const Definition& definition) {
  if (!follows_from_first(definition) || !is_f32(definition) || !has_windows(definition))
    return std::nullopt;
  const Equation& equation = definition.equations[0];
  const int operands = static_cast<int>(definition.operands.size());
  const Node* body = &without_casts(*equation.body);
  const auto is_operand = [&](const Node* node) {
    return node->kind == Node::Kind::read && node->tensor < operands;
  };
  if (is_operand(body)) {
    Recogniser recogniser(definition, equation);
    const bool found =
        recogniser.image(*body) && !recogniser.has_multiplier() && recogniser.last_plain_channel();
    return found ? std::optional(recogniser.result()) : std::nullopt;
  }
  const std::optional<ReadPair> factors = factors_of_sum(equation);
  if (!factors || !is_operand(factors->first) || !is_operand(factors->second))
    return std::nullopt;
  const auto [first, second] = *factors;
  for (const auto& [image, weights] : {std::pair(first, second), std::pair(second, first)}) {
    Recogniser recogniser(definition, equation);
    if (recogniser.image(*image) && recogniser.weights(*weights))
      return recogniser.result();
  }
  return std::nullopt;
}

bool in_channel_blocks(const Problem& problem, const ChannelWindows& windows) {
  return !problem.forms.operand(windows.image).is_row_major() ||
         !problem.forms.result(0).is_row_major();
}

bool has_channel_vectors(const Problem& problem, const ChannelWindows& windows) {
  const Definition& definition = problem.definition;
  const int64_t lanes = problem.target.lanes(4);
  const Layout image = problem.forms.operand(windows.image);
  const Layout blocks = Layout::blocked(windows.channel, lanes);
  if (!image.is_row_major() && image != Layout::blocked(windows.channel_axis, lanes))
    return false;
  if (!problem.forms.result(0).is_row_major() && problem.forms.result(0) != blocks)
    return false;
  const bool by_blocks = in_channel_blocks(problem, windows);
  if (by_blocks && windows.multiplier != 1)
    return false; // lanes would be spread over
  for (int k = 0; k < static_cast<int>(definition.operands.size()); ++k) {
    if (problem.forms.is_prepared(k) && k != windows.weights)
      return false;
    const Layout layout = problem.forms.operand(k);
    const bool same = definition.type_of(k).shape == result_shape(definition);
    if (k != windows.image && !layout.is_row_major() &&
        (k == windows.weights || !by_blocks || !same || layout != blocks))
      return false;
  }
  return true;
}

Layout channel_layout(const Problem& problem, const ChannelWindows& windows, int operand) {
  const int64_t lanes = problem.target.lanes(4);
  const Shape shape = problem.definition.type_of(operand).shape;
  if (channel_layout_of_result(problem, windows).is_row_major() || operand == windows.weights)
    return Layout::row_major();
  if (operand == windows.image)
    return Layout::blocked(windows.channel_axis, lanes);
  return shape == result_shape(problem.definition) ? Layout::blocked(windows.channel, lanes)
                                                   : Layout::row_major();
}

Layout channel_layout_of_result(const Problem& problem, const ChannelWindows& windows) {
  const int64_t lanes = problem.target.lanes(4);
  const Shape shape = result_shape(problem.definition);
  // A row of channels is a vector already where they are innermost.
  const bool innermost = windows.channel == shape.rank() - 1;
  return innermost || windows.multiplier != 1 || shape[windows.channel] < lanes
             ? Layout::row_major()
             : Layout::blocked(windows.channel, lanes);
}

} // namespace fovea::kernels
