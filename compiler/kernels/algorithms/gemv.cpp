#include "compiler/kernels/gemv.hpp"
#include "compiler/kernels/realisable.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// Dense layers at batch 1 to 8, and whatever else is a matrix times few vectors, such as a
// convolution whose kernel is the whole map: rows of the matrix as they are stored, several at
// once, vectors along the row.
class Gemv : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "gemv"; }
  std::string_view summary() const override {
    return "a matrix times few vectors: rows of weights as they are stored, read once";
  }

  bool matches(const Problem& problem) const override { return is_gemv(problem); }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override { return gemv_stages(problem); }
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return gemv_schedule(problem);
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    return cost_of(*this, problem, gemv_work(problem, machine), machine);
  }
};

} // namespace

const catalogue::Algorithm& gemv_algorithm() {
  static const Gemv algorithm;
  return algorithm;
}

} // namespace fovea::kernels
