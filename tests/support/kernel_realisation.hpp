#pragma once
#include "realisation.hpp"

#include <fovea/catalogue/algorithm.hpp>
#include <fovea/catalogue/schedule.hpp>

#include <optional>

namespace fovea::testing {

// A single kernel (single_kernel.hpp) of `algorithm`, under its default schedule unless given.
Run compile_kernel(const Definition& definition, const catalogue::Algorithm& algorithm,
                   const std::optional<Schedule>& schedule = std::nullopt);

// One realisation for each algorithm of the catalogue.
std::vector<Realisation> kernel_realisations();

} // namespace fovea::testing
