#include "compiler/kernels/separable.hpp"

#include "compiler/kernels/realisable.hpp"

namespace fovea::kernels {

const catalogue::Algorithm& generic_algorithm();

namespace {

using catalogue::Problem;

// Sums over windows as sums one behind the other: R. Gonzalez, R. Woods, Digital Image Processing,
// 4th ed., section 3.4, "separable filter kernels". What comes of them is compiled as by `generic`.
class Separable : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "separable"; }
  std::string_view summary() const override {
    return "a window's sum as sums along its dimensions, one behind the other";
  }

  bool matches(const Problem& problem) const override {
    return generic().matches(problem) && separated(problem.definition);
  }
  catalogue::ErrorBound error_bound() const override { return catalogue::ErrorBound::transform; }
  // Beside overflow and underflow, the one of sums in any order (separable.hpp).
  std::optional<catalogue::TransformError>
  transform_error(const Problem& problem, const std::vector<double>&) const override {
    return {{separated(problem.definition)->equation, 0}};
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    return generic().system(apart(problem));
  }
  NarrowStages narrow(const Definition& stages) const override { return generic().narrow(stages); }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return generic().default_schedule(apart(problem));
  }
  std::optional<catalogue::Schedule> lean_schedule(const Problem& problem) const override {
    return generic().lean_schedule(apart(problem));
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    return generic().cost(apart(problem), machine);
  }

 private:
  static const HalideAlgorithm& generic() {
    return static_cast<const HalideAlgorithm&>(generic_algorithm());
  }
  static Problem apart(const Problem& problem) {
    Problem result = problem;
    result.definition = separated(problem.definition)->definition;
    return result;
  }
};

} // namespace

const catalogue::Algorithm& separable_algorithm() {
  static const Separable algorithm;
  return algorithm;
}

} // namespace fovea::kernels
