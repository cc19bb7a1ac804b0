#ifndef FOVEA_STRUCTURE_TD
#define FOVEA_STRUCTURE_TD

include "compiler/ir/FoveaAttributes.td"
include "compiler/ir/FoveaEquation.td"
include "compiler/ir/FoveaInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Fovea_ParameterOp : Op<Fovea_Dialect, "parameter", [Pure]> {
  let summary = "a weight of the network";
  let description = [{
    `number` is its position in the network's list of weights.

    ```mlir
    %w = fovea.parameter "conv1.weight" number 0 : tensor<6x1x5x5xf32>
    ```
  }];
  let arguments = (ins StrAttr:$parameter_name,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$number);
  let results = (outs Fovea_Tensor:$value);
  let assemblyFormat = "$parameter_name `number` $number attr-dict `:` type($value)";
}

def Fovea_PreparedOp : Op<Fovea_Dialect, "prepared",
    [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "what was computed from weights before the network runs";
  let description = [{
    Result `number` of the function `preparation`, which takes nothing but weights
    (`fovea.parameter`) and runs once, when the weights are bound. That function has the attribute
    `fovea.prepare`.

    ```mlir
    %w = fovea.prepared @lenet5_prepare 0 : tensor<1x1x5x5x8xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$preparation,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$number);
  let results = (outs Fovea_Tensor:$value);
  let assemblyFormat = "$preparation $number attr-dict `:` type($value)";
}

def Fovea_JoinOp : Op<Fovea_Dialect, "join", [Pure]> {
  let summary = "tensors that are made side by side in memory, as one";
  let description = [{
    What is stored of the result is what is stored of the operands, one after another: whoever makes
    an operand writes it where it is in the result, and nothing is moved. Each operand is, itself or
    as a view, the result of a kernel or of another join, and of this one alone.

    ```mlir
    %z = fovea.join %x, %y : (tensor<1x16x8x8xf32>, tensor<1x32x8x8xf32>) -> tensor<1x48x8x8xf32>
    ```
  }];
  let arguments = (ins Variadic<Fovea_Tensor>:$parts);
  let results = (outs Fovea_Tensor:$whole);
  let assemblyFormat = "$parts attr-dict `:` functional-type($parts, $whole)";
  let hasVerifier = 1;
}

def Fovea_PartOp : Op<Fovea_Dialect, "part", [Pure]> {
  let summary = "a range of a tensor's memory";
  let description = [{
    What is stored of the result is what is stored of the operand from element `begin` on.

    ```mlir
    %y = fovea.part %x from 1024 : tensor<1x48x8x8xf32> -> tensor<1x32x8x8xf32>
    ```
  }];
  let arguments = (ins Fovea_Tensor:$whole, ConfinedAttr<I64Attr, [IntNonNegative]>:$begin);
  let results = (outs Fovea_Tensor:$part);
  let assemblyFormat = "$whole `from` $begin attr-dict `:` type($whole) `->` type($part)";
  let hasVerifier = 1;
}

def Fovea_KernelOp : Op<Fovea_Dialect, "kernel", [Pure, IsolatedFromAbove, SingleBlock,
    DeclareOpInterfaceMethods<FoveaOpInterface, ["is_row_major_view"]>]> {
  let summary = "ops that are compiled into one function";
  let description = [{
    An anchor and what was fused with it. Its definition is that of its ops, composed. `algorithm`,
    `schedule` and `symbol` are set when an algorithm is selected; `offsets` by memory planning: for
    each result the byte offset in the arena of the buffer that it is made in, or -1 where that is an
    output of the function; where in the buffer, `fovea.join` says.

    The region is about tensors as the definition has them. Operands and results are what is
    stored: an operand whose number is in `prepared` is of the type that the algorithm's
    preparation makes; the others, and results, are of the type that `operand_layouts` and
    `result_layouts` (one layout each; absent: all row-major) make of the region's.

    ```mlir
    %z = fovea.kernel "conv1" (%x, %w) algorithm "direct" schedule <"direct">
        symbol "fovea_kernel_0123456789abcdef" offsets [0]
        : (tensor<1x1x28x28xf32>, tensor<6x1x5x5xf32>) -> tensor<1x6x24x24xf32> {
    ^bb0(%a: tensor<1x1x28x28xf32>, %b: tensor<6x1x5x5xf32>):
      %0 = fovea.conv ...
      %1 = fovea.tanh %0 ...
      fovea.yield %1 : tensor<1x6x24x24xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$layer, Variadic<Fovea_Tensor>:$inputs,
                       OptionalAttr<StrAttr>:$algorithm, OptionalAttr<Fovea_Schedule>:$schedule,
                       OptionalAttr<StrAttr>:$symbol, OptionalAttr<DenseI64ArrayAttr>:$prepared,
                       OptionalAttr<StrArrayAttr>:$operand_layouts,
                       OptionalAttr<StrArrayAttr>:$result_layouts,
                       OptionalAttr<DenseI64ArrayAttr>:$offsets);
  let results = (outs Variadic<Fovea_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $layer `(` $inputs `)` (`algorithm` $algorithm^)? (`schedule` $schedule^)?
    (`symbol` $symbol^)? (`prepared` $prepared^)? (`operand_layouts` $operand_layouts^)?
    (`result_layouts` $result_layouts^)? (`offsets` $offsets^)? attr-dict
    `:` functional-type(operands, results) $body
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

#endif
