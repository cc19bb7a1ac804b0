// RUN: fovea-opt %s --split-input-file --verify-diagnostics

// What is no definition.

func.func @operand_names(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects 1 operand names, got 2}}
  %z = fovea.equation "e" (%x) operands ["x", "y"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @yields_operand(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects to yield results of fovea.define, got an operand}}
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    fovea.yield %X : tensor<4xf32>
  }
  return
}

// -----

func.func @foreign_op(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects not to stand in fovea.equation, which holds fovea.define only}}
    %Z = fovea.relu %X : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @shape(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects a result of shape [5], got 'tensor<4xf32>'}}
    %Z = fovea.define "Z" [i < 5] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @reduction(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects a reduction of sum, product, max or min, got mean}}
    %Z = fovea.define "Z" [i < 4] reduce mean [j < 2] accumulator f32 {
      %0 = fovea.read %X [(d0, d1) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @reduced_extent(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects reduced extents >= 1, got 0}}
    %Z = fovea.define "Z" [i < 4] reduce sum [j < 0] accumulator f32 {
      %0 = fovea.read %X [(d0, d1) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @accumulator(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects an accumulator of an element type, got index}}
    %Z = fovea.define "Z" [i < 4] reduce sum [j < 2] accumulator index {
      %0 = fovea.read %X [(d0, d1) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @free_names(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects a name for each of its 1 free indices, got 0}}
    %Z = "fovea.define"() ({
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    }) {equation_name = "Z", free_names = [], free_extents = array<i64: 4>} : () -> tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @no_reduction(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects reduced indices and an accumulator only with a reduction}}
    %Z = "fovea.define"() ({
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    }) {equation_name = "Z", free_names = ["i"], free_extents = array<i64: 4>, accumulator = f32} : () -> tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @reduced_names(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects a name and an extent for each reduced index}}
    %Z = "fovea.define"() ({
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    }) {equation_name = "Z", free_names = ["i"], free_extents = array<i64: 4>, reduction = "sum", accumulator = f32} : () -> tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @body_op(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects not to stand in fovea.define, which holds read, index, constant, scalar_cast and scalar only}}
      %1 = fovea.relu %X : (tensor<4xf32>) -> tensor<4xf32>
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @yield_count(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects its region to end in fovea.yield of one value}}
    %Z = fovea.define "Z" [i < 4] {
      fovea.yield
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @yield_type(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    // expected-error @+1 {{op expects to yield 'f32', got 'f64'}}
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.constant f64 1.0
      fovea.yield %0 : f64
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @index_count(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects a map of 1 indices and no symbols, got (d0, d1) -> (d0)}}
      %0 = fovea.read %X [(d0, d1) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @symbols(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects a map of 1 indices and no symbols}}
      %0 = fovea.read %X [(d0)[s0] -> (d0 + s0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @subscripts(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects 1 subscripts, got 2}}
      %0 = fovea.read %X [(d0) -> (d0, d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @product(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] reduce sum [j < 4] accumulator f32 {
      // expected-error @+1 {{op expects sums of indices times constants, floordiv and mod by constants >= 1, got d0 mod -2}}
      %0 = fovea.read %X [(d0, d1) -> (d0 mod (d1 - d1 - 2))] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @rule_count(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects 1 boundary rules, got 2}}
      %0 = fovea.read %X [(d0) -> (d0)] boundary ["wrap", "wrap"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @rule(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects boundary rules none, fill, clamp, reflect or wrap, got "mirror"}}
      %0 = fovea.read %X [(d0) -> (d0)] boundary ["mirror"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @fill_count(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects 1 fill values, got 0}}
      %0 = fovea.read %X [(d0) -> (d0)] boundary ["fill"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @fill_type(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %c = fovea.constant f64 1.0
      // expected-error @+1 {{op expects fill values of 'f32', got 'f64'}}
      %0 = fovea.read %X [(d0) -> (d0)] boundary ["fill"] fill (%c : f64) : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @outside(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects subscript 0 within 0 to 3, got -1 to 2}}
      %0 = fovea.read %X [(d0) -> (d0 - 1)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @index_map(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects 1 subscripts, got 2}}
      %1 = fovea.index [(d0) -> (d0, d0)]
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @number(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      // expected-error @+1 {{op expects an integer type for this number, got 'f32'}}
      %0 = "fovea.constant"() {number = 1 : i64} : () -> f32
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @operation(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %c = fovea.constant f32 1.0
      // expected-error @+1 {{op expects a scalar operation such as add, max or exp, got cbrt}}
      %0 = fovea.scalar cbrt %c : (f32) -> f32
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @operand_count(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %c = fovea.constant f32 1.0
      // expected-error @+1 {{op 'add' expects 2 operands, got 1}}
      %0 = fovea.scalar add %c : (f32) -> f32
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @operand_type(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %c = fovea.constant f32 1.0
      %b = fovea.constant i1 1
      // expected-error @+1 {{op 'add' expects operands of 'f32', got 'i1'}}
      %0 = fovea.scalar add %c, %b : (f32, i1) -> f32
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @condition(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %c = fovea.constant f32 1.0
      // expected-error @+1 {{op 'select' expects a condition of i1, got 'f32'}}
      %0 = fovea.scalar select %c, %c, %c : (f32, f32, f32) -> f32
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @logical(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %c = fovea.constant f32 1.0
      // expected-error @+1 {{op 'logical_not' expects operands of 'i1', got 'f32'}}
      %1 = fovea.scalar logical_not %c : (f32) -> i1
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @relation(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %c = fovea.constant f32 1.0
      // expected-error @+1 {{op 'less' expects a result of 'i1', got 'f32'}}
      %0 = fovea.scalar less %c, %c : (f32, f32) -> f32
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @gather_type(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %p = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      %i = fovea.index [(d0) -> (d0)]
      // expected-error @+1 {{op expects an integer as the place in dimension 0, got 'f32'}}
      %0 = fovea.read %X [(d0) -> (0)] at [0] (%p : f32) boundary ["clamp"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @gather_boundary(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %p = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      %i = fovea.index [(d0) -> (d0)]
      // expected-error @+1 {{op expects a boundary rule for gathered dimension 0}}
      %0 = fovea.read %X [(d0) -> (0)] at [0] (%i : i64) : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @gather_map(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %p = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      %i = fovea.index [(d0) -> (d0)]
      // expected-error @+1 {{op expects subscript 0 in the map for gathered dimension 0, got d0}}
      %0 = fovea.read %X [(d0) -> (d0)] at [0] (%i : i64) boundary ["clamp"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @gather_dimension(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %p = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      %i = fovea.index [(d0) -> (d0)]
      // expected-error @+1 {{op expects ascending gathered dimensions below 1, got [1]}}
      %0 = fovea.read %X [(d0) -> (0)] at [1] (%i : i64) boundary ["clamp"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @gather_twice(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %p = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      %i = fovea.index [(d0) -> (d0)]
      // expected-error @+1 {{op expects ascending gathered dimensions below 1, got [0, 0]}}
      %0 = fovea.read %X [(d0) -> (0)] at [0, 0] (%i, %i : i64, i64) boundary ["clamp"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @gather_count(%x: tensor<4xf32>) {
  %z = fovea.equation "e" (%x) operands ["x"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %p = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      %i = fovea.index [(d0) -> (d0)]
      // expected-error @+1 {{op expects a place for each of 1 gathered dimensions, got 2}}
      %0 = fovea.read %X [(d0) -> (0)] at [0] (%i, %i : i64, i64) boundary ["clamp"] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @attribute_kind(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects attribute 'kernel' to be a bool, i64, f64, string or array<i64>, got 3 : i32}}
  %z = fovea.equation "e" (%x) operands ["x"] attributes {kernel = 3 : i32} : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @attribute_of_another_kind(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects attribute 'kernel' to be a bool, i64, f64, string or array<i64>, got [3, 3]}}
  %z = fovea.equation "e" (%x) operands ["x"] attributes {kernel = [3, 3]} : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @attribute_without_value(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects attribute 'kernel' to be a bool, i64, f64, string or array<i64>, got unit}}
  %z = fovea.equation "e" (%x) operands ["x"] attributes {kernel} : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @attribute_name(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects attributes by names other than "" and "name", got "name"}}
  %z = fovea.equation "e" (%x) operands ["x"] attributes {name = "f"} : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @attribute_list(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects at most 12 numbers in attribute 'at', got 13}}
  %z = fovea.equation "e" (%x) operands ["x"] attributes {at = array<i64: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13>} : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}

// -----

func.func @schedule(%x: tensor<4xf32>) {
  // expected-error @+2 {{no directive 'unrol'}}
  %z = fovea.equation "e" (%x) operands ["x"]
      schedule <"Z: unrol(i)"> : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return
}
