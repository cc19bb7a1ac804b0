// RUN: fovea-opt --fovea-canonicalise %s | FileCheck %s

// Dropout copies at inference; the weight stays although nothing uses it.
// CHECK-LABEL: func.func @identity
func.func @identity(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: fovea.parameter "unused" number 0
  %w = fovea.parameter "unused" number 0 : tensor<4xf32>
  // CHECK-NOT: fovea.dropout
  %0 = fovea.dropout %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  // CHECK: %[[R:.*]] = fovea.relu %arg0
  %1 = fovea.relu %0 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  // A view of equal type is an identity too.
  // CHECK-NOT: fovea.flatten
  %2 = fovea.flatten %1 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  // CHECK: return %[[R]]
  return %2 : tensor<2x8xf32>
}

// A copy written as an equation is as much an identity as dropout is: the name decides nothing.
// CHECK-LABEL: func.func @identity_equation
func.func @identity_equation(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = fovea.equation "mine" (%x) operands ["x"] : (tensor<2x8xf32>) -> tensor<2x8xf32> {
  ^bb0(%X: tensor<2x8xf32>):
    %Z = fovea.define "Z" [i < 2, j < 8] {
      %1 = fovea.read %X [(d0, d1) -> (d0, d1)] : tensor<2x8xf32>
      fovea.yield %1 : f32
    } : tensor<2x8xf32>
    fovea.yield %Z : tensor<2x8xf32>
  }
  // CHECK-NEXT: return %arg0
  return %0 : tensor<2x8xf32>
}

// A transposition of a square moves elements: no identity.
// CHECK-LABEL: func.func @transposed
func.func @transposed(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: fovea.equation
  %0 = fovea.equation "transposed" (%x) operands ["x"] : (tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%X: tensor<4x4xf32>):
    %Z = fovea.define "Z" [i < 4, j < 4] {
      %1 = fovea.read %X [(d0, d1) -> (d1, d0)] : tensor<4x4xf32>
      fovea.yield %1 : f32
    } : tensor<4x4xf32>
    fovea.yield %Z : tensor<4x4xf32>
  }
  return %0 : tensor<4x4xf32>
}

// Equal values are computed once, whatever their layers are called; unused ones not at all.
// CHECK-LABEL: func.func @repeated
func.func @repeated(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: %[[T:.*]] = fovea.tanh %arg0 layer "a"
  %0 = fovea.tanh %x layer "a" : (tensor<8xf32>) -> tensor<8xf32>
  %1 = fovea.tanh %x layer "b" : (tensor<8xf32>) -> tensor<8xf32>
  %2 = fovea.relu %x : (tensor<8xf32>) -> tensor<8xf32>
  %3 = fovea.sigmoid %2 : (tensor<8xf32>) -> tensor<8xf32>
  // CHECK-NEXT: %[[S:.*]] = fovea.add %[[T]], %[[T]]
  %4 = fovea.add %0, %1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  // CHECK-NEXT: return %[[S]]
  return %4 : tensor<8xf32>
}
