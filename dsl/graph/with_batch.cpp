#include "dsl/graph/remake.hpp"

#include <fmt/format.h>

namespace fovea {
namespace {

class Rebatching final : public Remake {
 public:
  Rebatching(const Network& network, int64_t batch, SourceLocation location)
      : Remake(network, location), batch_(batch) {}

 private:
  Shape input_shape(const ValueInfo& input) const override {
    Shape shape = input.type.shape;
    if (shape.empty())
      throw Error({.what = fmt::format("with_batch: input '{}' has no batch", input.name),
                   .where = location_,
                   .expected = "inputs with one dimension or more",
                   .got = "a scalar"});
    shape[0] = batch_;
    return shape;
  }

  std::vector<Tensor<>> apply(size_t number) override {
    const NodeInfo& node = network_.nodes()[number];
    try {
      return apply_to(node.op, node);
    } catch (const Error& error) {
      ErrorParts parts = error.parts();
      parts.what = fmt::format("with batch {}: {}", batch_, parts.what);
      throw Error(std::move(parts));
    }
  }

  const int64_t batch_;
};

} // namespace

Network with_batch(const Network& network, int64_t batch, SourceLocation location) {
  if (batch < 1)
    throw Error({.what = fmt::format("with_batch: network '{}'", network.name()),
                 .where = location,
                 .expected = "a batch of 1 or more",
                 .got = std::to_string(batch)});
  return Rebatching(network, batch, location).run();
}

} // namespace fovea
