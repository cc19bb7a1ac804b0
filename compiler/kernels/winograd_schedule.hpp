#pragma once
#include "compiler/kernels/winograd_plan.hpp"
#include "compiler/kernels/winograd_system.hpp"

#include <fovea/catalogue/schedule.hpp>

namespace fovea::kernels {

catalogue::Schedule winograd_schedule(const catalogue::Problem& problem, const WinogradForm& form,
                                      const WinogradSystem& system, const WinogradPlan& plan);

} // namespace fovea::kernels
