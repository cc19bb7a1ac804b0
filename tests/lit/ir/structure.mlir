// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt --mlir-print-op-generic %s | fovea-opt | FileCheck %s

// CHECK-LABEL: func.func @kernel
func.func @kernel(%x: tensor<1x8xf32>) -> tensor<1x4xf32> {
  // CHECK: %[[W:.*]] = fovea.parameter "fc.weight" number 0 : tensor<4x8xf32>
  %w = fovea.parameter "fc.weight" number 0 : tensor<4x8xf32>
  // CHECK: fovea.kernel "fc"(%{{.*}}, %[[W]]) algorithm "generic" schedule <"Z: parallel(i)"> symbol "fovea_kernel_0123456789abcdef" offsets [64] :
  %0 = fovea.kernel "fc" (%x, %w) algorithm "generic" schedule <"Z: parallel(i)">
      symbol "fovea_kernel_0123456789abcdef" offsets [64]
      : (tensor<1x8xf32>, tensor<4x8xf32>) -> tensor<1x4xf32> {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<1x8xf32>, %[[B:.*]]: tensor<4x8xf32>):
  ^bb0(%a: tensor<1x8xf32>, %b: tensor<4x8xf32>):
    // CHECK-NEXT: %[[D:.*]] = fovea.dense %[[A]], %[[B]] outputs 4 bias false
    %1 = fovea.dense %a, %b outputs 4 bias false
        : (tensor<1x8xf32>, tensor<4x8xf32>) -> tensor<1x4xf32>
    // CHECK-NEXT: %[[R:.*]] = fovea.relu %[[D]]
    %2 = fovea.relu %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
    // CHECK-NEXT: fovea.yield %[[R]] : tensor<1x4xf32>
    fovea.yield %2 : tensor<1x4xf32>
  }
  // CHECK: fovea.kernel "relu"(%{{.*}}) :
  %3 = fovea.kernel "relu" (%0) : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%a: tensor<1x4xf32>):
    %1 = fovea.relu %a : (tensor<1x4xf32>) -> tensor<1x4xf32>
    fovea.yield %1 : tensor<1x4xf32>
  }
  return %3 : tensor<1x4xf32>
}
