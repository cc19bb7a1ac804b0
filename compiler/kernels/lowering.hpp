#pragma once
#include "compiler/kernels/narrow_stages.hpp"
#include "compiler/kernels/schedule.hpp"

#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

// Equations to Halide: one equation, one Func. The lowering owns bounds: whatever the schedule,
// nothing is read outside an operand.
namespace fovea::kernels {

struct Realisation {
  std::vector<Halide::ImageParam> operands;
  std::vector<Halide::Func> results;
  Stages stages;
};

// What kernels lowered from these equations let a schedule name.
std::vector<catalogue::StageInfo> stages_of(const Definition& stages,
                                            const NarrowStages& narrow = {});

// Which sums LLVM may contract to multiply-adds, by flags: in vectors from the start, which is
// quicker to compile and faster than what is strict, one `llvm.fma` a lane that LLVM's SLP
// vectoriser makes whole. What reads such a sum must not see the flags
// (docs/decisions/strict-floats.md).
enum class SumArithmetic : uint8_t {
  contracted_products, // of products of two elements as they are stored: whatever else stands in
                       // the system
  contracted,          // all of floats: the algorithm knows their terms
};

// Where reads need a boundary rule along some of a loop only.
enum class Borders : uint8_t {
  own_loops, // that loop is divided: what is inside runs without the rule
  one_loop,  // the rule is decided at each read: several times less code
};

struct LoweringRules {
  SumArithmetic arithmetic = SumArithmetic::contracted_products;
  Borders borders = Borders::own_loops;
};

// `stages` is what split_stages made. Throws fovea::Error where a tensor or an index does not fit
// 32 bits, which Halide's addresses have, and where a read without a boundary rule is outside.
Realisation lower(const Definition& stages, const catalogue::Target& target,
                  const LoweringRules& rules = {}, const NarrowStages& narrow = {});

} // namespace fovea::kernels
