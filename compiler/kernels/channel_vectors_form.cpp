#include "compiler/kernels/channel_vectors.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

// The equations of channel_vectors.hpp.
namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

int64_t rounded_up(int64_t number, int64_t factor) {
  return catalogue::ceiling_quotient(number, factor) * factor;
}

class Former {
 public:
  Former(const Problem& problem, const ChannelWindows& windows)
      : problem_(problem), windows_(windows), definition_(problem.definition),
        lanes_(problem.target.lanes(4)), at_(windows.equation) {}

  Definition blocks() {
    pack_weights(true);
    const Layout image = problem_.forms.operand(windows_.image);
    if (image.is_row_major())
      copy_image_in_blocks();
    else
      store_operand(definition_, windows_.image, image);
    for (int k = 0; k < static_cast<int>(definition_.operands.size()); ++k)
      if (k != windows_.image)
        store_operand(definition_, k, problem_.forms.operand(k));
    const int count = static_cast<int>(definition_.equations.size());
    for (int e = at_; e < count; ++e)
      block_equation(definition_, e, windows_.channel, lanes_);
    finish_blocked_result(definition_, problem_, windows_.channel, lanes_);
    return std::move(definition_);
  }

  Definition rows() {
    pack_weights(false);
    if (has_constant_fills() && !is_trivial())
      copy_image_in_rows();
    return std::move(definition_);
  }

  Equation packed() const {
    Equation packed;
    const Node& weights = *weights_read();
    packed.name = sum().name + "_weights";
    packed.type = packed.accumulator = weights.type;
    std::vector<IndexExpr> indices(static_cast<size_t>(index_count(sum())));
    const auto take = [&](size_t k, const IndexRange& range) {
      indices[k] = indices[k] + IndexExpr::of(static_cast<int>(packed.free.size()));
      packed.free.push_back(range);
    };
    const auto channel = static_cast<size_t>(windows_.channel);
    const IndexRange& own = sum().free[channel];
    take(channel, {own.name + "_o", catalogue::ceiling_quotient(own.extent, lanes_)});
    indices[channel] = indices[channel] * lanes_;
    for (const int r : weight_terms())
      take(static_cast<size_t>(r), reduced(r));
    take(channel, {own.name + "_i", lanes_});
    Node read = weights;
    for (Subscript& subscript : read.subscripts)
      subscript.index = substitute(subscript.index, indices);
    if (own.extent % lanes_ != 0) {
      Node zero;
      zero.type = weights.type;
      Subscript& subscript = read.subscripts[static_cast<size_t>(windows_.weights_axis)];
      subscript.boundary = Boundary::fill;
      subscript.fill = node_of(zero);
    }
    packed.body = node_of(std::move(read));
    return packed;
  }

 private:
  const Equation& sum() const { return definition_.equations[static_cast<size_t>(at_)]; }
  Equation& sum() { return definition_.equations[static_cast<size_t>(at_)]; }
  const IndexRange& reduced(int index) const {
    return sum().reduced[static_cast<size_t>(index) - sum().free.size()];
  }

  const Node* read_of(int tensor) const { return kernels::read_of(sum(), tensor); }
  const Node* weights_read() const { return read_of(windows_.weights); }

  // Reduced indices of the weights, in the order of the loops.
  std::vector<int> weight_terms() const {
    std::vector<int> terms;
    for (const Subscript& subscript : weights_read()->subscripts)
      if (const int index = subscript.index.terms[0].index; index != windows_.channel)
        terms.push_back(index);
    std::sort(terms.begin(), terms.end());
    return terms;
  }

  // Reads of a tensor in the sum's own equation, only there, become another.
  void replace_read(int tensor, const Expr& other) {
    sum().body = rebuild(sum().body, [&](Node node) -> Expr {
      return node.kind == Node::Kind::read && node.tensor == tensor ? other
                                                                    : node_of(std::move(node));
    });
  }

  void insert(Equation equation) { insert_equation(definition_, at_++, std::move(equation)); }

