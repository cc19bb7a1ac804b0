#ifndef FOVEA_OPS_TD
#define FOVEA_OPS_TD

include "compiler/ir/FoveaAttributes.td"
include "compiler/ir/FoveaEquation.td"
include "compiler/ir/FoveaInterfaces.td"
include "compiler/ir/FoveaStructure.td"
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

// ---- Windows -----------------------------------------------------------------------------------

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

// ---- Layers ------------------------------------------------------------------------------------

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

// ---- Element by element ------------------------------------------------------------------------

class Fovea_Unary<string mnemonic, string struct, string summary_>
    : Fovea_Op<mnemonic, struct, (ins Fovea_Tensor:$input)> {
  let summary = summary_;
  let description = "```mlir\n%z = fovea." # mnemonic #
                    " %x : (tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32>\n```";
  let assemblyFormat = [{
    $input (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

// Shapes broadcast as in numpy.
class Fovea_Binary<string mnemonic, string struct, string summary_>
    : Fovea_Op<mnemonic, struct, (ins Fovea_Tensor:$lhs, Fovea_Tensor:$rhs)> {
  let summary = summary_;
  let description = "```mlir\n%z = fovea." # mnemonic #
                    " %x, %y : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>)" #
                    " -> tensor<1x6x4x4xf32>\n```";
  let assemblyFormat = [{
    $lhs `,` $rhs (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Fovea_ReluOp : Fovea_Unary<"relu", "Relu", "max(x, 0)">;
def Fovea_TanhOp : Fovea_Unary<"tanh", "Tanh", "the hyperbolic tangent">;
def Fovea_SigmoidOp : Fovea_Unary<"sigmoid", "Sigmoid", "1 / (1 + exp(-x))">;

def Fovea_AddOp : Fovea_Binary<"add", "Add", "a + b">;
def Fovea_SubOp : Fovea_Binary<"sub", "Sub", "a - b">;
def Fovea_MulOp : Fovea_Binary<"mul", "Mul", "a * b">;
def Fovea_DivOp : Fovea_Binary<"div", "Div", "a / b">;
def Fovea_MaximumOp : Fovea_Binary<"maximum", "Maximum", "the larger of a and b, or NaN">;
def Fovea_MinimumOp : Fovea_Binary<"minimum", "Minimum", "the smaller of a and b, or NaN">;

#endif
