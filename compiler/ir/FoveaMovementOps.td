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

def Fovea_TransposeOp : Fovea_Op<"transpose", "Transpose",
    (ins Fovea_Tensor:$input, Fovea_List<"{}">:$permutation)> {
  let summary = "dimension d of the result is dimension permutation[d] of the input";
  let description = [{
    ```mlir
    %z = fovea.transpose %x permutation [0, 2, 3, 1]
        : (tensor<1x3x224x224xf32>) -> tensor<1x224x224x3xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`permutation` $permutation^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_ReshapeOp : Fovea_Op<"reshape", "Reshape",
    (ins Fovea_Tensor:$input, Fovea_List<"{-1}">:$shape)> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    ```mlir
    %z = fovea.reshape %x shape [0, -1] : (tensor<1x120x1x1xf32>) -> tensor<1x120xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`shape` $shape^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_ExpandOp : Fovea_Op<"expand", "Expand",
    (ins Fovea_Tensor:$input, Fovea_List<"{}">:$shape)> {
  let summary = "the input broadcast to a shape";
  let description = [{
    ```mlir
    %z = fovea.expand %x shape [1, 64, 7, 7] : (tensor<64x1x1xf32>) -> tensor<1x64x7x7xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`shape` $shape^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_TileOp : Fovea_Op<"tile", "Tile",
    (ins Fovea_Tensor:$input, Fovea_List<"{}">:$repeats)> {
  let summary = "the input several times side by side";
  let description = [{
    ```mlir
    %z = fovea.tile %x repeats [1, 2] : (tensor<3x4xf32>) -> tensor<3x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`repeats` $repeats^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_SliceOp : Fovea_Op<"slice", "Slice",
    (ins Fovea_Tensor:$input, Fovea_List<"{}">:$axes, Fovea_List<"{}">:$begin,
         Fovea_List<"{}">:$end, Fovea_List<"{}">:$step)> {
  let summary = "every step-th element from begin to before end, along some axes";
  let description = [{
    ```mlir
    %z = fovea.slice %x axes [2, 3] begin [1, -1] end [-1, 0] step [1, -2]
        : (tensor<1x3x8x8xf32>) -> tensor<1x3x6x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`axes` $axes^)? (`begin` $begin^)? (`end` $end^)? (`step` $step^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_PadOp : Fovea_Op<"pad", "Pad",
    (ins Fovea_Tensor:$input, Fovea_List<"{}">:$begin, Fovea_List<"{}">:$end,
         Fovea_Name<"constant">:$mode, Fovea_Number<"0.0">:$value)> {
  let summary = "elements added in front and behind, or taken away";
  let description = [{
    ```mlir
    %z = fovea.pad %x begin [0, 0, 1, 1] end [0, 0, 1, 1] mode reflect
        : (tensor<1x3x8x8xf32>) -> tensor<1x3x10x10xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`begin` $begin^)? (`end` $end^)? (`mode` custom<Keyword>($mode)^)? (`value` $value^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_DepthToSpaceOp : Fovea_Op<"depth_to_space", "DepthToSpace",
    (ins Fovea_Tensor:$input, Fovea_Integer<"2">:$block, Fovea_Name<"DCR">:$order)> {
  let summary = "channels become blocks of pixels";
  let description = [{
    ```mlir
    %z = fovea.depth_to_space %x block 4 order CRD
        : (tensor<1x48x8x8xf32>) -> tensor<1x3x32x32xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`block` $block^)? (`order` custom<Keyword>($order)^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_SpaceToDepthOp : Fovea_Op<"space_to_depth", "SpaceToDepth",
    (ins Fovea_Tensor:$input, Fovea_Integer<"2">:$block, Fovea_Name<"DCR">:$order)> {
  let summary = "blocks of pixels become channels";
  let description = [{
    ```mlir
    %z = fovea.space_to_depth %x block 4 : (tensor<1x3x32x32xf32>) -> tensor<1x48x8x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`block` $block^)? (`order` custom<Keyword>($order)^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_ResizeOp : Fovea_Op<"resize", "Resize",
    (ins Fovea_Tensor:$input, Fovea_List<"{}">:$sizes, Fovea_List<"{}">:$scale_numerators,
         Fovea_List<"{}">:$scale_denominators, Fovea_Name<"nearest">:$mode,
         Fovea_Name<"half_pixel">:$coordinates, Fovea_Name<"round_prefer_floor">:$rounding,
         Fovea_Number<"-0.75">:$cubic_coeff_a, Fovea_Flag<"false">:$exclude_outside,
         Fovea_Flag<"false">:$antialias, Fovea_List<"{}">:$crop_begin, Fovea_List<"{}">:$crop_end,
         Fovea_Integer<"1">:$crop_unit, Fovea_Number<"0.0">:$extrapolation_value)> {
  let summary = "the input sampled at other places: nearest element, linear or cubic interpolation";
  let description = [{
    An extent of 0 is the input's. Scales, result / input, are fractions.
    ```mlir
    %z = fovea.resize %x sizes [0, 0, 224, 224] mode linear coordinates align_corners
        : (tensor<1x3x300x200xf32>) -> tensor<1x3x224x224xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`sizes` $sizes^)? (`scales` $scale_numerators^)? (`over` $scale_denominators^)?
    (`mode` custom<Keyword>($mode)^)? (`coordinates` custom<Keyword>($coordinates)^)?
    (`rounding` custom<Keyword>($rounding)^)? (`coefficient` $cubic_coeff_a^)?
    (`exclude_outside` $exclude_outside^)? (`antialias` $antialias^)?
    (`from` $crop_begin^)? (`to` $crop_end^)? (`unit` $crop_unit^)?
    (`outside` $extrapolation_value^)? (`layer` $layer^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_GatherOp : Fovea_Op<"gather", "Gather",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$indices, Fovea_Integer<"0">:$axis)> {
  let summary = "the slices along the axis that the indices name";
  let description = [{
    ```mlir
    %z = fovea.gather %table, %words : (tensor<1000x64xf32>, tensor<2x9xi64>) -> tensor<2x9x64xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $indices (`axis` $axis^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_GatherElementsOp : Fovea_Op<"gather_elements", "GatherElements",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$indices, Fovea_Integer<"0">:$axis)> {
  let summary = "for each index one element, at its own place beside the axis";
  let description = [{
    ```mlir
    %z = fovea.gather_elements %x, %p axis 1
        : (tensor<2x9xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $indices (`axis` $axis^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_GatherNdOp : Fovea_Op<"gather_nd", "GatherNd",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$indices, Fovea_Integer<"0">:$batch_dims)> {
  let summary = "the parts at places of several indices each";
  let description = [{
    ```mlir
    %z = fovea.gather_nd %x, %places batch_dims 1
        : (tensor<2x5x7x8xf32>, tensor<2x4x2xi64>) -> tensor<2x4x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $indices (`batch_dims` $batch_dims^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Fovea_GridSampleOp : Fovea_Op<"grid_sample", "GridSample",
    (ins Fovea_Tensor:$input, Fovea_Tensor:$grid, Fovea_Name<"linear">:$mode,
         Fovea_Name<"zeros">:$padding, Fovea_Flag<"false">:$align_corners)> {
  let summary = "the input at the places of a grid";
  let description = [{
    Operands: input [batch, channels, space...], grid [batch, outputs..., dimensions], x first, -1
    to 1 over the image. `mode` is linear or nearest, `padding` zeros, border or reflection.

    ```mlir
    %z = fovea.grid_sample %x, %g padding border
        : (tensor<1x3x8x8xf32>, tensor<1x5x6x2xf32>) -> tensor<1x3x5x6xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $grid (`mode` custom<Keyword>($mode)^)? (`padding` custom<Keyword>($padding)^)?
    (`align_corners` $align_corners^)? (`layer` $layer^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif
