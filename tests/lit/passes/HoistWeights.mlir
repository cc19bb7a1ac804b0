// RUN: fovea-opt --fovea-hoist-weights %s | FileCheck %s
// RUN: fovea-opt --fovea-pipeline %s | FileCheck %s --check-prefix=PLAN

// A batch normalisation is affine in its input: two vectors are computed of its four weights, in
// float64, and what is left is a multiplication and an addition.
// CHECK-LABEL: func.func @affine
// In the end the vectors are computed once, and the rest is part of the convolution.
// PLAN-LABEL: func.func private @affine_prepare
// PLAN: fovea.kernel "bn.weights"
// PLAN-LABEL: func.func @affine
// PLAN: fovea.kernel "conv"
// PLAN-NOT: fovea.kernel
// PLAN: return
func.func @affine(%x: tensor<1x8x6x6xf32>) -> tensor<1x16x6x6xf32> {
  %k = fovea.parameter "k" number 0 : tensor<16x8x1x1xf32>
  // CHECK: %[[W:.*]] = fovea.parameter "w"
  %w = fovea.parameter "w" number 1 : tensor<16xf32>
  // CHECK: %[[C:.*]] = fovea.conv
  %0 = fovea.conv %x, %k filters 16 kernel [1, 1] bias false layer "conv"
      : (tensor<1x8x6x6xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x6x6xf32>
  // CHECK: %[[A:.*]]:2 = fovea.equation "batch_norm_weights"(%[[W]], %[[W]], %[[W]], %[[W]]) operands ["var", "weight", "mean", "bias"] layer "bn.weights" :
  // CHECK-SAME: -> (tensor<16xf32>, tensor<16xf32>)
  // CHECK: fovea.scalar sqrt {{.*}} : (f64) -> f64
  // CHECK: fovea.equation "batch_norm"(%[[C]], %[[A]]#0, %[[A]]#1) operands ["X", "W0", "W1"] layer "bn" : (tensor<1x16x6x6xf32>, tensor<16xf32>, tensor<16xf32>) -> tensor<1x16x6x6xf32>
  // CHECK: %[[P:.*]] = fovea.scalar mul
  // CHECK: %[[S:.*]] = fovea.scalar add %[[P]]
  // CHECK-NEXT: fovea.yield %[[S]]
  // CHECK-NOT: fovea.batch_norm
  %1 = fovea.batch_norm %0, %w, %w, %w, %w layer "bn"
      : (tensor<1x16x6x6xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>)
      -> tensor<1x16x6x6xf32>
  return %1 : tensor<1x16x6x6xf32>
}

// Nothing to gain: a scale that is read as it is, and a product of what both vary.
// CHECK-LABEL: func.func @nothing
func.func @nothing(%x: tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32> {
  %w = fovea.parameter "w" number 0 : tensor<8x1x1xf32>
  // CHECK: fovea.mul
  %0 = fovea.mul %x, %w layer "scale" : (tensor<1x8x6x6xf32>, tensor<8x1x1xf32>) -> tensor<1x8x6x6xf32>
  // CHECK: fovea.mul
  %1 = fovea.mul %0, %x layer "gate" : (tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  // CHECK-NOT: fovea.equation
  return %1 : tensor<1x8x6x6xf32>
}
