// EXPECT: (no match for|invalid operands)
#include <fovea/dsl.hpp>
using namespace fovea;

Tensor<> apply_number(const Tensor<>& image) {
  return image | 3;
}
