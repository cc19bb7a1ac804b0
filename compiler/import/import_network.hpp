#pragma once
#include <fovea/graph/network.hpp>

#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/MLIRContext.h>
#include <mlir/IR/OwningOpRef.h>

namespace fovea::ir {

// The captured graph as a module with one function of the network's name: its arguments are the
// inputs, its results the outputs (each with its name as the attribute `fovea.name`), its weights
// are `fovea.parameter` ops, and every node is the op `fovea.<name>` with the node's attributes. A
// node whose op the dialect does not have becomes a `fovea.equation` of its definition. Locations
// are the user's lines under the layer's name. Throws Error where an op's verifier refuses it.
mlir::OwningOpRef<mlir::ModuleOp> import_network(const Network& network,
                                                 mlir::MLIRContext& context);

} // namespace fovea::ir
