#ifndef FOVEA_MOVEMENT_OPS_TD
#define FOVEA_MOVEMENT_OPS_TD

include "compiler/ir/FoveaOpBase.td"

// Elements in other places: nothing is computed.

def Fovea_FlattenOp : Fovea_Op<"flatten", "Flatten",
    (ins Fovea_Tensor:$input, Fovea_Integer<"1">:$axis)> {
  let summary = "joins the dimensions before the axis into one, those from it on into another";
  let description = [{
    ```mlir
    %z = fovea.flatten %x : (tensor<1x120x1x1xf32>) -> tensor<1x120xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`axis` $axis^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_DropoutOp : Fovea_Op<"dropout", "Dropout",
    (ins Fovea_Tensor:$input, Fovea_Number<"0.5">:$rate)> {
  let summary = "dropout as inference sees it: the identity";
  let description = [{
    ```mlir
    %z = fovea.dropout %x rate 2.000000e-01 : (tensor<1x84xf32>) -> tensor<1x84xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`rate` $rate^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_ConcatOp : Fovea_Op<"concat", "Concat",
    (ins Variadic<Fovea_Tensor>:$inputs, Fovea_Integer<"1">:$axis)> {
  let summary = "joins tensors along an axis";
  let description = [{
    ```mlir
    %z = fovea.concat %x, %y axis 1
        : (tensor<1x64x28x28xf32>, tensor<1x32x28x28xf32>) -> tensor<1x96x28x28xf32>
    ```
  }];
  let assemblyFormat = [{
    $inputs (`axis` $axis^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif
