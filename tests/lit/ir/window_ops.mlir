// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt --mlir-print-op-generic %s | fovea-opt | FileCheck %s

// Convolutions and their kin, with and without their optional parts.

// CHECK-LABEL: func.func @convolutions
func.func @convolutions(%x: tensor<1x4x5x6xf32>, %b: tensor<6xf32>, %w: tensor<6x2x3x3xf32>,
                        %u: tensor<6x3x4x4x3x3xf32>, %ub: tensor<6x3x4xf32>,
                        %t: tensor<6x4x3x3x2x3xf32>, %tb: tensor<6x2x3xf32>) {
  // CHECK: fovea.conv %{{.*}}, %{{.*}}, %{{.*}} filters 6 kernel [3, 3] padding same groups 2 layer "c" :
  %0 = fovea.conv %x, %w, %b filters 6 kernel [3, 3] padding same groups 2 layer "c"
      : (tensor<1x4x5x6xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<1x6x5x6xf32>
  // CHECK: fovea.flipped_conv %{{.*}}, %{{.*}} filters 6 kernel [3, 3] stride [2, 1] groups 2 bias false :
  %1 = fovea.flipped_conv %x, %w filters 6 kernel [3, 3] stride [2, 1] groups 2 bias false
      : (tensor<1x4x5x6xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x2x4xf32>
  // CHECK: fovea.unshared_conv %{{.*}}, %{{.*}}, %{{.*}} filters 6 kernel [3, 3] :
  %2 = fovea.unshared_conv %x, %u, %ub filters 6 kernel [3, 3]
      : (tensor<1x4x5x6xf32>, tensor<6x3x4x4x3x3xf32>, tensor<6x3x4xf32>) -> tensor<1x6x3x4xf32>
  // CHECK: fovea.tiled_conv %{{.*}}, %{{.*}}, %{{.*}} filters 6 kernel [3, 3] period [2, 3] :
  %3 = fovea.tiled_conv %x, %t, %tb filters 6 kernel [3, 3] period [2, 3]
      : (tensor<1x4x5x6xf32>, tensor<6x4x3x3x2x3xf32>, tensor<6x2x3xf32>) -> tensor<1x6x3x4xf32>
  return
}

// CHECK-LABEL: func.func @at_places_of_their_own
func.func @at_places_of_their_own(%x: tensor<1x4x5x6xf32>, %o: tensor<1x36x3x4xf32>,
                                  %m: tensor<1x18x3x4xf32>, %w: tensor<6x4x3x3xf32>,
                                  %b: tensor<6xf32>, %g: tensor<1x7x8x2xf32>) {
  // CHECK: fovea.deform_conv %{{.*}}, %{{.*}}, %{{.*}} filters 6 kernel [3, 3] bias false offset_groups 2 :
  %0 = fovea.deform_conv %x, %o, %w filters 6 kernel [3, 3] bias false offset_groups 2
      : (tensor<1x4x5x6xf32>, tensor<1x36x3x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x3x4xf32>
  // CHECK: fovea.modulated_deform_conv %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} filters 6 kernel [3, 3] offset_groups 2 layer "d" :
  %1 = fovea.modulated_deform_conv %x, %o, %m, %w, %b filters 6 kernel [3, 3] offset_groups 2
      layer "d" : (tensor<1x4x5x6xf32>, tensor<1x36x3x4xf32>, tensor<1x18x3x4xf32>,
                   tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<1x6x3x4xf32>
  // CHECK: fovea.involution %{{.*}}, %{{.*}} kernel [3, 3] groups 2 :
  %2 = fovea.involution %x, %m kernel [3, 3] groups 2
      : (tensor<1x4x5x6xf32>, tensor<1x18x3x4xf32>) -> tensor<1x4x3x4xf32>
  // CHECK: fovea.grid_sample %{{.*}}, %{{.*}} mode nearest padding reflection align_corners true :
  %3 = fovea.grid_sample %x, %g mode nearest padding reflection align_corners true
      : (tensor<1x4x5x6xf32>, tensor<1x7x8x2xf32>) -> tensor<1x4x7x8xf32>
  // CHECK: fovea.grid_sample %{{.*}}, %{{.*}} : (tensor<1x4x5x6xf32>
  %4 = fovea.grid_sample %x, %g
      : (tensor<1x4x5x6xf32>, tensor<1x7x8x2xf32>) -> tensor<1x4x7x8xf32>
  return
}

// CHECK-LABEL: func.func @pools
func.func @pools(%x: tensor<1x4x5x6xf32>, %w: tensor<2x2xf32>) {
  // CHECK: fovea.min_pool %{{.*}} kernel [2, 2] stride [2, 2] ceil_mode true :
  %0 = fovea.min_pool %x kernel [2, 2] stride [2, 2] ceil_mode true
      : (tensor<1x4x5x6xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: fovea.weighted_avg_pool %{{.*}}, %{{.*}} kernel [2, 2] padding same :
  %1 = fovea.weighted_avg_pool %x, %w kernel [2, 2] padding same
      : (tensor<1x4x5x6xf32>, tensor<2x2xf32>) -> tensor<1x4x5x6xf32>
  // CHECK: fovea.adaptive_avg_pool %{{.*}} outputs [2, 4] :
  %2 = fovea.adaptive_avg_pool %x outputs [2, 4] : (tensor<1x4x5x6xf32>) -> tensor<1x4x2x4xf32>
  // CHECK: fovea.adaptive_max_pool %{{.*}} : (tensor<1x4x5x6xf32>) -> tensor<1x4x1x1xf32>
  %3 = fovea.adaptive_max_pool %x : (tensor<1x4x5x6xf32>) -> tensor<1x4x1x1xf32>
  return
}

// CHECK-LABEL: func.func @columns
func.func @columns(%x: tensor<1x4x5x6xf32>, %c: tensor<1x36x12xf32>) {
  // CHECK: fovea.im2col %{{.*}} kernel [3, 3] dilation [1, 2] padding explicit from [0, 1] to [1, 0] :
  %0 = fovea.im2col %x kernel [3, 3] dilation [1, 2] padding explicit from [0, 1] to [1, 0]
      : (tensor<1x4x5x6xf32>) -> tensor<1x36x12xf32>
  // CHECK: fovea.col2im %{{.*}} space [5, 6] kernel [3, 3] :
  %1 = fovea.col2im %c space [5, 6] kernel [3, 3]
      : (tensor<1x36x12xf32>) -> tensor<1x4x5x6xf32>
  return
}
