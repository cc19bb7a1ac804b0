#include <fovea/blocks/block.hpp>

namespace fovea {

Tensor<> apply(const OpPtr& op, const std::vector<Tensor<>>& inputs, SourceLocation location) {
  if (inputs.empty())
    throw Error({.what = op->name() + ": it has no inputs",
                 .where = location,
                 .expected = "one tensor or more",
                 .got = "none"});
  return inputs[0].network().apply(op, inputs, "", location)[0];
}

} // namespace fovea
