#include "compiler/kernels/winograd.hpp"

namespace fovea::kernels {

const catalogue::Algorithm& winograd4_algorithm() {
  static const Winograd algorithm(4);
  return algorithm;
}

} // namespace fovea::kernels
