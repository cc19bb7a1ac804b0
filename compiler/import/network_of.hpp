#pragma once
#include <fovea/graph/network.hpp>

#include <mlir/IR/BuiltinOps.h>

namespace fovea::ir {

// The inverse of import_network: the network whose module this is, with names, order and lines, but
// without the weights' contents; import_network makes the same text of it again. Ops become their
// structs by name, a `fovea.equation` keeps its definition. A layer without a name is numbered.
//
// The module is verified, but may come from anywhere: what a network cannot hold is refused (other
// dialects, IR of later phases, unknown attributes, names that occur twice), and so are sizes that
// would make later phases run out of stack or time. Throws Error at the op's line.
Network network_of(mlir::ModuleOp module);

} // namespace fovea::ir
