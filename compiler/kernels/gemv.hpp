#pragma once
#include "compiler/kernels/realisable.hpp"

#include <fovea/catalogue/machine.hpp>
#include <fovea/catalogue/problem.hpp>
#include <fovea/catalogue/schedule.hpp>

// Products of a matrix and few vectors, each row of the matrix contiguous: every element of the
// matrix is used once or a few times, so that what counts is how fast it is read.
//   T(b, i) = sum(l) X(b, l) W(i, l),  epilogue(T)
// with the sum in interleaved parts (interleave.hpp).
namespace fovea::kernels {

// Can the problem be written so? At most 8 vectors, f32, tensors that are row-major or whose blocks
// stand as row-major ones do.
bool is_gemv(const catalogue::Problem& problem);

// The stages.
Definition gemv_stages(const catalogue::Problem& problem);
catalogue::Schedule gemv_schedule(const catalogue::Problem& problem);
Work gemv_work(const catalogue::Problem& problem, const catalogue::Machine& machine);

} // namespace fovea::kernels
