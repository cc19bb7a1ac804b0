#include "dsl/ops/reduction.hpp"

#include <fovea/ops/reduce_l1.hpp>
#include <fovea/ops/reduce_l2.hpp>
#include <fovea/ops/reduce_log_sum.hpp>
#include <fovea/ops/reduce_log_sum_exp.hpp>
#include <fovea/ops/reduce_max.hpp>
#include <fovea/ops/reduce_mean.hpp>
#include <fovea/ops/reduce_min.hpp>
#include <fovea/ops/reduce_prod.hpp>
#include <fovea/ops/reduce_sum.hpp>
#include <fovea/ops/reduce_sum_square.hpp>

#include <limits>

namespace fovea::ops {

Definition ReduceSum::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = sum(R.r)(R.x()));
}

Definition ReduceMean::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = mean(R.r)(R.x()));
}

Definition ReduceProd::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = product(R.r)(R.x()));
}

Definition ReduceMax::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = max(R.r)(R.x()));
}

Definition ReduceMin::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = min(R.r)(R.x()));
}

Definition ReduceL1::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = sum(R.r)(abs(R.x())));
}

Definition ReduceL2::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  const auto squares = sum(R.r)(R.x() * R.x());
  const DType type = R.type.dtype, real = is_float(type) ? type : DType::f64;
  return R.bound(name, Z(R.i) = cast(sqrt(cast(squares, real)), type));
}

Definition ReduceLogSum::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = log(sum(R.r)(R.x())));
}

Definition ReduceLogSumExp::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto largest = let(M_(R.i) = max(R.r)(R.x()));
  const auto shift = select(abs(largest(R.i)) < infinity, largest(R.i),
                            Scalar<Letters<>>{make_constant(0, R.type.dtype)});
  const auto M = let(S_(R.i) = shift);
  return R.bound(name, Z(R.i) = log(sum(R.r)(exp(R.x() - M(R.i)))) + M(R.i));
}

Definition ReduceSumSquare::definition(const Types& operands) const {
  const Reduction R(*this, operands[0]);
  return R.bound(name, Z(R.i) = sum(R.r)(R.x() * R.x()));
}

} // namespace fovea::ops
