#pragma once
#include "compiler/kernels/realisable.hpp"

#include <string>

namespace fovea::kernels {

// Convolutions by minimal filtering in tiles of 2, 4 or 6 results along each transformed dimension
// (winograd_system.hpp). More results need fewer multiplications and lose more digits.
class Winograd : public HalideAlgorithm {
 public:
  explicit Winograd(int64_t tile);
  std::string_view name() const override { return name_; }
  std::string_view summary() const override { return summary_; }

  bool matches(const catalogue::Problem& problem) const override;
  catalogue::Layout preferred_operand_layout(const catalogue::Problem& problem,
                                             int operand) const override;
  catalogue::Layout preferred_result_layout(const catalogue::Problem& problem,
                                            int result) const override;
  std::optional<Definition> preparation(const catalogue::Problem& problem,
                                        int operand) const override;
  catalogue::ErrorBound error_bound() const override { return catalogue::ErrorBound::transform; }
  std::optional<catalogue::TransformError>
  transform_error(const catalogue::Problem& problem,
                  const std::vector<double>& magnitudes) const override;

  Definition system(const catalogue::Problem& problem) const override;
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }
  // With loops of their own transforms would be there five times, and hardly faster.
  Borders borders() const override { return Borders::one_loop; }
  catalogue::Schedule default_schedule(const catalogue::Problem& problem) const override;
  catalogue::Cost cost(const catalogue::Problem& problem,
                       const catalogue::Machine& machine) const override;

 private:
  int64_t tile_;
  std::string name_, summary_;
};

} // namespace fovea::kernels
