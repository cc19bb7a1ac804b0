#pragma once
#include <Halide.h>
#include <fovea/definition/definition.hpp>

// The scalar language of definitions in Halide's expressions, with the meaning that the numerics
// page states: integers wrap, NaN and infinities propagate, nothing is rearranged.
namespace fovea::kernels {

// Of elements in memory: booleans are bytes.
Halide::Type storage_type(DType type);
// Of values on the way: f16 and bf16 are computed in f32 and rounded when stored.
Halide::Type compute_type(DType type);

Halide::Expr load_value(Halide::Expr stored, DType type); // storage -> compute
Halide::Expr store_value(Halide::Expr value, DType type); // compute -> storage
Halide::Expr constant_value(const Node& node);
Halide::Expr convert_value(Halide::Expr value, DType from, DType to);
// `operand_type`: of the arguments (of a select's two last).
Halide::Expr apply_op(ScalarOp op, DType operand_type, const std::vector<Halide::Expr>& args);

// The greater or the lesser; any of both where one is NaN.
Halide::Expr chosen(bool greatest, const Halide::Expr& a, const Halide::Expr& b);

Halide::Expr reduction_identity(ReduceKind kind, DType type);
Halide::Expr accumulate(ReduceKind kind, DType type, Halide::Expr total, Halide::Expr term);

} // namespace fovea::kernels
