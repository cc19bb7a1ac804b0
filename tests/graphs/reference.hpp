#pragma once
#include <fovea/catalogue/algorithm.hpp>
#include <fovea/definition/interpreter.hpp>
#include <fovea/graph/network.hpp>

#include <vector>

namespace fovea::testing {

// What an implementation may do beyond adding in another order: its errors are part of the bound
// then. Nothing, unless `precision: fast` was asked for.
struct Freedom {
  // What is affine in one operand, with weights otherwise, may be x * a + b (passes/hoist.hpp).
  bool reassociates = false;
  // Algorithms that transform sums and were in use, wherever an op is one that they compute.
  std::vector<const catalogue::Algorithm*> transforms = {};
  catalogue::Target target = {};
};

// A network's outputs by the float64 interpreter, op by op as it was written, each element with the
// bound of what an implementation may differ by. `inputs`: addresses of their elements, in order;
// weights must be set.
std::vector<std::vector<Value>>
interpret(const Network& network, const std::vector<const void*>& inputs, const Freedom& freedom);

} // namespace fovea::testing
