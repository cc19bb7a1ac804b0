#include "compiler/kernels/winograd.hpp"

namespace fovea::kernels {

const catalogue::Algorithm& winograd2_algorithm() {
  static const Winograd algorithm(2);
  return algorithm;
}

} // namespace fovea::kernels
