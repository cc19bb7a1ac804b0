#pragma once
#include <Halide.h>

#include <vector>

// Last rewrites of lowered kernels, before LLVM sees them.
namespace fovea::kernels {

// A stage that reads a result reads the caller's memory, which is aligned to elements only. Halide
// remembers that for stores; loads it takes for loads of memory of its own, aligned to vectors.
Halide::Internal::Stmt mark_loads_of_results(const Halide::Internal::Stmt& body,
                                             const std::vector<Halide::Func>& results);

// fused_multiply_add counts on LLVM to make the lanes' calls one again. It does so where operands
// are vectors loaded as such, or one value for all lanes; shuffled ones it takes apart, and the
// kernel would run lane by lane. There a multiplication and an addition are better.
Halide::Internal::Stmt split_hopeless_multiply_adds(const Halide::Internal::Stmt& body);

// What became of `without_flags` and `without_bounds` (math.hpp).
Halide::Internal::Stmt erase_fences(const Halide::Internal::Stmt& body);

} // namespace fovea::kernels
