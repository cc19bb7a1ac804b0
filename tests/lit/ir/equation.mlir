// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt --mlir-print-op-generic %s | fovea-opt | FileCheck %s

// A causal convolution: boundary rule, reduction, cast, index values.
// CHECK-LABEL: func.func @causal
func.func @causal(%x: tensor<3x64xf32>, %w: tensor<8x3x5xf32>) -> tensor<8x64xf32> {
  // CHECK: fovea.equation "causal"(%{{.*}}, %{{.*}}) operands ["x", "odd name"] layer "eq" : (tensor<3x64xf32>, tensor<8x3x5xf32>) -> tensor<8x64xf32> {
  %z = fovea.equation "causal" (%x, %w) operands ["x", "odd name"] layer "eq"
      : (tensor<3x64xf32>, tensor<8x3x5xf32>) -> tensor<8x64xf32> {
  // CHECK-NEXT: ^bb0(%[[X:.*]]: tensor<3x64xf32>, %[[W:.*]]: tensor<8x3x5xf32>):
  ^bb0(%X: tensor<3x64xf32>, %W: tensor<8x3x5xf32>):
    // CHECK-NEXT: %[[S:.*]] = fovea.define "S" [i < 8, "" < 64] reduce sum [l < 3, n < 5] accumulator f32 {
    %S = fovea.define "S" [i < 8, "" < 64] reduce sum [l < 3, n < 5] accumulator f32 {
      // CHECK-NEXT: %[[C:.*]] = fovea.constant f32 0.000000e+00
      %zero = fovea.constant f32 0.0
      // CHECK-NEXT: %[[A:.*]] = fovea.read %[[X]] [(d0, d1, d2, d3) -> (d2, d1 - d3)] boundary ["none", "fill"] fill(%[[C]] : f32) : tensor<3x64xf32>
      %0 = fovea.read %X [(d0, d1, d2, d3) -> (d2, d1 - d3)] boundary ["none", "fill"]
          fill (%zero : f32) : tensor<3x64xf32>
      // CHECK-NEXT: %[[B:.*]] = fovea.read %[[W]] [(d0, d1, d2, d3) -> (d0, d2, d3)] : tensor<8x3x5xf32>
      %1 = fovea.read %W [(d0, d1, d2, d3) -> (d0, d2, d3)] : tensor<8x3x5xf32>
      // CHECK-NEXT: %[[P:.*]] = fovea.scalar mul %[[A]], %[[B]] : (f32, f32) -> f32
      %2 = fovea.scalar mul %0, %1 : (f32, f32) -> f32
      fovea.yield %2 : f32
    // CHECK: } : tensor<8x64xf32>
    } : tensor<8x64xf32>
    // CHECK-NEXT: %[[Z:.*]] = fovea.define "Z" [i < 8, k < 64] {
    %Z = fovea.define "Z" [i < 8, k < 64] {
      // CHECK-NEXT: fovea.read %[[S]] [(d0, d1) -> (d0, (d1 floordiv 2) * 2 + d1 mod 2)]
      %0 = fovea.read %S [(d0, d1) -> (d0, (d1 floordiv 2) * 2 + d1 mod 2)]
          boundary ["wrap", "clamp"] : tensor<8x64xf32>
      // CHECK-NEXT: %[[I:.*]] = fovea.index [(d0, d1) -> (d0 + 1)]
      %1 = fovea.index [(d0, d1) -> (d0 + 1)]
      // CHECK-NEXT: fovea.scalar_cast %[[I]] : i64 to f32
      %2 = fovea.scalar_cast %1 : i64 to f32
      // CHECK-NEXT: fovea.constant i64 7
      %3 = fovea.constant i64 7
      %4 = fovea.scalar less %1, %3 : (i64, i64) -> i1
      // CHECK: fovea.scalar select
      %5 = fovea.scalar select %4, %0, %2 : (i1, f32, f32) -> f32
      fovea.yield %5 : f32
    } : tensor<8x64xf32>
    // CHECK: fovea.yield %[[Z]] : tensor<8x64xf32>
    fovea.yield %Z : tensor<8x64xf32>
  }
  return %z : tensor<8x64xf32>
}

// Reads at computed places: one, and several of which one has a value outside.
// CHECK-LABEL: func.func @gathers
func.func @gathers(%x: tensor<9x4x5xf32>, %p: tensor<7xi32>) -> tensor<7x4xf32> {
  %z = fovea.equation "gathers" (%x, %p) operands ["x", "p"]
      : (tensor<9x4x5xf32>, tensor<7xi32>) -> tensor<7x4xf32> {
  // CHECK: ^bb0(%[[X:.*]]: tensor<9x4x5xf32>, %[[P:.*]]: tensor<7xi32>):
  ^bb0(%X: tensor<9x4x5xf32>, %P: tensor<7xi32>):
    %Z = fovea.define "Z" [j < 7, k < 4] {
      // CHECK: %[[A:.*]] = fovea.read %[[P]] [(d0, d1) -> (d0)] : tensor<7xi32>
      %0 = fovea.read %P [(d0, d1) -> (d0)] : tensor<7xi32>
      // CHECK-NEXT: %[[B:.*]] = fovea.read %[[X]] [(d0, d1) -> (0, d1, 3)] at [0](%[[A]] : i32) boundary ["clamp", "none", "none"] : tensor<9x4x5xf32>
      %1 = fovea.read %X [(d0, d1) -> (0, d1, 3)] at [0] (%0 : i32)
          boundary ["clamp", "none", "none"] : tensor<9x4x5xf32>
      // CHECK-NEXT: %[[C:.*]] = fovea.index
      %2 = fovea.index [(d0, d1) -> (d0 + d1)]
      // CHECK-NEXT: %[[D:.*]] = fovea.read %[[X]] [(d0, d1) -> (0, d1, 0)] at [0, 2](%[[A]], %[[C]] : i32, i64) boundary ["wrap", "none", "fill"] fill(%[[B]] : f32) : tensor<9x4x5xf32>
      %3 = fovea.read %X [(d0, d1) -> (0, d1, 0)] at [0, 2] (%0, %2 : i32, i64)
          boundary ["wrap", "none", "fill"] fill (%1 : f32) : tensor<9x4x5xf32>
      fovea.yield %3 : f32
    } : tensor<7x4xf32>
    fovea.yield %Z : tensor<7x4xf32>
  }
  return %z : tensor<7x4xf32>
}

// What is said of an op beside its equations.
// CHECK-LABEL: func.func @said
func.func @said(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: fovea.equation "e"(%{{.*}}) operands ["x"] layer "l" attributes {at = array<i64: 1, 2>, half = 5.000000e-01 : f64, kernel = 3 : i64, rule = "wrap", wide = true} doc "two\0Alines" algorithm "generic" schedule <"Z: parallel(i)"> : (tensor<4xf32>) -> tensor<4xf32> {
  %z = fovea.equation "e" (%x) operands ["x"] layer "l"
      attributes {wide = true, kernel = 3 : i64, half = 0.5 : f64, rule = "wrap",
                  at = array<i64: 1, 2>}
      doc "two\nlines" algorithm "generic" schedule <"Z: parallel(i)"> : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X [(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  }
  return %z : tensor<4xf32>
}
