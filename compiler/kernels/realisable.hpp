#pragma once
#include "compiler/kernels/lowering.hpp"

#include <fovea/catalogue/algorithm.hpp>

namespace fovea::kernels {

// An algorithm of this room: one file of algorithms/, with THE ALGORITHM (stages) and THE SCHEDULE
// (text computed from shape and target).
class HalideAlgorithm : public catalogue::Algorithm {
 public:
  // An equal system of equations, one a stage, over operands and results as they are stored: what
  // the interpreter can check without compiling anything.
  virtual Definition system(const catalogue::Problem& problem) const = 0;
  bool accepts_epilogue(const Definition&, const Definition& epilogue) const override {
    return is_pointwise(epilogue);
  }
  virtual SumArithmetic arithmetic() const { return SumArithmetic::contracted_products; }
  // Which of these stages compute in narrower integers: its schedule is made for them.
  virtual NarrowStages narrow(const Definition& /*stages*/) const { return {}; }
  virtual Borders borders() const { return Borders::own_loops; }

  std::vector<catalogue::StageInfo> stages(const catalogue::Problem& problem) const final {
    const Definition stages = system(problem);
    return stages_of(stages, narrow(stages));
  }
  // Of the kernel's own loops (scratch.hpp).
  int64_t workspace_bytes(const catalogue::Problem& problem,
                          const catalogue::Schedule& schedule) const final;
  bool overwrites(const catalogue::Problem& problem, const catalogue::Schedule& schedule,
                  int operand) const final;
};

// What a kernel does, for an estimate of its time.
struct Work {
  double seconds = 0; // of one core, with all data in its caches
  // The part of their time that all threads work; 0: one does it all.
  double shared = 0;
  // Of the memory's bandwidth, the part that its order of reading gets.
  double bandwidth = 1;
};
// The cost of `work` with what the problem moves from and to memory: in one model for all
// algorithms, so that they can be compared.
catalogue::Cost cost_of(const catalogue::Algorithm& algorithm, const catalogue::Problem& problem,
                        const Work& work, const catalogue::Machine& machine);

} // namespace fovea::kernels
