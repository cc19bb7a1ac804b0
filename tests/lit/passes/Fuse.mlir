// RUN: fovea-opt --fovea-fuse %s | FileCheck %s

// Pointwise ops join the convolution whose only reader they are; views stay outside.
// CHECK-LABEL: func.func @chain
func.func @chain(%x: tensor<1x1x8x8xf32>) -> tensor<1x288xf32> {
  // CHECK: %[[W:.*]] = fovea.parameter "w" number 0
  %w = fovea.parameter "w" number 0 : tensor<8x1x3x3xf32>
  %c = fovea.parameter "c" number 1 : tensor<8xf32>
  // CHECK: %[[K:.*]] = fovea.kernel "conv1"(%arg0, %[[W]], %{{.*}}) :
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.conv
  %0 = fovea.conv %x, %w filters 8 kernel [3, 3] bias false layer "conv1"
      : (tensor<1x1x8x8xf32>, tensor<8x1x3x3xf32>) -> tensor<1x8x6x6xf32>
  // CHECK-NEXT: fovea.batch_norm
  %1 = fovea.batch_norm %0, %c, %c, %c, %c layer "bn1"
      : (tensor<1x8x6x6xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
      -> tensor<1x8x6x6xf32>
  // CHECK-NEXT: fovea.relu
  // CHECK-NEXT: fovea.yield
  %2 = fovea.relu %1 layer "relu_1" : (tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  // CHECK: %[[F:.*]] = fovea.flatten %[[K]]
  %3 = fovea.flatten %2 layer "flatten_1" : (tensor<1x8x6x6xf32>) -> tensor<1x288xf32>
  // CHECK: fovea.kernel "softmax_1"(%[[F]])
  %4 = fovea.softmax %3 layer "softmax_1" : (tensor<1x288xf32>) -> tensor<1x288xf32>
  return %4 : tensor<1x288xf32>
}

// A residual: the sum joins one of its producers, and reads the other.
// CHECK-LABEL: func.func @residual
func.func @residual(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = fovea.parameter "w" number 0 : tensor<2x2x1x1xf32>
  // CHECK: %[[A:.*]] = fovea.kernel "a"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.tanh
  // CHECK-NEXT: fovea.yield
  %0 = fovea.tanh %x layer "a" : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: fovea.kernel "conv"(%[[A]], %{{.*}}) :
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x2x4x4xf32>, %
  // CHECK-NEXT: %[[C:.*]] = fovea.conv
  %1 = fovea.conv %0, %w filters 2 kernel [1, 1] bias false layer "conv"
      : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  // CHECK-NEXT: fovea.add %[[C]], %[[IN]]
  %2 = fovea.add %1, %0 layer "add" : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// Not legal: the result of `a` is read twice; `b` is broadcast, its result would be recomputed.
// CHECK-LABEL: func.func @apart
func.func @apart(%x: tensor<4x4xf32>, %y: tensor<4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  // CHECK: fovea.kernel "a"
  %0 = fovea.tanh %x layer "a" : (tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK: fovea.kernel "b"
  %1 = fovea.tanh %y layer "b" : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.kernel "c"
  %2 = fovea.mul %0, %1 layer "c" : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  return %0, %2 : tensor<4x4xf32>, tensor<4x4xf32>
}

// What only a convolution reads is its prologue; the kernel is the convolution's.
// CHECK-LABEL: func.func @prologue
func.func @prologue(%x: tensor<1x16x8x8xf32>) -> (tensor<1x16x8x8xf32>, tensor<1x32x8x8xf32>) {
  %w = fovea.parameter "w" number 0 : tensor<32x16x1x1xf32>
  %c = fovea.parameter "c" number 1 : tensor<16xf32>
  // CHECK: fovea.kernel "a"
  %0 = fovea.tanh %x layer "a" : (tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  // CHECK: fovea.kernel "conv"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.batch_norm
  %1 = fovea.batch_norm %0, %c, %c, %c, %c layer "bn"
      : (tensor<1x16x8x8xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>)
      -> tensor<1x16x8x8xf32>
  // CHECK-NEXT: fovea.relu
  %2 = fovea.relu %1 layer "relu" : (tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  // CHECK-NEXT: fovea.conv
  %3 = fovea.conv %2, %w filters 32 kernel [1, 1] bias false layer "conv"
      : (tensor<1x16x8x8xf32>, tensor<32x16x1x1xf32>) -> tensor<1x32x8x8xf32>
  // CHECK-NEXT: fovea.tanh
  %4 = fovea.tanh %3 layer "tanh" : (tensor<1x32x8x8xf32>) -> tensor<1x32x8x8xf32>
  return %0, %4 : tensor<1x16x8x8xf32>, tensor<1x32x8x8xf32>
}

// Not one: two read it.
// CHECK-LABEL: func.func @no_prologue
func.func @no_prologue(%x: tensor<1x16x8x8xf32>) -> (tensor<1x32x8x8xf32>, tensor<1x16x8x8xf32>) {
  %w = fovea.parameter "w" number 0 : tensor<32x16x1x1xf32>
  // CHECK: fovea.kernel "relu"
  %0 = fovea.relu %x layer "relu" : (tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  // CHECK: fovea.kernel "conv"
  %1 = fovea.conv %0, %w filters 32 kernel [1, 1] bias false layer "conv"
      : (tensor<1x16x8x8xf32>, tensor<32x16x1x1xf32>) -> tensor<1x32x8x8xf32>
  // CHECK: fovea.kernel "softmax"
  %2 = fovea.softmax %0 layer "softmax" : (tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  return %1, %2 : tensor<1x32x8x8xf32>, tensor<1x16x8x8xf32>
}

// Two that read the convolution join it, once they are one.
// CHECK-LABEL: func.func @swish
func.func @swish(%x: tensor<1x16x8x8xf32>) -> tensor<1x32x8x8xf32> {
  %w = fovea.parameter "w" number 0 : tensor<32x16x1x1xf32>
  // CHECK: fovea.kernel "conv"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[C:.*]] = fovea.conv
  %0 = fovea.conv %x, %w filters 32 kernel [1, 1] bias false layer "conv"
      : (tensor<1x16x8x8xf32>, tensor<32x16x1x1xf32>) -> tensor<1x32x8x8xf32>
  // CHECK-NEXT: %[[S:.*]] = fovea.sigmoid %[[C]]
  %1 = fovea.sigmoid %0 layer "sigmoid" : (tensor<1x32x8x8xf32>) -> tensor<1x32x8x8xf32>
  // CHECK-NEXT: fovea.mul %[[C]], %[[S]]
  // CHECK-NOT: fovea.kernel
  // CHECK: return
  %2 = fovea.mul %0, %1 layer "mul" : (tensor<1x32x8x8xf32>, tensor<1x32x8x8xf32>) -> tensor<1x32x8x8xf32>
  return %2 : tensor<1x32x8x8xf32>
}

// What can be made side by side costs nothing: what follows it element by element does not take it
// in. What has to be copied is copied once.
// CHECK-LABEL: func.func @joins
func.func @joins(%x: tensor<1x16x16x16xf32>, %y: tensor<2x16x16x16xf32>)
    -> (tensor<1x32x16x16xf32>, tensor<2x32x16x16xf32>) {
  %0 = fovea.softmax %x layer "a" : (tensor<1x16x16x16xf32>) -> tensor<1x16x16x16xf32>
  %1 = fovea.softmax %x axis 2 layer "b" : (tensor<1x16x16x16xf32>) -> tensor<1x16x16x16xf32>
  // CHECK: %[[C:.*]] = fovea.kernel "c"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.concat
  // CHECK-NEXT: fovea.yield
  %2 = fovea.concat %0, %1 layer "c"
      : (tensor<1x16x16x16xf32>, tensor<1x16x16x16xf32>) -> tensor<1x32x16x16xf32>
  // CHECK: fovea.kernel "relu"(%[[C]])
  %3 = fovea.relu %2 layer "relu" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  %4 = fovea.softmax %y layer "d" : (tensor<2x16x16x16xf32>) -> tensor<2x16x16x16xf32>
  // CHECK: fovea.kernel "e"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.concat
  // CHECK-NEXT: fovea.relu
  %5 = fovea.concat %4, %4 layer "e"
      : (tensor<2x16x16x16xf32>, tensor<2x16x16x16xf32>) -> tensor<2x32x16x16xf32>
  %6 = fovea.relu %5 layer "f" : (tensor<2x32x16x16xf32>) -> tensor<2x32x16x16xf32>
  return %3, %6 : tensor<1x32x16x16xf32>, tensor<2x32x16x16xf32>
}

// A sum with the very tensor that the prologue reads stays apart: no fast algorithm computes both.
// CHECK-LABEL: func.func @preactivation
func.func @preactivation(%x: tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32> {
  %w = fovea.parameter "w" number 0 : tensor<64x64x3x3xf32>
  // CHECK: fovea.kernel "conv"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.relu
  %0 = fovea.relu %x layer "relu" : (tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
  // CHECK-NEXT: fovea.conv
  // CHECK-NEXT: fovea.yield
  %1 = fovea.conv %0, %w filters 64 kernel [3, 3] dilation [2, 2] padding same bias false
      layer "conv" : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
  // CHECK: fovea.kernel "sum"
  %2 = fovea.add %1, %x layer "sum" : (tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
  return %2 : tensor<1x64x28x28xf32>
}