  // Where they are prepared already, or shall be.
  void pack_weights(bool wanted) {
    if (windows_.weights < 0 || !(wanted || problem_.forms.is_prepared(windows_.weights)))
      return;
    Equation packed = this->packed();
    const IndexExpr channel = IndexExpr::of(windows_.channel);
    std::vector<Subscript> own{{floor_div(channel, lanes_), Boundary::none, nullptr}};
    for (const int r : weight_terms())
      own.push_back({IndexExpr::of(r), Boundary::none, nullptr});
    own.push_back({mod(channel, lanes_), Boundary::none, nullptr});
    const DType type = packed.type;
    int tensor = windows_.weights;
    if (problem_.forms.is_prepared(windows_.weights)) {
      definition_.operands[static_cast<size_t>(tensor)].type = {type, packed.shape()};
    } else {
      insert(std::move(packed));
      tensor = definition_.tensor_of_equation(at_ - 1);
    }
    replace_read(windows_.weights, make_read(tensor, type, std::move(own)));
  }

  // --- the image ---------------------------------------------------------------------------------

  // What an axis is read from: its first and last element, boundary rule not yet applied.
  Interval walked(size_t axis, const Node& read) const {
    return range_of(read.subscripts[axis].index, intervals_of(sum()));
  }

  // A copy of what the windows see, rules applied, as the sum will read it.
  void copy_image_in_blocks() {
    const Node read = *read_of(windows_.image);
    Equation copy;
    copy.name = definition_.operands[static_cast<size_t>(windows_.image)].name + "_blocks";
    copy.type = copy.accumulator = read.type;
    std::vector<Subscript> rules, own;
    for (size_t d = 0; d < read.subscripts.size(); ++d) {
      const Subscript& subscript = read.subscripts[d];
      const Interval range = walked(d, read);
      const IndexExpr first{range.low, {}};
      copy.free.push_back({"p" + std::to_string(d), range.high - range.low + 1});
      rules.push_back(
          {IndexExpr::of(static_cast<int>(d)) + first, subscript.boundary, subscript.fill});
      own.push_back({subscript.index - first, Boundary::none, nullptr});
    }
    copy.body = make_read(windows_.image, read.type, std::move(rules));
    insert(std::move(copy));
    const int tensor = definition_.tensor_of_equation(at_ - 1);
    replace_read(windows_.image, make_read(tensor, read.type, std::move(own)));
    block_equation(definition_, at_ - 1, windows_.channel_axis, lanes_);
  }

  bool has_constant_fills() const {
    const Node& read = *read_of(windows_.image);
    return std::all_of(read.subscripts.begin(), read.subscripts.end(), [](const Subscript& s) {
      return s.boundary == Boundary::none || s.boundary == Boundary::fill;
    });
  }

  // No windows along rows: simplify joins what it can.
  bool is_trivial() const {
    return std::none_of(windows_.axes.begin(), windows_.axes.end(),
                        [](const ChannelWindows::Axis& axis) { return axis.is_window(); });
  }

  // The image is one row of all its elements from here on: what stands beyond the end of a map's
  // row may be read with it, in one vector, and then be replaced by the rule's value.
  void copy_image_in_rows() {
    const Node read = *read_of(windows_.image);
    const Shape shape = definition_.type_of(windows_.image).shape;
    const Shape strides = row_major_strides(shape);
    const size_t last = read.subscripts.size() - 1;
    const ChannelWindows::Axis& inner = windows_.axes[last];
    const int64_t phases = inner.row >= 0 ? inner.stride : 1;

    Equation copy;
    copy.name = definition_.operands[static_cast<size_t>(windows_.image)].name + "_rows";
    copy.type = copy.accumulator = read.type;
    std::vector<Subscript> own;
    std::vector<Expr> inside;
    Expr fill;
    IndexExpr place; // in the row of all elements
    const auto take = [&](int64_t extent) {
      copy.free.push_back({"p" + std::to_string(copy.free.size()), extent});
      return IndexExpr::of(static_cast<int>(copy.free.size()) - 1);
    };
    for (size_t d = 0; d <= last; ++d) {
      const Subscript& subscript = read.subscripts[d];
      const Interval range = walked(d, read);
      const IndexExpr from_first = subscript.index - IndexExpr{range.low, {}};
      IndexExpr at{range.low, {}};
      if (d < last) {
        at = at + take(range.high - range.low + 1);
        own.push_back({from_first, Boundary::none, nullptr});
      } else {
        if (phases > 1) {
          at = at + take(phases);
          own.push_back({mod(from_first, phases), Boundary::none, nullptr});
        }
        at = at + take(row_extent(range, inner, phases)) * phases;
        own.push_back({floor_div(from_first, phases), Boundary::none, nullptr});
      }
      add_conditions(inside, at, range, shape[static_cast<int>(d)]);
      if (subscript.fill)
        fill = subscript.fill;
      place = place + at * strides[static_cast<int>(d)];
    }
    copy.body = chosen(
        inside, make_read(windows_.image, read.type, {{place, Boundary::clamp, nullptr}}), fill);
    flatten_image(strides, shape.elements());
    insert(std::move(copy));
    replace_read(windows_.image,
                 make_read(definition_.tensor_of_equation(at_ - 1), read.type, std::move(own)));
  }

