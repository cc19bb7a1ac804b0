#ifndef FOVEA_WINDOW_OPS_TD
#define FOVEA_WINDOW_OPS_TD

include "compiler/ir/FoveaOpBase.td"

// Windows over spatial dimensions: convolutions and their kin, pooling.

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

// Convolutions; `inputs` are the data operands, `own` the attributes behind those of all of them.
class Fovea_Convolution<string mnemonic, string struct, dag inputs, string inputs_format = "$input",
                        dag own = (ins), string own_format = "">
    : Fovea_Window<mnemonic, struct,
        !con(inputs, (ins Fovea_Tensor:$weight, Optional<Fovea_Tensor>:$bias_vector)),
        (ins Fovea_Integer<"1">:$filters),
        !con((ins Fovea_Integer<"1">:$groups, Fovea_Flag<"true">:$bias), own)> {
  let assemblyFormat = inputs_format # [{
    `,` $weight (`,` $bias_vector^)? `filters` $filters }] # window_format # [{
    (`groups` $groups^)? (`bias` $bias^)? }] # own_format # [{ (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_ConvOp : Fovea_Convolution<"conv", "Conv", (ins Fovea_Tensor:$input)> {
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
}

def Fovea_FlippedConvOp
    : Fovea_Convolution<"flipped_conv", "FlippedConv", (ins Fovea_Tensor:$input)> {
  let summary = "convolution with a flipped kernel, as in mathematics";
  let description = [{
    Operands and attributes are those of `fovea.conv`.

    ```mlir
    %z = fovea.flipped_conv %x, %w, %b filters 6 kernel [5, 5]
        : (tensor<1x1x28x28xf32>, tensor<6x1x5x5xf32>, tensor<6xf32>) -> tensor<1x6x24x24xf32>
    ```
  }];
}

def Fovea_UnsharedConvOp
    : Fovea_Convolution<"unshared_conv", "UnsharedConv", (ins Fovea_Tensor:$input)> {
  let summary = "convolution with a kernel of its own at each place: a locally connected layer";
  let description = [{
    Operands: input [batch, channels, space...], weight [filters, outputs..., channels/groups,
    kernel...], and unless `bias false` the bias [filters, outputs...].

    ```mlir
    %z = fovea.unshared_conv %x, %w, %b filters 6 kernel [5, 5]
        : (tensor<1x1x9x8xf32>, tensor<6x5x4x1x5x5xf32>, tensor<6x5x4xf32>) -> tensor<1x6x5x4xf32>
    ```
  }];
}

def Fovea_TiledConvOp
    : Fovea_Convolution<"tiled_conv", "TiledConv", (ins Fovea_Tensor:$input), "$input",
                        (ins Fovea_List<"{1}">:$period), "(`period` $period^)?"> {
  let summary = "convolution whose places take turns with kernels";
  let description = [{
    Operands: input [batch, channels, space...], weight [filters, channels/groups, kernel...,
    period...], and unless `bias false` the bias [filters, period...].

    ```mlir
    %z = fovea.tiled_conv %x, %w, %b filters 6 kernel [5, 5] period [2, 2]
        : (tensor<1x1x9x8xf32>, tensor<6x1x5x5x2x2xf32>, tensor<6x2x2xf32>) -> tensor<1x6x5x4xf32>
    ```
  }];
}

def Fovea_DeformConvOp
    : Fovea_Convolution<"deform_conv", "DeformConv",
                        (ins Fovea_Tensor:$input, Fovea_Tensor:$offsets), "$input `,` $offsets",
                        (ins Fovea_Integer<"1">:$offset_groups),
                        "(`offset_groups` $offset_groups^)?"> {
  let summary = "convolution of what stands at offsets from the kernel's places";
  let description = [{
    Operands: input [batch, channels, space...], offsets [batch, offset_groups * kernel elements *
    dimensions, outputs...], then weight and bias of `fovea.conv`.

    ```mlir
    %z = fovea.deform_conv %x, %o, %w, %b filters 6 kernel [3, 3]
        : (tensor<1x4x8x8xf32>, tensor<1x18x6x6xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>)
        -> tensor<1x6x6x6xf32>
    ```
  }];
}

