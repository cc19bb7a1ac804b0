#pragma once
#include <fovea/definition/definition.hpp>

#include <vector>

// Equations that only choose among elements, by minima and maxima: sorting networks, medians. A NaN
// wins each of their choices, and so it is the result wherever it is among the elements: looking
// for it there, once, is a third of the work of looking at each choice.
namespace fovea::kernels {

struct Selections {
  enum class Kind : uint8_t {
    none,   // each minimum and maximum by itself
    within, // read by selections alone: what it is where a NaN is among its elements does not
            // matter
    whole,  // looks for a NaN among `elements`
  };
  std::vector<Kind> kinds;                 // per equation
  std::vector<std::vector<Expr>> elements; // per equation, for `whole`: reads, by its own indices
};

Selections selections_of(const Definition& stages);

} // namespace fovea::kernels
