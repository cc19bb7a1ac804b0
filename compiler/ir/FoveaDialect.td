#ifndef FOVEA_DIALECT_TD
#define FOVEA_DIALECT_TD

include "mlir/IR/OpBase.td"

def Fovea_Dialect : Dialect {
  let name = "fovea";
  let cppNamespace = "::fovea::ir";
  let summary = "Convolutional networks, from layers to planned kernels";
  let description = [{
    Values are ranked tensors of static shape. An op is either a layer of `fovea/ops`, whose
    meaning is the `Definition` of its struct, or `fovea.equation`, which carries a definition
    itself. Passes group them into `fovea.kernel`s, the units that are compiled.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = "void register_attributes(); void register_layers();";
}

// The predicate is C++ (types.hpp), so that the IR admits what a fovea::TensorType can hold.
def Fovea_Tensor : Type<CPred<"::fovea::ir::is_tensor($_self)">,
    "tensor of static shape, rank at most 12, of f16, bf16, f32, f64, i8, ui8, i32, i64 or i1 "
    "elements", "::mlir::RankedTensorType">;

def Fovea_Scalar : Type<CPred<"::fovea::ir::is_scalar($_self)">,
    "f16, bf16, f32, f64, i8, ui8, i32, i64 or i1">;

#endif
