#ifndef FOVEA_WINDOW_OPS_TD
#define FOVEA_WINDOW_OPS_TD

include "compiler/ir/FoveaOpBase.td"

// Windows over spatial dimensions: convolutions, pooling.

// Lists have one entry for all spatial dimensions or one per dimension.
class Fovea_Window<string mnemonic, string struct, dag operands_, dag before, dag after>
    : Fovea_Op<mnemonic, struct, !con(operands_, before,
        (ins Fovea_List<"{1}">:$kernel, Fovea_List<"{1}">:$stride, Fovea_List<"{1}">:$dilation,
             Fovea_Name<"valid">:$padding, Fovea_List<"{}">:$pad_begin,
             Fovea_List<"{}">:$pad_end), after)> {
  string window_format = [{
    `kernel` $kernel (`stride` $stride^)? (`dilation` $dilation^)?
    (`padding` custom<Keyword>($padding)^)? (`from` $pad_begin^)? (`to` $pad_end^)?
  }];
}

def Fovea_ConvOp : Fovea_Window<"conv", "Conv",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight, Optional<Fovea_Tensor>:$bias_vector),
    (ins Fovea_Integer<"1">:$filters),
    (ins Fovea_Integer<"1">:$groups, Fovea_Flag<"true">:$bias)> {
  let summary = "convolution (cross-correlation) in 1, 2 or 3 dimensions";
  let description = [{
    Operands: input [batch, channels, space...], weight [filters, channels/groups, kernel...], and
    unless `bias false` the bias [filters]. `padding` is valid, same or explicit; then
    `from` and `to` give the elements added in front and behind.

    ```mlir
    %z = fovea.conv %x, %w, %b filters 6 kernel [5, 5] padding same
        : (tensor<1x1x28x28xf32>, tensor<6x1x5x5xf32>, tensor<6xf32>) -> tensor<1x6x28x28xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias_vector^)? `filters` $filters }] # window_format # [{
    (`groups` $groups^)? (`bias` $bias^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

class Fovea_Pool<string mnemonic, string struct, dag after = (ins)>
    : Fovea_Window<mnemonic, struct, (ins Fovea_Tensor:$input), (ins),
                   !con((ins Fovea_Flag<"false">:$ceil_mode), after)>;

def Fovea_MaxPoolOp : Fovea_Pool<"max_pool", "MaxPool"> {
  let summary = "the maximum of each window";
  let description = [{
    Padding never wins; a NaN in the window does. `ceil_mode` keeps a last, partial window.

    ```mlir
    %z = fovea.max_pool %x kernel [3, 3] stride [2, 2] padding explicit from [1, 1] to [1, 1]
        : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
    ```
  }];
  let assemblyFormat = "$input" # window_format # [{
    (`ceil_mode` $ceil_mode^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_AvgPoolOp : Fovea_Pool<"avg_pool", "AvgPool",
    (ins Fovea_Flag<"false">:$count_include_pad)> {
  let summary = "the mean of each window";
  let description = [{
    Over the elements inside the input; with `count_include_pad` over the padding as well.

    ```mlir
    %z = fovea.avg_pool %x kernel [2, 2] stride [2, 2]
        : (tensor<1x6x28x28xf32>) -> tensor<1x6x14x14xf32>
    ```
  }];
  let assemblyFormat = "$input" # window_format # [{
    (`ceil_mode` $ceil_mode^)? (`count_include_pad` $count_include_pad^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_ArgMaxPoolOp : Fovea_Pool<"arg_max_pool", "ArgMaxPool",
    (ins Fovea_Flag<"false">:$column_major)> {
  let summary = "where the maximum of each window stands";
  let description = [{
    Its number among all elements of the input.

    ```mlir
    %z = fovea.arg_max_pool %x kernel [2, 2] stride [2, 2]
        : (tensor<1x6x28x28xf32>) -> tensor<1x6x14x14xi64>
    ```
  }];
  let assemblyFormat = "$input" # window_format # [{
    (`ceil_mode` $ceil_mode^)? (`column_major` $column_major^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_LpPoolOp : Fovea_Pool<"lp_pool", "LpPool", (ins Fovea_Integer<"2">:$p)> {
  let summary = "the p-norm of each window";
  let description = [{
    Padding counts as zeros.

    ```mlir
    %z = fovea.lp_pool %x kernel [2, 2] stride [2, 2]
        : (tensor<1x6x28x28xf32>) -> tensor<1x6x14x14xf32>
    ```
  }];
  let assemblyFormat = "$input" # window_format # [{
    (`ceil_mode` $ceil_mode^)? (`p` $p^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_ConvTransposeOp : Fovea_Window<"conv_transpose", "ConvTranspose",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight, Optional<Fovea_Tensor>:$bias_vector),
    (ins Fovea_Integer<"1">:$filters),
    (ins Fovea_List<"{0}">:$output_padding, Fovea_Integer<"1">:$groups, Fovea_Flag<"true">:$bias)> {
  let summary = "transposed convolution in 1, 2 or 3 dimensions";
  let description = [{
    Operands: input [batch, channels, space...], weight [channels, filters/groups, kernel...], and
    unless `bias false` the bias [filters]. `from` and `to` give what padding explicit takes off the
    result in front and behind, `output_padding` what is added behind.

    ```mlir
    %z = fovea.conv_transpose %x, %w, %b filters 6 kernel [2, 2] stride [2, 2]
        : (tensor<1x4x8x8xf32>, tensor<4x6x2x2xf32>, tensor<6xf32>) -> tensor<1x6x16x16xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias_vector^)? `filters` $filters }] # window_format # [{
    (`output_padding` $output_padding^)? (`groups` $groups^)? (`bias` $bias^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

#endif
