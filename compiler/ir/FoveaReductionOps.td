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

class Fovea_Reduce<string mnemonic, string struct, string what>
    : Fovea_Op<mnemonic, struct,
          (ins Fovea_Tensor:$input, Fovea_List<"{}">:$axes, Fovea_Flag<"false">:$keep_dims)> {
  let summary = what # " along dimensions";
  let description = "Without `axes`: over all. `keep_dims true` leaves extents of 1.\n\n"
      "```mlir\n%z = fovea." # mnemonic # " %x axes [2, 3] : (tensor<1x8x7x7xf32>)"
      " -> tensor<1x8xf32>\n```";
  let assemblyFormat = [{
    $input (`axes` $axes^)? (`keep_dims` $keep_dims^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_ReduceSumOp : Fovea_Reduce<"reduce_sum", "ReduceSum", "the sum">;
def Fovea_ReduceMeanOp : Fovea_Reduce<"reduce_mean", "ReduceMean", "the mean">;
def Fovea_ReduceProdOp : Fovea_Reduce<"reduce_prod", "ReduceProd", "the product">;
def Fovea_ReduceMaxOp : Fovea_Reduce<"reduce_max", "ReduceMax", "the largest">;
def Fovea_ReduceMinOp : Fovea_Reduce<"reduce_min", "ReduceMin", "the least">;
def Fovea_ReduceL1Op : Fovea_Reduce<"reduce_l1", "ReduceL1", "the sum of magnitudes">;
def Fovea_ReduceL2Op : Fovea_Reduce<"reduce_l2", "ReduceL2", "the Euclidean norm">;
def Fovea_ReduceLogSumOp
    : Fovea_Reduce<"reduce_log_sum", "ReduceLogSum", "the logarithm of the sum">;
def Fovea_ReduceLogSumExpOp
    : Fovea_Reduce<"reduce_log_sum_exp", "ReduceLogSumExp", "log(sum exp(x))">;
def Fovea_ReduceSumSquareOp
    : Fovea_Reduce<"reduce_sum_square", "ReduceSumSquare", "the sum of squares">;

def Fovea_MatmulOp : Fovea_Op<"matmul", "Matmul", (ins Fovea_Tensor:$left, Fovea_Tensor:$right)> {
  let summary = "matrix products, as numpy's matmul";
  let description = [{
    Leading dimensions broadcast; an operand of one dimension is a row on the left and a column on
    the right.

    ```mlir
    %z = fovea.matmul %a, %b : (tensor<8x2x3xf32>, tensor<3x4xf32>) -> tensor<8x2x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $left `,` $right (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_GemmOp : Fovea_Op<"gemm", "Gemm",
    (ins Fovea_Tensor:$left, Fovea_Tensor:$right, Optional<Fovea_Tensor>:$added,
         Fovea_Number<"1.0">:$alpha, Fovea_Number<"1.0">:$beta, Fovea_Flag<"false">:$trans_a,
         Fovea_Flag<"false">:$trans_b)> {
  let summary = "alpha * left * right + beta * added";
  let description = [{
    With `trans_a` the left matrix stands transposed, with `trans_b` the right one; what is added
    broadcasts.

    ```mlir
    %z = fovea.gemm %a, %b, %c trans_b true
        : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $left `,` $right (`,` $added^)? (`alpha` $alpha^)? (`beta` $beta^)? (`trans_a` $trans_a^)?
    (`trans_b` $trans_b^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

class Fovea_GlobalPool<string mnemonic, string struct, string what, dag after = (ins),
                       string own_format = "">
    : Fovea_Op<mnemonic, struct, !con((ins Fovea_Tensor:$input), after)> {
  let summary = what # " of each channel's map";
  let description = "[batch, channels, space...] becomes [batch, channels, 1...].\n\n"
      "```mlir\n%z = fovea." # mnemonic # " %x : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>\n```";
  let assemblyFormat = "$input " # own_format # [{
    (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_GlobalAvgPoolOp : Fovea_GlobalPool<"global_avg_pool", "GlobalAvgPool", "the mean">;
def Fovea_GlobalMaxPoolOp : Fovea_GlobalPool<"global_max_pool", "GlobalMaxPool", "the largest">;
def Fovea_GlobalLpPoolOp
    : Fovea_GlobalPool<"global_lp_pool", "GlobalLpPool", "the p-norm", (ins Fovea_Integer<"2">:$p),
                       "(`p` $p^)?">;

def Fovea_LrnOp : Fovea_Op<"lrn", "Lrn",
    (ins Fovea_Tensor:$input, Fovea_Integer<"5">:$size, Fovea_Number<"1e-4">:$alpha,
         Fovea_Number<"0.75">:$beta, Fovea_Number<"1.0">:$bias)> {
  let summary = "local response normalisation across channels";
  let description = [{
    Input [batch, channels, ...]: x / (bias + alpha/size * the sum of squares of `size` channels
    around it)^beta.

    ```mlir
    %z = fovea.lrn %x size 3 : (tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`size` $size^)? (`alpha` $alpha^)? (`beta` $beta^)? (`bias` $bias^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_LocalContrastNormOp : Fovea_Op<"local_contrast_norm", "LocalContrastNorm",
    (ins Fovea_Tensor:$input, Fovea_Integer<"9">:$size, Fovea_Number<"2.25">:$sigma,
         Fovea_Number<"1e-4">:$epsilon)> {
  let summary = "subtractive and divisive normalisation by what is around each element";
  let description = [{
    Input [batch, channels, space...]. Around an element are `size` elements in each spatial
    dimension of all channels, weighted by a Gaussian of width `sigma`; no divisor is below
    `epsilon`.

    ```mlir
    %z = fovea.local_contrast_norm %x size 7 sigma 1.750000e+00
        : (tensor<1x3x32x32xf32>) -> tensor<1x3x32x32xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`size` $size^)? (`sigma` $sigma^)? (`epsilon` $epsilon^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_MaxoutOp : Fovea_Op<"maxout", "Maxout",
    (ins Fovea_Tensor:$input, Fovea_Integer<"2">:$pieces, Fovea_Integer<"1">:$axis)> {
  let summary = "the largest of each `pieces` neighbours along an axis";
  let description = [{
    A negative axis counts from the end.

    ```mlir
    %z = fovea.maxout %x pieces 4 : (tensor<1x8x7x7xf32>) -> tensor<1x2x7x7xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`pieces` $pieces^)? (`axis` $axis^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_GroupNormOp : Fovea_Op<"group_norm", "GroupNorm",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight, Fovea_Tensor:$bias,
         Fovea_Integer<"1">:$groups, Fovea_Number<"1e-5">:$epsilon)> {
  let summary = "normalisation of each group of channels by its own statistics";
  let description = [{
    Operands: input [batch, channels, space...], weight and bias [channels].

    ```mlir
    %z = fovea.group_norm %x, %w, %b groups 2
        : (tensor<1x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<1x6x4x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight `,` $bias (`groups` $groups^)? (`epsilon` $epsilon^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_InstanceNormOp : Fovea_Op<"instance_norm", "InstanceNorm",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight, Fovea_Tensor:$bias,
         Fovea_Number<"1e-5">:$epsilon)> {
  let summary = "normalisation of each channel of each image by its own statistics";
  let description = [{
    Operands: input [batch, channels, space...], weight and bias [channels].

    ```mlir
    %z = fovea.instance_norm %x, %w, %b
        : (tensor<1x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<1x6x4x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight `,` $bias (`epsilon` $epsilon^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_LayerNormOp : Fovea_Op<"layer_norm", "LayerNorm",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight, Optional<Fovea_Tensor>:$bias_vector,
         Fovea_Integer<"-1">:$axis, Fovea_Number<"1e-5">:$epsilon, Fovea_Flag<"true">:$bias)> {
  let summary = "normalisation over the dimensions from an axis on";
  let description = [{
    Weight, and unless `bias false` the bias, have the shape of those dimensions. A negative axis
    counts from the end.

    ```mlir
    %z = fovea.layer_norm %x, %w, %b
        : (tensor<1x7x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x7x64xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias_vector^)? (`axis` $axis^)? (`epsilon` $epsilon^)? (`bias` $bias^)?
    (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_LpNormalizationOp : Fovea_Op<"lp_normalization", "LpNormalization",
    (ins Fovea_Tensor:$input, Fovea_Integer<"-1">:$axis, Fovea_Integer<"2">:$p)> {
  let summary = "x / (sum |x|^p)^(1/p) along an axis; 0 where the norm is";
  let description = [{
    A negative axis counts from the end.

    ```mlir
    %z = fovea.lp_normalization %x axis 1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`axis` $axis^)? (`p` $p^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

class Fovea_Arg<string mnemonic, string struct, string what>
    : Fovea_Op<mnemonic, struct,
          (ins Fovea_Tensor:$input, Fovea_Integer<"0">:$axis, Fovea_Flag<"false">:$keep_dims,
               Fovea_Flag<"false">:$select_last_index)> {
  let summary = "the place of the " # what # " element along an axis";
  let description = "Of several the first, with `select_last_index true` the last; a NaN's where"
      " there is one.\n\n```mlir\n%z = fovea." # mnemonic # " %x axis 1 : (tensor<1x10xf32>)"
      " -> tensor<1xi64>\n```";
  let assemblyFormat = [{
    $input (`axis` $axis^)? (`keep_dims` $keep_dims^)? (`select_last_index` $select_last_index^)?
    (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_ArgMaxOp : Fovea_Arg<"arg_max", "ArgMax", "largest">;
def Fovea_ArgMinOp : Fovea_Arg<"arg_min", "ArgMin", "least">;

def Fovea_LogSoftmaxOp : Fovea_Op<"log_softmax", "LogSoftmax",
    (ins Fovea_Tensor:$input, Fovea_Integer<"-1">:$axis)> {
  let summary = "the logarithm of softmax along an axis";
  let description = [{
    A negative axis counts from the end.

    ```mlir
    %z = fovea.log_softmax %x axis 1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`axis` $axis^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_HardmaxOp : Fovea_Op<"hardmax", "Hardmax",
    (ins Fovea_Tensor:$input, Fovea_Integer<"-1">:$axis)> {
  let summary = "1 at the first of the largest elements along an axis, else 0";
  let description = [{
    A negative axis counts from the end.

    ```mlir
    %z = fovea.hardmax %x axis 1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`axis` $axis^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif
