// RUN: fovea-opt --fovea-pipeline %s | FileCheck %s

// LeNet-5's first layers: from layers to planned kernels.
// CHECK-LABEL: func.func @lenet
// CHECK-SAME: fovea.arena_bytes
func.func @lenet(%image: tensor<1x1x28x28xf32> {fovea.name = "image"})
    -> (tensor<1x10xf32> {fovea.name = "probs"}) {
  %w0 = fovea.parameter "conv1.weight" number 0 : tensor<6x1x5x5xf32>
  %b0 = fovea.parameter "conv1.bias" number 1 : tensor<6xf32>
  %w1 = fovea.parameter "fc.weight" number 2 : tensor<10x1176xf32>
  %b1 = fovea.parameter "fc.bias" number 3 : tensor<10xf32>
  // CHECK: fovea.kernel "conv1"(%arg0, {{.*}}) algorithm {{.*}} symbol "fovea_kernel_{{[0-9a-f]+}}" {{.*}}offsets [{{[0-9]+}}]
  %0 = fovea.conv %image, %w0, %b0 filters 6 kernel [5, 5] padding same layer "conv1"
      : (tensor<1x1x28x28xf32>, tensor<6x1x5x5xf32>, tensor<6xf32>) -> tensor<1x6x28x28xf32>
  // CHECK: fovea.tanh
  %1 = fovea.tanh %0 layer "tanh_1" : (tensor<1x6x28x28xf32>) -> tensor<1x6x28x28xf32>
  // CHECK: fovea.kernel "avg_pool_1"
  %2 = fovea.avg_pool %1 kernel [2, 2] stride [2, 2] layer "avg_pool_1"
      : (tensor<1x6x28x28xf32>) -> tensor<1x6x14x14xf32>
  // CHECK: fovea.flatten
  %3 = fovea.flatten %2 layer "flatten_1" : (tensor<1x6x14x14xf32>) -> tensor<1x1176xf32>
  // CHECK-NOT: fovea.dropout
  %4 = fovea.dropout %3 layer "dropout_1" : (tensor<1x1176xf32>) -> tensor<1x1176xf32>
  // CHECK: fovea.kernel "fc"
  %5 = fovea.dense %4, %w1, %b1 outputs 10 layer "fc"
      : (tensor<1x1176xf32>, tensor<10x1176xf32>, tensor<10xf32>) -> tensor<1x10xf32>
  // CHECK: fovea.kernel "softmax_1"{{.*}} offsets [-1]
  %6 = fovea.softmax %5 layer "softmax_1" : (tensor<1x10xf32>) -> tensor<1x10xf32>
  return %6 : tensor<1x10xf32>
}
