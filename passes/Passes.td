#ifndef FOVEA_PASSES_TD
#define FOVEA_PASSES_TD

include "mlir/Pass/PassBase.td"

// One record, one .cpp of the same name, one lit test of the same name. Passes are made from
// PipelineOptions (Pipeline.hpp), which carries the catalogue.

class Fovea_Pass<string name, string create> : Pass<"fovea-" # name, "::mlir::func::FuncOp"> {
  let constructor = create # "({})";
  let dependentDialects = ["::fovea::ir::FoveaDialect"];
}

def Canonicalise : Fovea_Pass<"canonicalise", "::fovea::passes::create_canonicalise"> {
  let summary = "drops identities, repeated and unused ops";
  let description = [{
    By definitions, not by names: an op whose definition copies its operand (dropout at inference)
    is its operand; two ops of equal definitions and operands are one; what nothing uses goes.
    Weights stay, used or not: they are the network's interface.
  }];
}

def ChainJoins : Fovea_Pass<"chain-joins", "::fovea::passes::create_chain_joins"> {
  let summary = "builds concatenations from earlier ones";
  let description = [{
    Where the operands of an earlier concatenation stand side by side in a later one, the later one
    reads the earlier one's result instead: `concat(a, b, c)` after `concat(a, b)` is
    `concat(concat(a, b), c)`. Then each tensor stands in one concatenation only, and all of them can
    be one memory.
  }];
}

def HoistWeights : Fovea_Pass<"hoist-weights", "::fovea::passes::create_hoist_weights"> {
  let summary = "takes out of ops what they compute of weights alone";
  let description = [{
    Of ops that work element by element: the parts that depend on weights, and on fewer dimensions
    than the result, become ops of their own, which `fovea-prepare` later has computed once. Unless
    results are to be exact, what is affine in its input, as a batch normalisation is, becomes one
    multiplication and one addition.
  }];
}

def Fuse : Fovea_Pass<"fuse", "::fovea::passes::create_fuse"> {
  let summary = "groups ops into kernels";
  let description = [{
    Every op but weights and views becomes the anchor of a `fovea.kernel`; an op that works element
    by element joins the kernel of its operand where nothing else reads that operand and the
    anchor's algorithm accepts it as an epilogue, or else the kernel that alone reads its result,
    where that kernel's algorithm accepts it as a prologue.
  }];
}

def ChainConvolutions : Fovea_Pass<"chain-convolutions", "::fovea::passes::create_chain_convolutions"> {
  let summary = "makes one kernel of convolutions whose intermediate results need not be in memory";
  let description = [{
    Convolutions one behind the other, and a convolution whose maps are pooled as wholes:
    kernels each of which alone reads what the one before makes become one where an algorithm of the
    catalogue computes them together and is estimated to take less time than they do apart. Such a
    run is divided into the kernels that take least. Layers with a choice of the user's stay.
  }];
}

def AssignLayouts : Fovea_Pass<"assign-layouts", "::fovea::passes::create_assign_layouts"> {
  let summary = "says in which order tensors between kernels lie in memory";
  let description = [{
    Row-major, or the channels in blocks of a vector, as the algorithms that make and read a tensor
    prefer: the choice of least estimated time for all kernels together. Inputs, outputs, weights
    and what a view reads stay row-major.
  }];
}

def ShareMemory : Fovea_Pass<"share-memory", "::fovea::passes::create_share_memory"> {
  let summary = "makes tensors where they are needed side by side";
  let description = [{
    A kernel that only puts its operands side by side becomes a `fovea.join`, one that takes a range
    of its operand a `fovea.part`, where ranges are contiguous in memory. What cannot be made in its
    place (an input, a tensor that stands in another already, one in another layout) is copied there
    by a kernel of its own, if that costs less than to copy all.
  }];
}

def Prepare : Pass<"fovea-prepare", "::mlir::ModuleOp"> {
  let constructor = "::fovea::passes::create_prepare({})";
  let dependentDialects = ["::fovea::ir::FoveaDialect"];
  let summary = "moves what depends on weights alone to a function that runs once";
  let description = [{
    Each network gets a function `<name>_prepare` with the attribute `fovea.prepare`, which holds
    the kernels that read nothing but weights and whose results are no outputs; equal ones once.
    The network reads its results by `fovea.prepared`. Without such kernels: nothing.
  }];
}

def Select : Fovea_Pass<"select", "::fovea::passes::create_select"> {
  let summary = "gives each kernel an algorithm, a schedule and a symbol";
  let description = [{
    The user's choice for the layer, else the algorithm of least cost in the catalogue with its
    default schedule. The symbol is a hash of all that makes the code, so that equal kernels are
    compiled once. Operands that depend on weights alone and that the algorithm wants packed or
    transformed are made so by a kernel in front.
  }];
}

def MaterialiseOutputs
    : Fovea_Pass<"materialise-outputs", "::fovea::passes::create_materialise_outputs"> {
  let summary = "makes every output the result of a kernel of its own";
  let description = [{
    An output that is an input, a weight, or memory of another output gets a kernel that copies, so
    that each output is written once, in place, by the kernel that makes it.
  }];
}

def PlanMemory : Fovea_Pass<"plan-memory", "::fovea::passes::create_plan_memory"> {
  let summary = "places every tensor between kernels in one arena";
  let description = [{
    What is joined has one buffer. Tensors whose lifetimes do not overlap may share bytes; a result is
    written over an operand that nobody reads any more where the kernel's algorithm, under its
    schedule, reads each element for the one in its place alone. Sets `offsets` on kernels, and
    `fovea.arena_bytes` and `fovea.arena_lower_bound` (the most bytes alive at once) on the function.
  }];
}

#endif
