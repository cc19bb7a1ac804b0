// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt --mlir-print-op-generic %s | fovea-opt | FileCheck %s

// What sums, or takes the largest, with and without its optional parts.

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: tensor<2x6x4x4xf32>, %flags: tensor<2x6xi1>) {
  // CHECK: fovea.reduce_sum %{{.*}} : (tensor<2x6x4x4xf32>) -> tensor<f32>
  %0 = fovea.reduce_sum %x : (tensor<2x6x4x4xf32>) -> tensor<f32>
  // CHECK: fovea.reduce_mean %{{.*}} axes [2, 3] keep_dims true layer "mean" :
  %1 = fovea.reduce_mean %x axes [2, 3] keep_dims true layer "mean"
      : (tensor<2x6x4x4xf32>) -> tensor<2x6x1x1xf32>
  // CHECK: fovea.reduce_max %{{.*}} axes [-1] :
  %2 = fovea.reduce_max %flags axes [-1] : (tensor<2x6xi1>) -> tensor<2xi1>
  // CHECK: fovea.arg_max %{{.*}} axis 1 :
  %3 = fovea.arg_max %x axis 1 : (tensor<2x6x4x4xf32>) -> tensor<2x4x4xi64>
  // CHECK: fovea.arg_min %{{.*}} keep_dims true select_last_index true :
  %4 = fovea.arg_min %x keep_dims true select_last_index true
      : (tensor<2x6x4x4xf32>) -> tensor<1x6x4x4xi64>
  // CHECK: fovea.global_avg_pool %{{.*}} : (tensor<2x6x4x4xf32>) -> tensor<2x6x1x1xf32>
  %5 = fovea.global_avg_pool %x : (tensor<2x6x4x4xf32>) -> tensor<2x6x1x1xf32>
  // CHECK: fovea.global_lp_pool %{{.*}} p 3 :
  %6 = fovea.global_lp_pool %x p 3 : (tensor<2x6x4x4xf32>) -> tensor<2x6x1x1xf32>
  return
}

// CHECK-LABEL: func.func @products
func.func @products(%a: tensor<8x2x3xf32>, %b: tensor<3x4xf32>, %c: tensor<4xf32>,
                    %m: tensor<4x3xf32>) {
  // CHECK: fovea.matmul %{{.*}}, %{{.*}} : (tensor<8x2x3xf32>, tensor<3x4xf32>) -> tensor<8x2x4xf32>
  %0 = fovea.matmul %a, %b : (tensor<8x2x3xf32>, tensor<3x4xf32>) -> tensor<8x2x4xf32>
  // CHECK: fovea.gemm %{{.*}}, %{{.*}} : (tensor<4x3xf32>, tensor<3x4xf32>) -> tensor<4x4xf32>
  %1 = fovea.gemm %m, %b : (tensor<4x3xf32>, tensor<3x4xf32>) -> tensor<4x4xf32>
  // CHECK: fovea.gemm %{{.*}}, %{{.*}}, %{{.*}} alpha 5.000000e-01 beta 2.000000e+00 trans_a true trans_b true :
  %2 = fovea.gemm %b, %m, %c alpha 5.000000e-01 beta 2.000000e+00 trans_a true trans_b true
      : (tensor<3x4xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  return
}

// CHECK-LABEL: func.func @normalisations
func.func @normalisations(%x: tensor<2x6x4x4xf32>, %c: tensor<6xf32>, %l: tensor<4xf32>) {
  // CHECK: fovea.lrn %{{.*}} size 3 alpha 1.000000e-03 bias 2.000000e+00 :
  %0 = fovea.lrn %x size 3 alpha 1.000000e-03 bias 2.000000e+00
      : (tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.group_norm %{{.*}}, %{{.*}}, %{{.*}} groups 2 epsilon 1.000000e-03 :
  %1 = fovea.group_norm %x, %c, %c groups 2 epsilon 1.000000e-03
      : (tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.instance_norm %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x6x4x4xf32>
  %2 = fovea.instance_norm %x, %c, %c
      : (tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.layer_norm %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x6x4x4xf32>
  %3 = fovea.layer_norm %x, %l, %l
      : (tensor<2x6x4x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.layer_norm %{{.*}}, %{{.*}} axis 0 bias false :
  %4 = fovea.layer_norm %x, %x axis 0 bias false
      : (tensor<2x6x4x4xf32>, tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.lp_normalization %{{.*}} axis 1 p 1 :
  %5 = fovea.lp_normalization %x axis 1 p 1 : (tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.log_softmax %{{.*}} axis 1 :
  %6 = fovea.log_softmax %x axis 1 : (tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.local_contrast_norm %{{.*}} size 3 sigma 7.500000e-01 epsilon 1.000000e-02 :
  %8 = fovea.local_contrast_norm %x size 3 sigma 7.500000e-01 epsilon 1.000000e-02
      : (tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: fovea.maxout %{{.*}} pieces 3 axis -3 :
  %9 = fovea.maxout %x pieces 3 axis -3 : (tensor<2x6x4x4xf32>) -> tensor<2x2x4x4xf32>
  // CHECK: fovea.hardmax %{{.*}} : (tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
  %7 = fovea.hardmax %x : (tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
  return
}

// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<2x6x4x4xf32>, %w: tensor<6x4x2x2xf32>, %b: tensor<4xf32>,
                   %g: tensor<6x2x3x3xf32>) {
  // CHECK: fovea.lp_pool %{{.*}} kernel [2, 2] stride [2, 2] p 1 :
  %0 = fovea.lp_pool %x kernel [2, 2] stride [2, 2] p 1
      : (tensor<2x6x4x4xf32>) -> tensor<2x6x2x2xf32>
  // CHECK: fovea.conv_transpose %{{.*}}, %{{.*}}, %{{.*}} filters 4 kernel [2, 2] stride [2, 2] :
  %1 = fovea.conv_transpose %x, %w, %b filters 4 kernel [2, 2] stride [2, 2]
      : (tensor<2x6x4x4xf32>, tensor<6x4x2x2xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  // CHECK: fovea.conv_transpose %{{.*}}, %{{.*}} filters 4 kernel [3] stride [2] padding explicit from [1] to [1] output_padding [1] groups 2 bias false :
  %2 = fovea.conv_transpose %x, %g filters 4 kernel [3] stride [2] padding explicit from [1] to [1]
      output_padding [1] groups 2 bias false
      : (tensor<2x6x4x4xf32>, tensor<6x2x3x3xf32>) -> tensor<2x4x8x8xf32>
  return
}