  // Under which `at`, which takes the places of `range`, is in a dimension.
  static void add_conditions(std::vector<Expr>& conditions, const IndexExpr& at,
                             const Interval& range, int64_t extent) {
    const auto less = [](const Expr& a, const Expr& b) {
      return operation(ScalarOp::less, DType::boolean, {a, b});
    };
    if (range.low < 0)
      conditions.push_back(less(integer(-1), value_of(at)));
    if (range.high >= extent)
      conditions.push_back(less(value_of(at), integer(extent)));
  }

  // `value` where all conditions hold, else `otherwise`.
  static Expr chosen(const std::vector<Expr>& conditions, const Expr& value,
                     const Expr& otherwise) {
    if (conditions.empty())
      return value;
    Expr all = conditions[0];
    for (size_t k = 1; k < conditions.size(); ++k)
      all = operation(ScalarOp::logical_and, DType::boolean, {all, conditions[k]});
    return operation(ScalarOp::select, value->type, {all, value, otherwise});
  }

  // Of the copy: what whole vectors of the result's rows read.
  int64_t row_extent(const Interval& range, const ChannelWindows::Axis& inner,
                     int64_t phases) const {
    int64_t last = range.high - range.low;
    if (inner.row >= 0) {
      const int64_t extent = sum().free[static_cast<size_t>(inner.row)].extent;
      last += (rounded_up(extent, lanes_) - extent) * inner.stride;
    }
    return rounded_up(last / phases + 1, lanes_);
  }

  // Other readers, such as an epilogue that adds the image, follow.
  void flatten_image(const Shape& strides, int64_t elements) {
    rewrite_reads(definition_, windows_.image, [&](Node node) {
      IndexExpr place;
      for (size_t d = 0; d < node.subscripts.size(); ++d)
        place = place + node.subscripts[d].index * strides[static_cast<int>(d)];
      node.subscripts = {{place, Boundary::clamp, nullptr}};
      return node_of(std::move(node));
    });
    definition_.operands[static_cast<size_t>(windows_.image)].type.shape = Shape{elements};
  }

  const Problem& problem_;
  const ChannelWindows& windows_;
  Definition definition_;
  const int64_t lanes_;
  int at_; // the reduction's equation
};

} // namespace

Definition channel_vectors(const Problem& problem, const ChannelWindows& windows) {
  Former former(problem, windows);
  return in_channel_blocks(problem, windows) ? former.blocks() : former.rows();
}

Definition packed_channel_weights(const Problem& problem, const ChannelWindows& windows) {
  Equation packed = Former(problem, windows).packed();
  packed.body = rebuild(packed.body, [&](Node node) -> Expr {
    if (node.kind == Node::Kind::read)
      node.tensor = 0;
    return node_of(std::move(node));
  });
  Definition result;
  result.name = problem.definition.name + "_weights";
  result.operands = {problem.definition.operands[static_cast<size_t>(windows.weights)]};
  result.equations = {std::move(packed)};
  result.results = {0};
  return result;
}

} // namespace fovea::kernels
