#include "compiler/kernels/pointwise.hpp"
#include "compiler/kernels/realisable.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// Elementwise computations, copies and transpositions that read along one dimension and write along
// another, as tensors go into blocks and out of them.
class Pointwise : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "pointwise"; }
  std::string_view summary() const override {
    return "elements moved across dimensions, turned around in registers a square at a time";
  }

  bool matches(const Problem& problem) const override { return is_turned(problem); }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override { return turned_stages(problem); }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return turned_schedule(problem);
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    return cost_of(*this, problem, turned_work(problem, machine), machine);
  }
};

} // namespace

const catalogue::Algorithm& pointwise_algorithm() {
  static const Pointwise algorithm;
  return algorithm;
}

} // namespace fovea::kernels
