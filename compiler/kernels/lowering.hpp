#pragma once
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
std::vector<catalogue::StageInfo> stages_of(const Definition& stages);

// How the terms of a sum of products are added to it.
enum class SumArithmetic : uint8_t {
  strict,     // one `llvm.fma` a lane, which LLVM's SLP vectoriser makes whole
  contracted, // flags that let LLVM contract, in vectors from the start: quicker to compile and
              // faster; what reads the sum must not see the flags (docs/decisions/strict-floats.md)
};

// `stages` is what split_stages made. Throws fovea::Error where a tensor or an index does not fit
// 32 bits, which Halide's addresses have, and where a read without a boundary rule is outside.
Realisation lower(const Definition& stages, const catalogue::Target& target,
                  SumArithmetic arithmetic = SumArithmetic::strict);

} // namespace fovea::kernels
