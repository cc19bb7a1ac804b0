#ifndef FOVEA_EQUATION_TD
#define FOVEA_EQUATION_TD

include "compiler/ir/FoveaAttributes.td"
include "compiler/ir/FoveaInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// The IR form of a fovea::Definition, without loss: made by build_equation, read by definition_of.

def Fovea_YieldOp : Op<Fovea_Dialect, "yield", [Pure, Terminator,
    ParentOneOf<["EquationOp", "DefineOp", "KernelOp"]>]> {
  let summary = "the values of the enclosing region";
  let description = [{
    The results of a `fovea.kernel` or `fovea.equation`, or the right side of a `fovea.define`.

    ```mlir
    fovea.yield %0 : tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Fovea_EquationOp : Op<Fovea_Dialect, "equation", [Pure, IsolatedFromAbove, SingleBlock,
    DeclareOpInterfaceMethods<FoveaOpInterface>]> {
  let summary = "an ordered system of equations";
  let description = [{
    The block's arguments are the operands; each `fovea.define` states one equation, which may read
    operands and earlier equations; the yielded values are the results. What follows the layer was
    said of the op beside its equations, which alone state what it computes: values of the kinds that
    a layer's attributes have, words, and how the layer's kernel is computed, unless the user says
    otherwise.

    ```mlir
    %z = fovea.equation "causal" (%x, %w) operands ["x", "w"] layer "conv1"
        attributes {filters = 8 : i64, kernel = array<i64: 5>} doc "reads no later element"
        algorithm "generic" schedule <"Z: parallel(i)">
        : (tensor<3x64xf32>, tensor<8x3x5xf32>) -> tensor<8x64xf32> {
    ^bb0(%X: tensor<3x64xf32>, %W: tensor<8x3x5xf32>):
      %Z = fovea.define "Z" [i < 8, k < 64] reduce sum [l < 3, n < 5] accumulator f32 {
        %zero = fovea.constant f32 0.0
        %0 = fovea.read %X[(d0, d1, d2, d3) -> (d2, d1 - d3)] boundary ["none", "fill"]
               fill (%zero : f32) : tensor<3x64xf32>
        %1 = fovea.read %W[(d0, d1, d2, d3) -> (d0, d2, d3)] : tensor<8x3x5xf32>
        %2 = fovea.scalar mul %0, %1 : (f32, f32) -> f32
        fovea.yield %2 : f32
      } : tensor<8x64xf32>
      fovea.yield %Z : tensor<8x64xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$definition_name, Variadic<Fovea_Tensor>:$inputs,
                       StrArrayAttr:$operand_names, OptionalAttr<StrAttr>:$layer,
                       OptionalAttr<DictionaryAttr>:$stated, OptionalAttr<StrAttr>:$doc,
                       OptionalAttr<StrAttr>:$algorithm, OptionalAttr<Fovea_Schedule>:$schedule);
  let results = (outs Variadic<Fovea_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $definition_name `(` $inputs `)` `operands` $operand_names (`layer` $layer^)?
    (`attributes` $stated^)? (`doc` $doc^)? (`algorithm` $algorithm^)?
    (`schedule` $schedule^)? attr-dict
    `:` functional-type(operands, results) $body
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

def Fovea_DefineOp : Op<Fovea_Dialect, "define", [Pure, SingleBlock, NoRegionArguments,
    HasParent<"EquationOp">]> {
  let summary = "one equation: result(free indices) = [reduction over reduced indices] body";
  let description = [{
    The ranges of the free indices are the result's shape. In the body, `d0`, `d1` ... are the free
    indices followed by the reduced ones.

    ```mlir
    %M = fovea.define "M" [i < 4] reduce max [j < 10] accumulator f32 { ... } : tensor<4xf32>
    ```
  }];
  let arguments = (ins StrAttr:$equation_name,
                       StrArrayAttr:$free_names, DenseI64ArrayAttr:$free_extents,
                       OptionalAttr<StrAttr>:$reduction,
                       OptionalAttr<StrArrayAttr>:$reduced_names,
                       OptionalAttr<DenseI64ArrayAttr>:$reduced_extents,
                       OptionalAttr<TypeAttr>:$accumulator);
  let results = (outs Fovea_Tensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $equation_name custom<Ranges>($free_names, $free_extents)
    (`reduce` custom<Keyword>($reduction)^ custom<Ranges>($reduced_names, $reduced_extents)
     `accumulator` $accumulator)?
    attr-dict-with-keyword custom<Body>($body, type($result))
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// Number of indices: free ones and reduced ones.
    unsigned index_count();
    /// The values 0 .. extent-1 of each index.
    ::std::vector<::fovea::Interval> index_intervals();
  }];
}

class Fovea_BodyOp<string mnemonic, list<Trait> traits = []>
    : Op<Fovea_Dialect, mnemonic, traits # [Pure, HasParent<"DefineOp">]>;

def Fovea_ReadOp : Fovea_BodyOp<"read", [AttrSizedOperandSegments,
    TypesMatchWith<"the value has the tensor's element type", "tensor", "value",
                   "::llvm::cast<::mlir::RankedTensorType>($_self).getElementType()">]> {
  let summary = "one element of an operand or of an earlier equation's result";
  let description = [{
    The map gives a subscript for each dimension of the tensor; `floordiv` and `mod` round down. The
    boundary rule of a dimension says what a read outside gives: `clamp`, `reflect`, `wrap`, or the
    next of the values after `fill`. With `none`, the subscript must stay inside.

    A gather: the subscripts of the dimensions listed after `at` are the integers that follow. The
    map has 0 there, and there is a boundary rule.

    ```mlir
    %0 = fovea.read %X[(d0, d1) -> (d0, d1 - 2)] boundary ["none", "clamp"] : tensor<3x64xf32>
    %1 = fovea.read %X[(d0, d1) -> (0, d1)] at [0] (%p : i32) boundary ["clamp", "none"]
           : tensor<3x64xf32>
    ```
  }];
  let arguments = (ins Fovea_Tensor:$tensor, AffineMapAttr:$map,
                       OptionalAttr<DenseI64ArrayAttr>:$gathered, Variadic<Fovea_Scalar>:$places,
                       OptionalAttr<StrArrayAttr>:$boundaries, Variadic<Fovea_Scalar>:$fills);
  let results = (outs Fovea_Scalar:$value);
  let assemblyFormat = [{
    $tensor custom<IndexMap>($map) (`at` $gathered^ `(` $places `:` type($places) `)`)?
    (`boundary` $boundaries^)?
    (`fill` `(` $fills^ `:` type($fills) `)`)? attr-dict `:` type($tensor)
  }];
  let hasVerifier = 1;
}

def Fovea_IndexOp : Fovea_BodyOp<"index"> {
  let summary = "the value of an index expression";
  let description = [{
    ```mlir
    %0 = fovea.index [(d0, d1) -> (d0 * 2 + d1)]
    ```
  }];
  let arguments = (ins AffineMapAttr:$map);
  let results = (outs I64:$value);
  let assemblyFormat = "custom<IndexMap>($map) attr-dict";
  let hasVerifier = 1;
}

def Fovea_ConstantOp : Fovea_BodyOp<"constant"> {
  let summary = "a number";
  let description = [{
    Floats are stored as f64, integers and booleans as i64.

    ```mlir
    %0 = fovea.constant f32 1.000000e-01
    %1 = fovea.constant i64 7
    ```
  }];
  let arguments = (ins AnyAttrOf<[F64Attr, I64Attr]>:$number);
  let results = (outs Fovea_Scalar:$value);
  let assemblyFormat = "custom<Number>($number, type($value)) attr-dict";
  let hasVerifier = 1;
}

def Fovea_ScalarCastOp : Fovea_BodyOp<"scalar_cast"> {
  let summary = "a number in another type";
  let description = [{
    ```mlir
    %1 = fovea.scalar_cast %0 : i64 to f32
    ```
  }];
  let arguments = (ins Fovea_Scalar:$from);
  let results = (outs Fovea_Scalar:$value);
  let assemblyFormat = "$from attr-dict `:` type($from) `to` type($value)";
}

def Fovea_ScalarCallOp : Fovea_BodyOp<"scalar"> {
  let summary = "a scalar operation: add, max, exp, less, select ...";
  let description = [{
    The operations, and what they mean for every element type, are those of fovea::ScalarOp.

    ```mlir
    %2 = fovea.scalar max %0, %1 : (f32, f32) -> f32
    ```
  }];
  let arguments = (ins StrAttr:$kind, Variadic<Fovea_Scalar>:$args);
  let results = (outs Fovea_Scalar:$value);
  let assemblyFormat = [{
    custom<Keyword>($kind) $args attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif
