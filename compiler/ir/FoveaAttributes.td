#ifndef FOVEA_ATTRIBUTES_TD
#define FOVEA_ATTRIBUTES_TD

include "compiler/ir/FoveaDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

class Fovea_Attr<string name, string mnemonic_> : AttrDef<Fovea_Dialect, name> {
  let mnemonic = mnemonic_;
}

def Fovea_Layout : Fovea_Attr<"Layout", "layout"> {
  let summary = "the order of a tensor's elements in memory";
  let description = [{
    The encoding of a tensor type; a tensor without one is row-major. `nchw` is row-major too,
    `nhwc` puts channels innermost, and `nchw<c>c` (`nchw8c`) puts blocks of c channels innermost.

    ```mlir
    tensor<1x16x28x28xf32, #fovea.layout<nchw8c>>
    ```
  }];
  let parameters = (ins StringRefParameter<"nchw, nhwc or nchw<c>c">:$name);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Channels in an innermost block; 0 for layouts without blocks.
    int64_t channel_block() const;
  }];
}

def Fovea_Schedule : Fovea_Attr<"Schedule", "schedule"> {
  let summary = "how a kernel is computed, as schedule text";
  let description = [{
    The text is checked by the catalogue's schedule parser. A schedule never changes what a kernel
    computes.

    ```mlir
    #fovea.schedule<"pointwise | tile x=8 | vectorize x.lane=8">
    ```
  }];
  let parameters = (ins StringRefParameter<"schedule text">:$text);
  let assemblyFormat = "`<` $text `>`";
  let genVerifyDecl = 1;
}

#endif
