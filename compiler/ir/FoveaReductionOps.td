#ifndef FOVEA_REDUCTION_OPS_TD
#define FOVEA_REDUCTION_OPS_TD

include "compiler/ir/FoveaOpBase.td"

// What sums, or takes the largest: matrix products, normalisation, reductions.

def Fovea_DenseOp : Fovea_Op<"dense", "Dense",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight, Optional<Fovea_Tensor>:$bias_vector,
         Fovea_Integer<"1">:$outputs, Fovea_Flag<"true">:$bias)> {
  let summary = "a fully connected layer over the last dimension";
  let description = [{
    Operands: input [..., features], weight [outputs, features], and unless `bias false` the bias.

    ```mlir
    %z = fovea.dense %x, %w, %b outputs 10
        : (tensor<1x84xf32>, tensor<10x84xf32>, tensor<10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias_vector^)? `outputs` $outputs (`bias` $bias^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_BatchNormOp : Fovea_Op<"batch_norm", "BatchNorm",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight, Fovea_Tensor:$bias, Fovea_Tensor:$mean,
         Fovea_Tensor:$variance, Fovea_Number<"1e-5">:$epsilon)> {
  let summary = "batch normalisation with stored statistics";
  let description = [{
    Operands: input [batch, channels, ...], then weight, bias, mean and variance, each [channels].

    ```mlir
    %z = fovea.batch_norm %x, %w, %b, %m, %v epsilon 1.000000e-03
        : (tensor<1x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>)
        -> tensor<1x6x4x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight `,` $bias `,` $mean `,` $variance (`epsilon` $epsilon^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_SoftmaxOp : Fovea_Op<"softmax", "Softmax",
    (ins Fovea_Tensor:$input, Fovea_Integer<"-1">:$axis)> {
  let summary = "exp(x) / sum exp(x) along an axis";
  let description = [{
    A negative axis counts from the end.

    ```mlir
    %z = fovea.softmax %x axis 1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`axis` $axis^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif
