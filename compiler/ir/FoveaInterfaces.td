#ifndef FOVEA_INTERFACES_TD
#define FOVEA_INTERFACES_TD

include "mlir/IR/OpBase.td"

def FoveaOpInterface : OpInterface<"FoveaOpInterface"> {
  let cppNamespace = "::fovea::ir";
  let description = [{
    An op whose results follow from its operands by a definition. Everything that passes decide,
    they decide from the definition: never from the op's name.
  }];
  let methods = [
    InterfaceMethod<"What the op computes. The op must be verified.",
                    "::fovea::Definition", "definition">,
    InterfaceMethod<"The op's struct in fovea::ops; for ops without one, the mnemonic.",
                    "::llvm::StringRef", "struct_name">,
    InterfaceMethod<[{
        The result holds the operand's elements in the same row-major order (flatten): it can share
        the operand's memory.
      }], "bool", "is_row_major_view", (ins), "",
      "return ::fovea::ir::is_row_major_view($_op.definition());">,
  ];
}

#endif
