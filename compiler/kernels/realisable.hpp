#pragma once
#include "compiler/kernels/lowering.hpp"

#include <fovea/catalogue/algorithm.hpp>

namespace fovea::kernels {

// An algorithm of this room: one file of algorithms/, with THE ALGORITHM (stages) and THE SCHEDULE
// (text computed from shape and target).
class HalideAlgorithm : public catalogue::Algorithm {
 public:
  // The unscheduled stages. `schedule` has been verified; only its rfactor directives matter here.
  virtual Realisation realise(const Definition& definition, const catalogue::Schedule& schedule,
                              const catalogue::Target& target) const = 0;
};

} // namespace fovea::kernels
