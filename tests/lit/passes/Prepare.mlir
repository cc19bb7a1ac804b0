// RUN: fovea-opt --fovea-fuse --fovea-select --fovea-prepare %s | FileCheck %s
// RUN: fovea-opt --fovea-pipeline %s | FileCheck %s --check-prefix=PLAN

// Two layers read one weight, packed in one way: it is packed once. The bias stays as it is.
// CHECK-LABEL: func.func private @shared_prepare
// CHECK-SAME: () -> tensor<[[PACKED:.*]]> attributes {fovea.prepare}
// CHECK-NEXT: %[[W:.*]] = fovea.parameter "w" number 0 : tensor<64x64x3x3xf32>
// CHECK-NEXT: %[[P:.*]] = fovea.kernel "a"(%[[W]]) algorithm "generic" schedule <"{{.*}}"> symbol "{{.*}}" :
// CHECK-NOT: fovea.kernel
// CHECK-NOT: fovea.parameter
// CHECK: return %[[P]] : tensor<[[PACKED]]>
// CHECK-LABEL: func.func @shared
// PLAN-LABEL: func.func private @shared_prepare
// PLAN-SAME: fovea.arena_bytes = 147456 : i64
// PLAN: fovea.kernel "a"{{.*}} offsets [0] :
// PLAN-LABEL: func.func @shared
// PLAN: fovea.kernel "a"{{.*}} prepared [1] offsets [
func.func @shared(%x: tensor<1x64x32x32xf32>, %y: tensor<1x64x16x16xf32>)
    -> (tensor<1x64x15x15xf32>, tensor<1x64x7x7xf32>) {
  // CHECK: %[[Q:.*]] = fovea.prepared @shared_prepare 0 : tensor<[[PACKED]]>
  %w = fovea.parameter "w" number 0 : tensor<64x64x3x3xf32>
  // CHECK: %[[B:.*]] = fovea.parameter "b" number 1
  %b = fovea.parameter "b" number 1 : tensor<64xf32>
  // CHECK: fovea.kernel "a"(%{{.*}}, %[[Q]], %[[B]]) algorithm "direct" schedule <"{{.*}}"> symbol "{{.*}}" prepared [1] :
  // CHECK-SAME: tensor<[[PACKED]]>
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<1x64x32x32xf32>, %{{.*}}: tensor<64x64x3x3xf32>, %{{.*}}: tensor<64xf32>)
  %0 = fovea.conv %x, %w, %b filters 64 kernel [3, 3] stride [2, 2] layer "a"
      : (tensor<1x64x32x32xf32>, tensor<64x64x3x3xf32>, tensor<64xf32>) -> tensor<1x64x15x15xf32>
  // CHECK: fovea.kernel "b"(%{{.*}}, %[[Q]], %[[B]]) algorithm "direct"{{.*}} prepared [1] :
  %1 = fovea.conv %y, %w, %b filters 64 kernel [3, 3] stride [2, 2] layer "b"
      : (tensor<1x64x16x16xf32>, tensor<64x64x3x3xf32>, tensor<64xf32>) -> tensor<1x64x7x7xf32>
  return %0, %1 : tensor<1x64x15x15xf32>, tensor<1x64x7x7xf32>
}

// What is computed from weights alone is computed once, also through views and several kernels: only
// the last result leaves the function, and memory of the others is used again.
// CHECK-LABEL: func.func private @chain_prepare
// CHECK: fovea.softmax %{{.*}} axis 0
// CHECK: fovea.flatten
// CHECK: fovea.softmax %{{.*}} axis 1
// CHECK: return %{{.*}} : tensor<1x64xf32>
// CHECK-LABEL: func.func @chain
// CHECK-NOT: fovea.softmax
// PLAN-LABEL: func.func private @chain_prepare
// PLAN-SAME: fovea.arena_bytes = 512 : i64
// PLAN-LABEL: func.func @chain
// PLAN-SAME: fovea.arena_bytes = 0 : i64
func.func @chain(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %w = fovea.parameter "w" number 0 : tensor<1x8x8xf32>
  %0 = fovea.softmax %w axis 0 layer "first" : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %1 = fovea.softmax %0 axis 1 layer "second" : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %2 = fovea.flatten %1 layer "view" : (tensor<1x8x8xf32>) -> tensor<1x64xf32>
  %3 = fovea.softmax %2 axis 1 layer "third" : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // CHECK: %[[P:.*]] = fovea.prepared @chain_prepare 0 : tensor<1x64xf32>
  // CHECK: fovea.kernel "sum"(%{{.*}}, %[[P]])
  %4 = fovea.add %x, %3 layer "sum" : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  return %4 : tensor<1x64xf32>
}

// An output is written in each run, whatever it depends on; nothing else is prepared here.
// CHECK-NOT: func.func private @output_prepare
// CHECK-LABEL: func.func @output
// CHECK-NOT: fovea.prepared
func.func @output(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %w = fovea.parameter "w" number 0 : tensor<4xf32>
  // CHECK: fovea.kernel "weights"
  %0 = fovea.tanh %w layer "weights" : (tensor<4xf32>) -> tensor<4xf32>
  %1 = fovea.add %x, %0 layer "sum" : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