def Fovea_ModulatedDeformConvOp
    : Fovea_Convolution<"modulated_deform_conv", "ModulatedDeformConv",
                        (ins Fovea_Tensor:$input, Fovea_Tensor:$offsets, Fovea_Tensor:$mask),
                        "$input `,` $offsets `,` $mask", (ins Fovea_Integer<"1">:$offset_groups),
                        "(`offset_groups` $offset_groups^)?"> {
  let summary = "deformable convolution with a factor for each element that is read";
  let description = [{
    Operands: input and offsets of `fovea.deform_conv`, mask [batch, offset_groups * kernel
    elements, outputs...], then weight and bias of `fovea.conv`.

    ```mlir
    %z = fovea.modulated_deform_conv %x, %o, %m, %w, %b filters 6 kernel [3, 3]
        : (tensor<1x4x8x8xf32>, tensor<1x18x6x6xf32>, tensor<1x9x6x6xf32>, tensor<6x4x3x3xf32>,
           tensor<6xf32>) -> tensor<1x6x6x6xf32>
    ```
  }];
}

def Fovea_InvolutionOp : Fovea_Window<"involution", "Involution",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$kernels), (ins),
    (ins Fovea_Integer<"1">:$groups)> {
  let summary = "windows times kernels that an operand gives for each place";
  let description = [{
    Operands: input [batch, channels, space...], kernels [batch, groups * kernel elements,
    outputs...].

    ```mlir
    %z = fovea.involution %x, %k kernel [3, 3] padding same groups 2
        : (tensor<1x4x8x8xf32>, tensor<1x18x8x8xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let assemblyFormat = "$input `,` $kernels" # window_format # [{
    (`groups` $groups^)? (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
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

def Fovea_MinPoolOp : Fovea_Pool<"min_pool", "MinPool"> {
  let summary = "the minimum of each window";
  let description = [{
    Padding never wins; a NaN in the window does. `ceil_mode` keeps a last, partial window.

    ```mlir
    %z = fovea.min_pool %x kernel [3, 3] stride [2, 2] padding explicit from [1, 1] to [1, 1]
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

def Fovea_WeightedAvgPoolOp : Fovea_Window<"weighted_avg_pool", "WeightedAvgPool",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$weight), (ins),
    (ins Fovea_Flag<"false">:$ceil_mode)> {
  let summary = "the weighted mean of each window";
  let description = [{
    Operands: input [batch, channels, space...], weight [kernel...], the same for all channels. Over
    the elements inside the input.

    ```mlir
    %z = fovea.weighted_avg_pool %x, %w kernel [2, 2] stride [2, 2]
        : (tensor<1x6x28x28xf32>, tensor<2x2xf32>) -> tensor<1x6x14x14xf32>
    ```
  }];
  let assemblyFormat = "$input `,` $weight" # window_format # [{
    (`ceil_mode` $ceil_mode^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

class Fovea_AdaptivePool<string mnemonic, string struct, string what>
    : Fovea_Op<mnemonic, struct, (ins Fovea_Tensor:$input, Fovea_List<"{1}">:$outputs)> {
  let summary = what # " of windows that follow from the extents of the result";
  let description = "`outputs`: those extents. Neighbouring windows may overlap.\n\n"
      "```mlir\n%z = fovea." # mnemonic # " %x outputs [7, 7]\n"
      "    : (tensor<1x8x30x31xf32>) -> tensor<1x8x7x7xf32>\n```";
  let assemblyFormat = [{
    $input (`outputs` $outputs^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_AdaptiveAvgPoolOp
    : Fovea_AdaptivePool<"adaptive_avg_pool", "AdaptiveAvgPool", "the mean">;
def Fovea_AdaptiveMaxPoolOp
    : Fovea_AdaptivePool<"adaptive_max_pool", "AdaptiveMaxPool", "the largest">;

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

def Fovea_Im2colOp : Fovea_Window<"im2col", "Im2col", (ins Fovea_Tensor:$input), (ins), (ins)> {
  let summary = "the windows of a convolution as columns";
  let description = [{
    Input [batch, channels, space...], result [batch, channels * kernel elements, places].

    ```mlir
    %z = fovea.im2col %x kernel [3, 3]
        : (tensor<1x4x8x8xf32>) -> tensor<1x36x36xf32>
    ```
  }];
  let assemblyFormat = "$input" # window_format # [{
    (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_Col2imOp : Fovea_Window<"col2im", "Col2im", (ins Fovea_Tensor:$input),
    (ins Fovea_List<"{1}">:$space), (ins)> {
  let summary = "columns of windows added up";
  let description = [{
    Input [batch, channels * kernel elements, places], result [batch, channels, space...].

    ```mlir
    %z = fovea.col2im %x space [8, 8] kernel [3, 3]
        : (tensor<1x36x36xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let assemblyFormat = "$input `space` $space" # window_format # [{
    (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif
