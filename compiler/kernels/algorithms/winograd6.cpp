#include "compiler/kernels/winograd.hpp"

namespace fovea::kernels {

const catalogue::Algorithm& winograd6_algorithm() {
  static const Winograd algorithm(6);
  return algorithm;
}

} // namespace fovea::kernels
