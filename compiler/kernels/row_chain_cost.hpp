#pragma once
#include "compiler/kernels/realisable.hpp"
#include "compiler/kernels/row_chain.hpp"

namespace fovea::kernels {

// `stages`: what split_stages made of the chain's system.
Work row_chain_work(const RowChain& chain, const Definition& stages,
                    const catalogue::Machine& machine);

} // namespace fovea::kernels
