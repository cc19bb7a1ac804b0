#pragma once
#include "compiler/ir/ops.hpp"

namespace fovea::passes {

// Moves `op` into a kernel of its own, which takes its place.
ir::KernelOp make_kernel(mlir::Operation* op);

// One kernel of both, in place of `consumer`, which is the only reader of `producer`'s results; it
// keeps the producer's layer.
ir::KernelOp merge_kernels(ir::KernelOp producer, ir::KernelOp consumer);

} // namespace fovea::passes
