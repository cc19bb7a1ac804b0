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

// Operands and results as they are stored; the region has them as the definition does.
// CHECK-LABEL: func.func @forms
func.func @forms(%x: tensor<1x1x8x16xf32>) -> tensor<1x1x4x16xf32> {
  // CHECK: %[[W:.*]] = fovea.prepared @forms_prepare 0 : tensor<2x9xf32>
  %w = fovea.prepared @forms_prepare 0 : tensor<2x9xf32>
  // CHECK: fovea.kernel "k"(%{{.*}}, %[[W]]) prepared [1] operand_layouts ["blocked(1, 16)", "row_major"] result_layouts ["blocked(1, 16)"] :
  %0 = fovea.kernel "k" (%x, %w) prepared [1] operand_layouts ["blocked(1, 16)", "row_major"]
      result_layouts ["blocked(1, 16)"]
      : (tensor<1x1x8x16xf32>, tensor<2x9xf32>) -> tensor<1x1x4x16xf32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<1x10x8xf32>, %{{.*}}: tensor<12x10x5xf32>):
  ^bb0(%a: tensor<1x10x8xf32>, %b: tensor<12x10x5xf32>):
    %1 = fovea.conv %a, %b filters 12 kernel [5] bias false
        : (tensor<1x10x8xf32>, tensor<12x10x5xf32>) -> tensor<1x12x4xf32>
    fovea.yield %1 : tensor<1x12x4xf32>
  }
  return %0 : tensor<1x1x4x16xf32>
}

// CHECK-LABEL: func.func private @forms_prepare() -> tensor<2x9xf32> attributes {fovea.prepare}
func.func private @forms_prepare() -> tensor<2x9xf32> attributes {fovea.prepare} {
  %w = fovea.parameter "w" number 0 : tensor<2x9xf32>
  return %w : tensor<2x9xf32>
}

// Tensors that are made side by side, and a range of them.
// CHECK-LABEL: func.func @memory
func.func @memory(%x: tensor<1x2x8xf32>, %y: tensor<1x4x8xf32>) -> tensor<1x3x8xf32> {
  // CHECK: %[[J:.*]] = fovea.join %{{.*}}, %{{.*}} : (tensor<1x2x8xf32>, tensor<1x4x8xf32>) -> tensor<1x6x8xf32>
  %0 = fovea.join %x, %y : (tensor<1x2x8xf32>, tensor<1x4x8xf32>) -> tensor<1x6x8xf32>
  // CHECK: fovea.part %[[J]] from 24 : tensor<1x6x8xf32> -> tensor<1x3x8xf32>
  %1 = fovea.part %0 from 24 : tensor<1x6x8xf32> -> tensor<1x3x8xf32>
  return %1 : tensor<1x3x8xf32>
}
