#include <fovea/equation/statement.hpp>
#include <fovea/ops/pad.hpp>

#include <algorithm>

namespace fovea::ops {

Definition Pad::definition(const Types& operands) const {
  const TensorType& x = operands[0];
  const Tensor<any_rank> X(0, "X", x);
  const IndexPack<'i'> i(infer(operands).results[0].shape);
  Shape added, taken, kept; // in front, in front as a negative number, of the extents
  for (int d = 0; d < x.shape.rank(); ++d) {
    const int64_t front = per_dimension(begin, d, 0), behind = per_dimension(end, d, 0);
    added.push_back(std::max<int64_t>(front, 0));
    taken.push_back(std::min<int64_t>(front, 0));
    kept.push_back(x.shape[d] + taken[d] + std::min<int64_t>(behind, 0));
  }
  const std::vector<Operand> names{{"X", x}};
  if (mode == PadMode::constant)
    return bind(name, names, {Z(i) = X(constant(i - added - taken, value))});
  const auto padded = [&](const auto& tensor) -> StatementPtr {
    const auto place = i - added;
    if (mode == PadMode::edge)
      return Z(i) = tensor(clamp(place));
    if (mode == PadMode::reflect)
      return Z(i) = tensor(reflect(place));
    return Z(i) = tensor(wrap(place));
  };
  if (kept == x.shape)
    return bind(name, names, {padded(X)});
  // The rules hold at the edges of what is left.
  const IndexPack<'j'> j(kept);
  return bind(name, names, {padded(let(S_(j) = X(j - taken)))});
}

} // namespace fovea::ops
