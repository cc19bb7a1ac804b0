#ifndef FOVEA_POINTWISE_OPS_TD
#define FOVEA_POINTWISE_OPS_TD

include "compiler/ir/FoveaOpBase.td"

// Element by element.

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
