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

// Of the last map only its channels' averages are wanted: one kernel, which never makes the map.
// CHECK-LABEL: func.func @pooled
func.func @pooled(%x: tensor<1x320x7x7xf32>) -> tensor<1x1280x1x1xf32> {
  %w = fovea.parameter "w" number 0 : tensor<1280x320x1x1xf32>
  // CHECK: fovea.kernel "pool"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.conv
  %0 = fovea.conv %x, %w filters 1280 kernel [1, 1] bias false layer "conv"
      : (tensor<1x320x7x7xf32>, tensor<1280x320x1x1xf32>) -> tensor<1x1280x7x7xf32>
  // CHECK-NEXT: fovea.relu
  %1 = fovea.relu %0 layer "relu" : (tensor<1x1280x7x7xf32>) -> tensor<1x1280x7x7xf32>
  // CHECK-NEXT: fovea.global_avg_pool
  // CHECK-NEXT: fovea.yield
  %2 = fovea.global_avg_pool %1 layer "pool"
      : (tensor<1x1280x7x7xf32>) -> tensor<1x1280x1x1xf32>
  // CHECK-NOT: fovea.kernel
  // CHECK: return
  return %2 : tensor<1x1280x1x1xf32>
}

// The map is read by another as well (squeeze and excite): it is made.
// CHECK-LABEL: func.func @pooled_and_read
func.func @pooled_and_read(%x: tensor<1x320x7x7xf32>)
    -> (tensor<1x1280x1x1xf32>, tensor<1x1280x7x7xf32>) {
  %w = fovea.parameter "w" number 0 : tensor<1280x320x1x1xf32>
  // CHECK: fovea.kernel "conv"
  %0 = fovea.conv %x, %w filters 1280 kernel [1, 1] bias false layer "conv"
      : (tensor<1x320x7x7xf32>, tensor<1280x320x1x1xf32>) -> tensor<1x1280x7x7xf32>
  // CHECK: fovea.kernel "pool"
  %1 = fovea.global_avg_pool %0 layer "pool"
      : (tensor<1x1280x7x7xf32>) -> tensor<1x1280x1x1xf32>
  return %1, %0 : tensor<1x1280x1x1xf32>, tensor<1x1280x7x7xf32>
}

// A stem: of the map only the maxima of its windows are wanted.
// CHECK-LABEL: func.func @stem
func.func @stem(%x: tensor<1x3x224x224xf32>) -> tensor<1x64x55x55xf32> {
  %w = fovea.parameter "w" number 0 : tensor<64x3x3x3xf32>
  // CHECK: fovea.kernel "pool"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.conv
  %0 = fovea.conv %x, %w filters 64 kernel [3, 3] stride [2, 2] bias false layer "conv"
      : (tensor<1x3x224x224xf32>, tensor<64x3x3x3xf32>) -> tensor<1x64x111x111xf32>
  // CHECK-NEXT: fovea.relu
  %1 = fovea.relu %0 layer "relu" : (tensor<1x64x111x111xf32>) -> tensor<1x64x111x111xf32>
  // CHECK-NEXT: fovea.max_pool
  // CHECK-NEXT: fovea.yield
  %2 = fovea.max_pool %1 kernel [3, 3] stride [2, 2] layer "pool"
      : (tensor<1x64x111x111xf32>) -> tensor<1x64x55x55xf32>
  // CHECK-NOT: fovea.kernel
  // CHECK: return
  return %2 : tensor<1x64x55x55xf32>
}

// Four windows of each map are not one number, and the map stays in the cache: it is made.
// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<1x320x14x14xf32>) -> tensor<1x64x2x2xf32> {
  %w = fovea.parameter "w" number 0 : tensor<64x320x1x1xf32>
  // CHECK: fovea.kernel "conv"
  %0 = fovea.conv %x, %w filters 64 kernel [1, 1] bias false layer "conv"
      : (tensor<1x320x14x14xf32>, tensor<64x320x1x1xf32>) -> tensor<1x64x14x14xf32>
  // CHECK: fovea.kernel "pool"
  %1 = fovea.avg_pool %0 kernel [7, 7] stride [7, 7] layer "pool"
      : (tensor<1x64x14x14xf32>) -> tensor<1x64x2x2xf32>
  return %1 : tensor<1x64x2x2xf32>
}
