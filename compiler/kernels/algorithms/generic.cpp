#include "compiler/kernels/default_schedule.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/realisable.hpp"

namespace fovea::kernels {
namespace {

// Compiles anything that one can write: one stage per equation, no idea of what it means.
class Generic : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "generic"; }
  std::string_view summary() const override {
    return "the definition's own loops, tiled for registers, vectorised and run in parallel";
  }

  bool matches(const Definition&) const override { return true; }
  bool accepts_epilogue(const Definition&, const Definition& epilogue) const override {
    return is_pointwise(epilogue);
  }

  // --- THE ALGORITHM ---
  Realisation realise(const Definition& definition, const catalogue::Schedule& schedule,
                      const catalogue::Target& target) const override {
    return lower(apply_rfactors(equations(definition), schedule), target);
  }
  std::vector<catalogue::StageInfo> stages(const Definition& definition) const override {
    return stages_of(equations(definition));
  }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Definition& definition,
                                       const catalogue::Target& target) const override {
    return kernels::default_schedule(equations(definition), target);
  }

  catalogue::Cost cost(const Definition& definition, const catalogue::Target& target,
                       const catalogue::Schedule&) const override {
    catalogue::Cost cost;
    cost.seconds = estimated_seconds(equations(definition), target);
    cost.macs = count_macs(definition);
    for (const Operand& operand : definition.operands)
      cost.bytes += operand.type.bytes();
    for (const int result : definition.results)
      cost.bytes += definition.type_of(definition.tensor_of_equation(result)).bytes();
    return cost;
  }

 private:
  static Definition equations(const Definition& definition) {
    return split_stages(simplify(definition));
  }
};

} // namespace

const catalogue::Algorithm& generic_algorithm() {
  static const Generic algorithm;
  return algorithm;
}

} // namespace fovea::kernels
