#include "compiler/kernels/row_borders.hpp"

#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/nodes.hpp"

namespace fovea::kernels {
namespace {

class Extender {
 public:
  explicit Extender(Definition stages) : stages_(std::move(stages)) {}

  Definition run() {
    // The last first: what is read by what is extended may be extended in its turn.
    for (int e = static_cast<int>(stages_.equations.size()); e-- > 0;)
      if (is_copy_with_rows(e))
        extend(e);
    return std::move(stages_);
  }

 private:
  Equation& equation(int e) { return stages_.equations[static_cast<size_t>(e)]; }
  // In blocks: [.., rows, columns, channels of a block].
  static size_t rows_of(const Equation& equation) { return equation.free.size() - 3; }
  bool is_equation(int tensor) const { return tensor >= static_cast<int>(stages_.operands.size()); }
  int equation_of(int tensor) const { return tensor - static_cast<int>(stages_.operands.size()); }

  bool is_copy_with_rows(int e) {
    const Equation& copy = equation(e);
    const Node& read = *copy.body;
    if (copy.free.size() < 3 || read.kind != Node::Kind::read || !is_equation(read.tensor) ||
        read.subscripts.size() != copy.free.size())
      return false;
    const Subscript& rows = read.subscripts[rows_of(copy)];
    return rows.boundary == Boundary::fill && (rows.index - IndexExpr{rows.index.constant, {}})
                                                  .is_index(static_cast<int>(rows_of(copy)));
  }

  void extend(int e) {
    Equation& copy = equation(e);
    const size_t at = rows_of(copy);
    Node read = *copy.body;
    Subscript& rows = read.subscripts[at];
    const int64_t first = rows.index.constant; // row of the tensor that row 0 of the copy is
    const int64_t extent = stages_.type_of(read.tensor).shape[static_cast<int>(at)];
    const int tensor = read.tensor;
    const int64_t count = copy.free[at].extent;
    Node place;
    place.kind = Node::Kind::index;
    place.type = DType::i64;
    place.index = rows.index;
    const Expr row = node_of(place), fill = rows.fill;
    rows = {IndexExpr::of(static_cast<int>(at)), Boundary::none, nullptr};
    copy.body = node_of(std::move(read));
    add_rows(tensor, first, count);
    Equation& own = equation(equation_of(tensor));
    const Expr inside =
        operation(ScalarOp::logical_and, DType::boolean,
                  {operation(ScalarOp::less, DType::boolean, {integer(-1), row}),
                   operation(ScalarOp::less, DType::boolean, {row, integer(extent)})});
    own.body = operation(ScalarOp::select, own.type, {inside, own.body, fill});
  }

  // Of the tensor, and what it is computed from element by element, up to its sum.
  void add_rows(int tensor, int64_t first, int64_t count) {
    const Shape shape = stages_.type_of(tensor).shape;
    for (int e = equation_of(tensor); e >= 0; --e) {
      Equation& own = equation(e);
      if (own.shape() != shape)
        continue;
      const auto is_moved = [&](const Node& read) { // with its reader
        return !own.reduction && is_equation(read.tensor) &&
               stages_.type_of(read.tensor).shape == shape;
      };
      move(own, first, is_moved);
      own.free[rows_of(own)].extent = count;
      clamp(own, is_moved);
      if (own.reduction)
        return;
    }
  }

  // Row 0 of the equation is what row `first` was.
  template <class IsMoved>
  static void move(Equation& own, int64_t first, const IsMoved& is_moved) {
    std::vector<IndexExpr> indices;
    for (int k = 0; k < index_count(own); ++k)
      indices.push_back(IndexExpr::of(k));
    IndexExpr& rows = indices[rows_of(own)];
    rows = rows + IndexExpr{first, {}};
    own.body = rebuild(own.body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::index)
        node.index = substitute(node.index, indices);
      if (node.kind == Node::Kind::read && !is_moved(node))
        for (Subscript& subscript : node.subscripts)
          subscript.index = substitute(subscript.index, indices);
      return node_of(std::move(node));
    });
  }

  // What rows beyond would read outside.
  template <class IsMoved>
  void clamp(Equation& own, const IsMoved& is_moved) const {
    const std::vector<Interval> intervals = intervals_of(own);
    own.body = rebuild(own.body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read && !is_moved(node))
        for (size_t d = 0; d < node.subscripts.size(); ++d) {
          Subscript& subscript = node.subscripts[d];
          const Interval range = range_of(subscript, intervals);
          const int64_t extent = stages_.type_of(node.tensor).shape[static_cast<int>(d)];
          if (subscript.boundary == Boundary::none && (range.low < 0 || range.high >= extent))
            subscript.boundary = Boundary::clamp;
        }
      return node_of(std::move(node));
    });
  }

  Definition stages_;
};

} // namespace

Definition with_rows_beyond(Definition stages) {
  return Extender(std::move(stages)).run();
}

} // namespace fovea::kernels
