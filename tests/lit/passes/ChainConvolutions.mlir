// RUN: fovea-opt --fovea-fuse --fovea-chain-convolutions %s | FileCheck %s

// What lies between the convolutions is larger than the cache: one kernel, called as its last part.
// CHECK-LABEL: func.func @large
func.func @large(%x: tensor<1x16x112x112xf32>) -> tensor<1x24x56x56xf32> {
  %e = fovea.parameter "e" number 0 : tensor<96x16x1x1xf32>
  %d = fovea.parameter "d" number 1 : tensor<96x1x3x3xf32>
  %p = fovea.parameter "p" number 2 : tensor<24x96x1x1xf32>
  // CHECK: fovea.kernel "narrow"(%arg0, %{{.*}}, %{{.*}}, %{{.*}}) :
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.conv
  %0 = fovea.conv %x, %e filters 96 kernel [1, 1] bias false layer "widen"
      : (tensor<1x16x112x112xf32>, tensor<96x16x1x1xf32>) -> tensor<1x96x112x112xf32>
  // CHECK-NEXT: fovea.relu
  %1 = fovea.relu %0 layer "relu_1" : (tensor<1x96x112x112xf32>) -> tensor<1x96x112x112xf32>
  // CHECK-NEXT: fovea.conv
  %2 = fovea.conv %1, %d filters 96 kernel [3, 3] stride [2, 2] padding explicit from [1, 1]
      to [1, 1] groups 96 bias false layer "windows"
      : (tensor<1x96x112x112xf32>, tensor<96x1x3x3xf32>) -> tensor<1x96x56x56xf32>
  // CHECK-NEXT: fovea.relu
  %3 = fovea.relu %2 layer "relu_2" : (tensor<1x96x56x56xf32>) -> tensor<1x96x56x56xf32>
  // CHECK-NEXT: fovea.conv
  // CHECK-NEXT: fovea.yield
  %4 = fovea.conv %3, %p filters 24 kernel [1, 1] bias false layer "narrow"
      : (tensor<1x96x56x56xf32>, tensor<24x96x1x1xf32>) -> tensor<1x24x56x56xf32>
  // CHECK-NOT: fovea.kernel
  // CHECK: return
  return %4 : tensor<1x24x56x56xf32>
}

// Two read the first one's result: it is made.
// CHECK-LABEL: func.func @read_twice
func.func @read_twice(%x: tensor<1x16x112x112xf32>)
    -> (tensor<1x96x56x56xf32>, tensor<1x96x112x112xf32>) {
  %e = fovea.parameter "e" number 0 : tensor<96x16x1x1xf32>
  %d = fovea.parameter "d" number 1 : tensor<96x1x3x3xf32>
  // CHECK: fovea.kernel "widen"
  %0 = fovea.conv %x, %e filters 96 kernel [1, 1] bias false layer "widen"
      : (tensor<1x16x112x112xf32>, tensor<96x16x1x1xf32>) -> tensor<1x96x112x112xf32>
  // CHECK: fovea.kernel "windows"
  %1 = fovea.conv %0, %d filters 96 kernel [3, 3] stride [2, 2] padding explicit from [1, 1]
      to [1, 1] groups 96 bias false layer "windows"
      : (tensor<1x96x112x112xf32>, tensor<96x1x3x3xf32>) -> tensor<1x96x56x56xf32>
  return %1, %0 : tensor<1x96x56x56xf32>, tensor<1x96x112x112xf32>
}

// A window over all channels is no part of a chain.
// CHECK-LABEL: func.func @mixes_channels
func.func @mixes_channels(%x: tensor<1x16x112x112xf32>) -> tensor<1x16x112x112xf32> {
  %e = fovea.parameter "e" number 0 : tensor<96x16x1x1xf32>
  %d = fovea.parameter "d" number 1 : tensor<16x96x3x3xf32>
  // CHECK: fovea.kernel "widen"
  %0 = fovea.conv %x, %e filters 96 kernel [1, 1] bias false layer "widen"
      : (tensor<1x16x112x112xf32>, tensor<96x16x1x1xf32>) -> tensor<1x96x112x112xf32>
  // CHECK: fovea.kernel "windows"
  %1 = fovea.conv %0, %d filters 16 kernel [3, 3] padding same bias false layer "windows"
      : (tensor<1x96x112x112xf32>, tensor<16x96x3x3xf32>) -> tensor<1x16x112x112xf32>
  return %1 : tensor<1x16x112x112xf32>
}
