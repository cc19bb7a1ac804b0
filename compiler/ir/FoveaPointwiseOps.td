#ifndef FOVEA_POINTWISE_OPS_TD
#define FOVEA_POINTWISE_OPS_TD

include "compiler/ir/FoveaOpBase.td"

// Element by element.

// `to`: the element type of the result. `form`: how the attributes are written.
class Fovea_Unary<string mnemonic, string struct, string summary_, string from = "f32",
                  string to = from, dag attributes = (ins), string form = "">
    : Fovea_Op<mnemonic, struct, !con((ins Fovea_Tensor:$input), attributes)> {
  let summary = summary_;
  let description = "```mlir\n%z = fovea." # mnemonic # " %x : (tensor<1x6x4x4x" # from #
                    ">) -> tensor<1x6x4x4x" # to # ">\n```";
  let assemblyFormat = "$input " # form # " (`layer` $layer^)? attr-dict " #
                       "`:` functional-type(operands, results)";
}

// Of floats.
class Fovea_Activation<string mnemonic, string struct, string summary_, dag attributes = (ins),
                       string form = "">
    : Fovea_Unary<mnemonic, struct, summary_, "f32", "f32", attributes, form>;

// Shapes broadcast as in numpy.
class Fovea_Binary<string mnemonic, string struct, string summary_, string from = "f32",
                   string to = from, dag attributes = (ins), string form = "">
    : Fovea_Op<mnemonic, struct, !con((ins Fovea_Tensor:$lhs, Fovea_Tensor:$rhs), attributes)> {
  let summary = summary_;
  let description = "```mlir\n%z = fovea." # mnemonic # " %x, %y : (tensor<1x6x4x4x" # from #
                    ">, tensor<6x1x1x" # from # ">) -> tensor<1x6x4x4x" # to # ">\n```";
  let assemblyFormat = "$lhs `,` $rhs " # form # " (`layer` $layer^)? attr-dict " #
                       "`:` functional-type(operands, results)";
}

def Fovea_ReluOp : Fovea_Unary<"relu", "Relu", "max(x, 0)">;
def Fovea_TanhOp : Fovea_Unary<"tanh", "Tanh", "the hyperbolic tangent">;
def Fovea_SigmoidOp : Fovea_Unary<"sigmoid", "Sigmoid", "1 / (1 + exp(-x))">;
def Fovea_IdentityOp : Fovea_Unary<"identity", "Identity", "x">;
def Fovea_NegOp : Fovea_Unary<"neg", "Neg", "-x">;
def Fovea_AbsOp : Fovea_Unary<"abs", "Abs", "the size of x">;
def Fovea_SignOp : Fovea_Unary<"sign", "Sign", "-1, 0 or 1">;
def Fovea_ReciprocalOp : Fovea_Unary<"reciprocal", "Reciprocal", "1 / x">;
def Fovea_SqrtOp : Fovea_Unary<"sqrt", "Sqrt", "the square root">;
def Fovea_ExpOp : Fovea_Unary<"exp", "Exp", "e to the power of x">;
def Fovea_LogOp : Fovea_Unary<"log", "Log", "the natural logarithm">;
def Fovea_ErfOp : Fovea_Unary<"erf", "Erf", "the error function">;
def Fovea_FloorOp : Fovea_Unary<"floor", "Floor", "the integer below">;
def Fovea_CeilOp : Fovea_Unary<"ceil", "Ceil", "the integer above">;
def Fovea_RoundOp : Fovea_Unary<"round", "Round", "the nearest integer, of two the even one">;
def Fovea_SinOp : Fovea_Unary<"sin", "Sin", "the sine">;
def Fovea_CosOp : Fovea_Unary<"cos", "Cos", "the cosine">;
def Fovea_TanOp : Fovea_Unary<"tan", "Tan", "the tangent">;
def Fovea_AsinOp : Fovea_Unary<"asin", "Asin", "the inverse sine">;
def Fovea_AcosOp : Fovea_Unary<"acos", "Acos", "the inverse cosine">;
def Fovea_AtanOp : Fovea_Unary<"atan", "Atan", "the inverse tangent">;
def Fovea_SinhOp : Fovea_Unary<"sinh", "Sinh", "the hyperbolic sine">;
def Fovea_CoshOp : Fovea_Unary<"cosh", "Cosh", "the hyperbolic cosine">;
def Fovea_AsinhOp : Fovea_Unary<"asinh", "Asinh", "the inverse hyperbolic sine">;
def Fovea_AcoshOp : Fovea_Unary<"acosh", "Acosh", "the inverse hyperbolic cosine">;
def Fovea_AtanhOp : Fovea_Unary<"atanh", "Atanh", "the inverse hyperbolic tangent">;
def Fovea_IsNanOp : Fovea_Unary<"is_nan", "IsNan", "whether x is not a number", "f32", "i1">;
def Fovea_IsInfOp : Fovea_Unary<"is_inf", "IsInf", "whether x is infinite", "f32", "i1",
    (ins Fovea_Flag<"true">:$detect_negative, Fovea_Flag<"true">:$detect_positive),
    "(`negative` $detect_negative^)? (`positive` $detect_positive^)?">;
def Fovea_LogicalNotOp : Fovea_Unary<"logical_not", "LogicalNot", "whether x is false", "i1">;
def Fovea_CastOp : Fovea_Unary<"cast", "Cast", "the number in another type", "i64", "f32",
    (ins Fovea_Name<"f32">:$dtype), "(`to` custom<Keyword>($dtype)^)?">;
def Fovea_ClipOp : Fovea_Unary<"clip", "Clip", "min(max(x, min), max)", "f32", "f32",
    (ins Fovea_Number<"-std::numeric_limits<double>::infinity()">:$min,
         Fovea_Number<"std::numeric_limits<double>::infinity()">:$max),
    "(`min` $min^)? (`max` $max^)?">;

