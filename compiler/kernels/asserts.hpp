#pragma once
#include <Halide.h>

namespace fovea::kernels {

// Halide's own proof obligations, read at compile time. The pipeline is lowered with assertions;
// since all bounds are constants, one that says "this operand is read outside its bounds" is
// decided by now: where it fails this throws fovea::Error, and the kernel is never made. Then all
// assertions are taken out: the caller of a kernel makes the checks.
Halide::Internal::Stmt check_and_strip_asserts(const Halide::Internal::Stmt& body);

} // namespace fovea::kernels
