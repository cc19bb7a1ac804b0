#include "kernel_realisation.hpp"

namespace fovea::testing {

const std::vector<Realisation>& realisations() {
  static const std::vector<Realisation> list = kernel_realisations();
  return list;
}

} // namespace fovea::testing
