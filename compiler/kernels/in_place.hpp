#pragma once
#include <fovea/catalogue/schedule_check.hpp>
#include <fovea/definition/definition.hpp>

namespace fovea::kernels {

// May the result of these stages, under this schedule, lie where operand `operand` does? So it is
// if each element of the operand is read for the element of the result in its place alone, and that
// one is computed once: the vector that a tail computes again would read what is overwritten.
bool runs_in_place(const Definition& stages, const catalogue::Schedule& schedule,
                   const std::vector<catalogue::StageInfo>& infos, int operand);

} // namespace fovea::kernels
