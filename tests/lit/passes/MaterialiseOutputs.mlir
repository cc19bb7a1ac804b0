// RUN: fovea-opt --fovea-materialise-outputs %s | FileCheck %s

// The first output is the op's own; the second would be the same memory, the third is an input,
// the fourth a weight, the fifth a view of an input: these four are copied.
// CHECK-LABEL: func.func @outputs
func.func @outputs(%x: tensor<2x3x4xf32>)
    -> (tensor<2x12xf32> {fovea.name = "a"}, tensor<2x3x4xf32> {fovea.name = "b"},
        tensor<2x3x4xf32> {fovea.name = "c"}, tensor<4xf32> {fovea.name = "d"},
        tensor<2x12xf32> {fovea.name = "e"}) {
  // CHECK: %[[W:.*]] = fovea.parameter
  %w = fovea.parameter "w" number 0 : tensor<4xf32>
  // CHECK: %[[R:.*]] = fovea.relu
  %0 = fovea.relu %x : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  // CHECK: %[[F:.*]] = fovea.flatten %[[R]]
  %1 = fovea.flatten %0 : (tensor<2x3x4xf32>) -> tensor<2x12xf32>
  // CHECK: %[[G:.*]] = fovea.flatten %arg0
  %2 = fovea.flatten %x : (tensor<2x3x4xf32>) -> tensor<2x12xf32>
  // CHECK: %[[B:.*]] = fovea.kernel "b"(%[[R]])
  // CHECK: fovea.equation "copy"
  // CHECK: %[[C:.*]] = fovea.kernel "c"(%arg0)
  // CHECK: %[[D:.*]] = fovea.kernel "d"(%[[W]])
  // CHECK: %[[E:.*]] = fovea.kernel "e"(%[[G]])
  // CHECK: return %[[F]], %[[B]], %[[C]], %[[D]], %[[E]]
  return %1, %0, %x, %w, %2
      : tensor<2x12xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<4xf32>, tensor<2x12xf32>
}
