#pragma once
#include "compiler/kernels/realisable.hpp"

#include <fovea/catalogue/machine.hpp>
#include <fovea/catalogue/problem.hpp>
#include <fovea/catalogue/schedule.hpp>

// Equations without sums that read along one dimension and write along another: transpositions,
// tensors put into blocks or taken out of them, and what is computed on the way. What is read so is
// turned around in squares of a vector by a vector, in registers:
//   T(c, x) = V(x, c),  Z(c, x) = f(T(c, x), ...)
// (Without such reads the generic algorithm has nothing to gather.)
namespace fovea::kernels {

bool is_turned(const catalogue::Problem& problem);

Definition turned_stages(const catalogue::Problem& problem);
catalogue::Schedule turned_schedule(const catalogue::Problem& problem);
Work turned_work(const catalogue::Problem& problem, const catalogue::Machine& machine);

} // namespace fovea::kernels
