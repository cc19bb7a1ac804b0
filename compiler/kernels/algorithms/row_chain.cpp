#include "compiler/kernels/row_chain.hpp"

#include "compiler/kernels/chain.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/realisable.hpp"
#include "compiler/kernels/row_borders.hpp"
#include "compiler/kernels/row_chain_cost.hpp"
#include "compiler/kernels/row_chain_schedule.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

// Convolutions one behind the other, whose intermediate results would travel through memory, a few
// rows at a time. Alwani et al., "Fused-layer CNN accelerators" (MICRO 2016).
class RowChains : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "row_chain"; }
  std::string_view summary() const override {
    return "two or three convolutions by rows; what lies between them stays in the cache";
  }

  bool matches(const Problem& problem) const override { return row_chain(problem).has_value(); }
  bool joins_reductions() const override { return true; }
  Layout preferred_operand_layout(const Problem& problem, int operand) const override {
    const RowChain chain = *row_chain(problem);
    const PartOperand reader = first_reader(chain.parts, operand);
    const RowChain::Part& part = chain.parts[reader.part];
    return part.algorithm().preferred_operand_layout(part.problem, reader.operand);
  }
  Layout preferred_result_layout(const Problem& problem, int result) const override {
    const RowChain::Part part = row_chain(problem)->parts.back();
    return part.algorithm().preferred_result_layout(part.problem, result);
  }
  std::optional<Definition> preparation(const Problem& problem, int operand) const override {
    const RowChain chain = *row_chain(problem);
    const PartOperand reader = first_reader(chain.parts, operand);
    const RowChain::Part& part = chain.parts[reader.part];
    return part.algorithm().preparation(part.problem, reader.operand);
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    return with_rows_beyond(split_stages(simplify(row_chain_system(problem, *row_chain(problem)))));
  }
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return row_chain_schedule(*row_chain(problem), system(problem));
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    return cost_of(*this, problem, row_chain_work(*row_chain(problem), system(problem), machine),
                   machine);
  }
};

} // namespace

const catalogue::Algorithm& row_chain_algorithm() {
  static const RowChains algorithm;
  return algorithm;
}

} // namespace fovea::kernels
