#ifndef FOVEA_OPS_TD
#define FOVEA_OPS_TD

// One record per op of fovea/ops, by kind.
include "compiler/ir/FoveaMovementOps.td"
include "compiler/ir/FoveaPointwiseOps.td"
include "compiler/ir/FoveaReductionOps.td"
include "compiler/ir/FoveaWindowOps.td"

#endif
