#pragma once
#include "compiler/kernels/contraction_schedule.hpp"

#include <fovea/catalogue/machine.hpp>
#include <fovea/catalogue/problem.hpp>

// What a contraction whose columns are in blocks takes on one core: estimates, with all data in its
// caches.
namespace fovea::kernels {

// Of an element, turned around on its way or not: measured on results of 64 to 2048 channels.
constexpr double cycles_a_copy = 0.5;

// Its tiles. `problem`: of the contraction alone, no groups, prologue or phases.
double contraction_seconds(const catalogue::Problem& problem, const ChosenTile& tile,
                           const catalogue::Machine& machine);

// The other stages that have memory of their own: copies with padding, packed weights, the result
// in order. `stages`: what split_stages made of the contraction.
double seconds_of_copies(const Definition& stages, const catalogue::Target& target,
                         const catalogue::Machine& machine);

} // namespace fovea::kernels
