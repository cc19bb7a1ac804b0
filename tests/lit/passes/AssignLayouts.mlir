// RUN: fovea-opt --fovea-fuse --fovea-assign-layouts %s | FileCheck %s

// What lies between two convolutions has its channels in blocks; the network's input, its output and
// its weights are row-major.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: (%[[X:.*]]: tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
func.func @chain(%x: tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32> {
  %w = fovea.parameter "w" number 0 : tensor<64x64x3x3xf32>
  // CHECK: %[[A:.*]] = fovea.kernel "a"(%[[X]], %{{.*}}) {{.*}}result_layouts ["[[BLOCKED:blocked\(1, [0-9]+\)]]"] : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> [[STORED:tensor<1x[0-9]+x28x28x[0-9]+xf32>]]
  %0 = fovea.conv %x, %w filters 64 kernel [3, 3] padding same bias false layer "a"
      : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
  // CHECK: fovea.kernel "b"(%[[A]], %{{.*}}) operand_layouts ["[[BLOCKED]]", "row_major"] : ([[STORED]], tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
  %1 = fovea.conv %0, %w filters 64 kernel [3, 3] padding same bias false layer "b"
      : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
  return %1 : tensor<1x64x28x28xf32>
}

// A view reads its operand as it is in memory.
// CHECK-LABEL: func.func @view
func.func @view(%x: tensor<1x64x28x28xf32>) -> tensor<1x10xf32> {
  %w = fovea.parameter "w" number 0 : tensor<64x64x3x3xf32>
  %d = fovea.parameter "d" number 1 : tensor<10x50176xf32>
  // CHECK: fovea.kernel "a"
  // CHECK-SAME: -> tensor<1x64x28x28xf32>
  %0 = fovea.conv %x, %w filters 64 kernel [3, 3] padding same bias false layer "a"
      : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
  %1 = fovea.flatten %0 layer "flatten" : (tensor<1x64x28x28xf32>) -> tensor<1x50176xf32>
  %2 = fovea.dense %1, %d outputs 10 bias false layer "fc"
      : (tensor<1x50176xf32>, tensor<10x50176xf32>) -> tensor<1x10xf32>
  return %2 : tensor<1x10xf32>
}
