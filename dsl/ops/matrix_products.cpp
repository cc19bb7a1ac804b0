#include <fovea/equation/statement.hpp>
#include <fovea/ops/gemm.hpp>
#include <fovea/ops/matmul.hpp>

namespace fovea::ops {

Definition Matmul::definition(const Types& operands) const {
  const Shape &left = operands[0].shape, &right = operands[1].shape;
  const Shape z = infer(operands).results[0].shape;
  const bool rows = left.rank() > 1, columns = right.rank() > 1;
  const Tensor<any_rank> A(0, "A", operands[0]), B(1, "B", operands[1]);
  const IndexPack<'a'> a(z.slice(0, z.rank() - rows - columns));
  const IndexPack<'i'> i(rows ? Shape{left[left.rank() - 2]} : Shape{});
  const IndexPack<'j'> j(columns ? Shape{right[right.rank() - 1]} : Shape{});
  const Index<'k'> k;
  const auto row = broadcast_subscripts(a, leading(left));
  const auto column = broadcast_subscripts(a, leading(right));
  return bind(name, {{"A", operands[0]}, {"B", operands[1]}},
              {Z(a, i, j) = sum(k)(A(row, i, k) * B(column, k, j))});
}

Definition Gemm::definition(const Types& operands) const {
  const Shape z = infer(operands).results[0].shape;
  const Tensor<2> A(0, "A", operands[0]), B(1, "B", operands[1]);
  const IndexPack<'i'> i(z); // row and column
  const Index<'k'> k{operands[0].shape[trans_a ? 0 : 1]};
  std::vector<Operand> names{{"A", operands[0]}, {"B", operands[1]}};
  const Scalar<Letters<'i', 'k'>> left{(trans_a ? A(k, i[0]).expr : A(i[0], k).expr)},
      right{(trans_b ? B(i[1], k).expr : B(k, i[1]).expr)};
  const auto product = sum(k)(left * right) * alpha;
  if (operands.size() < 3)
    return bind(name, names, {Z(i) = product});
  names.push_back({"C", operands[2]});
  const Tensor<any_rank> C(2, "C", operands[2]);
  const auto more = C(broadcast_subscripts(i, operands[2].shape)) * beta;
  return bind(name, names, {Z(i) = product + more});
}

} // namespace fovea::ops
