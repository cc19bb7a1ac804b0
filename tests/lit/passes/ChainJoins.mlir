// RUN: fovea-opt --fovea-chain-joins %s | FileCheck %s

// A dense block joins all features anew for each layer: each joins its own to those before.
// CHECK-LABEL: func.func @dense
func.func @dense(%a: tensor<1x2x4x4xf32>, %b: tensor<1x3x4x4xf32>, %c: tensor<1x1x4x4xf32>)
    -> (tensor<1x5x4x4xf32>, tensor<1x6x4x4xf32>, tensor<1x11x4x4xf32>) {
  // CHECK: %[[AB:.*]] = fovea.concat %arg0, %arg1
  %0 = fovea.concat %a, %b layer "ab" : (tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x5x4x4xf32>
  // CHECK: %[[ABC:.*]] = fovea.equation "concat"(%[[AB]], %arg2) operands ["x0", "x1"] layer "abc"
  %1 = fovea.concat %a, %b, %c layer "abc"
      : (tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: %[[ALL:.*]] = fovea.equation "concat"(%[[ABC]], %[[AB]]) operands ["x0", "x1"] layer "all"
  %2 = fovea.concat %a, %b, %c, %a, %b layer "all"
      : (tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>, tensor<1x1x4x4xf32>, tensor<1x2x4x4xf32>,
         tensor<1x3x4x4xf32>) -> tensor<1x11x4x4xf32>
  // CHECK: return %[[AB]], %[[ABC]], %[[ALL]]
  return %0, %1, %2 : tensor<1x5x4x4xf32>, tensor<1x6x4x4xf32>, tensor<1x11x4x4xf32>
}

// In another order, or along another axis, they are others.
// CHECK-LABEL: func.func @others
func.func @others(%a: tensor<1x2x4x4xf32>, %b: tensor<1x2x4x4xf32>)
    -> (tensor<1x4x4x4xf32>, tensor<1x6x4x4xf32>, tensor<1x2x12x4xf32>) {
  %0 = fovea.concat %a, %b layer "ab" : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: fovea.concat %arg1, %arg0, %arg0
  %1 = fovea.concat %b, %a, %a layer "baa"
      : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.concat %arg0, %arg1, %arg1 axis 2
  %2 = fovea.concat %a, %b, %b axis 2 layer "abb"
      : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x12x4xf32>
  return %0, %1, %2 : tensor<1x4x4x4xf32>, tensor<1x6x4x4xf32>, tensor<1x2x12x4xf32>
}
