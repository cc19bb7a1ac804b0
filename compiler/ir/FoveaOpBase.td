#ifndef FOVEA_OP_BASE_TD
#define FOVEA_OP_BASE_TD

include "compiler/ir/FoveaAttributes.td"
include "compiler/ir/FoveaInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// An op whose meaning is the struct fovea::ops::<struct>: shape rule and definition are the
// struct's, and its attributes have the names and defaults of the struct's fields (tests/ir
// compares them). What is written here is the textual form.
class Fovea_Op<string mnemonic, string struct, dag ins_, list<Trait> traits = []>
    : Op<Fovea_Dialect, mnemonic,
         traits # [Pure, DeclareOpInterfaceMethods<FoveaOpInterface>]> {
  let arguments = !con(ins_, (ins OptionalAttr<StrAttr>:$layer));
  let results = (outs Fovea_Tensor:$result);
  let hasVerifier = 1;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::verify() {
      return ::fovea::ir::verify_as<::fovea::ops::}] # struct # [{>(getOperation());
    }
    ::fovea::Definition $cppClass::definition() {
      return ::fovea::ir::definition_as<::fovea::ops::}] # struct # [{>(getOperation());
    }
    ::llvm::StringRef $cppClass::struct_name() { return "}] # struct # [{"; }
  }];
}

class Fovea_List<string default> : DefaultValuedAttr<DenseI64ArrayAttr, default>;
class Fovea_Name<string default> : DefaultValuedStrAttr<StrAttr, default>;
class Fovea_Integer<string default> : DefaultValuedAttr<I64Attr, default>;
class Fovea_Number<string default> : DefaultValuedAttr<F64Attr, default>;
class Fovea_Flag<string default> : DefaultValuedAttr<BoolAttr, default>;

#endif