def Fovea_LeakyReluOp : Fovea_Activation<"leaky_relu", "LeakyRelu", "x, and alpha x below 0",
    (ins Fovea_Number<"0.01">:$alpha),
    "(`alpha` $alpha^)?">;
def Fovea_EluOp : Fovea_Activation<"elu", "Elu", "x, and alpha (exp(x) - 1) below 0",
    (ins Fovea_Number<"1.0">:$alpha),
    "(`alpha` $alpha^)?">;
def Fovea_SeluOp : Fovea_Activation<"selu", "Selu", "gamma elu(x, alpha)",
    (ins Fovea_Number<"1.67326319217681884765625">:$alpha,
         Fovea_Number<"1.05070102214813232421875">:$gamma),
    "(`alpha` $alpha^)? (`gamma` $gamma^)?">;
def Fovea_CeluOp : Fovea_Activation<"celu", "Celu",
    "max(x, 0) + min(alpha (exp(x / alpha) - 1), 0)",
    (ins Fovea_Number<"1.0">:$alpha),
    "(`alpha` $alpha^)?">;
def Fovea_GeluOp : Fovea_Activation<"gelu", "Gelu", "x / 2 (1 + erf(x / sqrt(2)))",
    (ins Fovea_Name<"none">:$approximate), "(`approximate` custom<Keyword>($approximate)^)?">;
def Fovea_HardSigmoidOp : Fovea_Activation<"hard_sigmoid", "HardSigmoid",
    "max(min(alpha x + beta, 1), 0)",
    (ins Fovea_Number<"0.2">:$alpha, Fovea_Number<"0.5">:$beta),
    "(`alpha` $alpha^)? (`beta` $beta^)?">;
def Fovea_HardSwishOp : Fovea_Activation<"hard_swish", "HardSwish",
    "x max(min(x / 6 + 1/2, 1), 0)">;
def Fovea_SiluOp : Fovea_Activation<"silu", "Silu", "x sigmoid(x)">;
def Fovea_MishOp : Fovea_Activation<"mish", "Mish", "x tanh(softplus(x))">;
def Fovea_SoftplusOp : Fovea_Activation<"softplus", "Softplus", "log(exp(x) + 1)">;
def Fovea_SoftsignOp : Fovea_Activation<"softsign", "Softsign", "x / (1 + abs(x))">;
def Fovea_ThresholdedReluOp : Fovea_Activation<"thresholded_relu", "ThresholdedRelu",
    "x above alpha, else 0",
    (ins Fovea_Number<"1.0">:$alpha),
    "(`alpha` $alpha^)?">;
def Fovea_ShrinkOp : Fovea_Activation<"shrink", "Shrink",
    "x nearer to 0 by bias beyond lambd, else 0",
    (ins Fovea_Number<"0.5">:$lambd, Fovea_Number<"0.0">:$bias),
    "(`lambd` $lambd^)? (`bias` $bias^)?">;

def Fovea_AddOp : Fovea_Binary<"add", "Add", "a + b">;
def Fovea_SubOp : Fovea_Binary<"sub", "Sub", "a - b">;
def Fovea_MulOp : Fovea_Binary<"mul", "Mul", "a * b">;
def Fovea_DivOp : Fovea_Binary<"div", "Div", "a / b">;
def Fovea_MaximumOp : Fovea_Binary<"maximum", "Maximum", "the larger of a and b, or NaN">;
def Fovea_MinimumOp : Fovea_Binary<"minimum", "Minimum", "the smaller of a and b, or NaN">;
def Fovea_PowOp : Fovea_Binary<"pow", "Pow", "a to the power of b">;
def Fovea_ModOp : Fovea_Binary<"mod", "Mod", "what division of a by b leaves", "i64", "i64",
    (ins Fovea_Flag<"false">:$fmod), "(`fmod` $fmod^)?">;
def Fovea_PreluOp : Fovea_Binary<"prelu", "Prelu", "a, and a b below 0">;
def Fovea_EqualOp : Fovea_Binary<"equal", "Equal", "whether a = b", "f32", "i1">;
def Fovea_NotEqualOp : Fovea_Binary<"not_equal", "NotEqual", "whether a and b differ", "f32", "i1">;
def Fovea_LessOp : Fovea_Binary<"less", "Less", "whether a < b", "f32", "i1">;
def Fovea_LessEqualOp : Fovea_Binary<"less_equal", "LessEqual", "whether a <= b", "f32", "i1">;
def Fovea_GreaterOp : Fovea_Binary<"greater", "Greater", "whether a > b", "f32", "i1">;
def Fovea_GreaterEqualOp : Fovea_Binary<"greater_equal", "GreaterEqual",
    "whether a >= b", "f32", "i1">;
def Fovea_LogicalAndOp : Fovea_Binary<"logical_and", "LogicalAnd", "whether both are true", "i1">;
def Fovea_LogicalOrOp : Fovea_Binary<"logical_or", "LogicalOr",
    "whether one or both are true", "i1">;
def Fovea_LogicalXorOp : Fovea_Binary<"logical_xor", "LogicalXor",
    "whether one alone is true", "i1">;

def Fovea_WhereOp : Fovea_Op<"where", "Where",
    (ins Fovea_Tensor:$condition, Fovea_Tensor:$x, Fovea_Tensor:$y)> {
  let summary = "x where the condition is true, else y";
  let description = [{
    ```mlir
    %z = fovea.where %c, %x, %y : (tensor<4x1xi1>, tensor<4x4xf32>, tensor<4xf32>)
        -> tensor<4x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $condition `,` $x `,` $y (`layer` $layer^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif
