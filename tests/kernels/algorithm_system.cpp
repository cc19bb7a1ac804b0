#include "compiler/kernels/realisable.hpp"
#include "tests/kernels/forms.hpp"

namespace fovea::kernel_test {

Definition system_of(const catalogue::Algorithm& algorithm, const catalogue::Problem& problem) {
  return dynamic_cast<const kernels::HalideAlgorithm&>(algorithm).system(problem);
}

} // namespace fovea::kernel_test
