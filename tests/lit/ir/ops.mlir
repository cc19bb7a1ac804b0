// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt --mlir-print-op-generic %s | fovea-opt | FileCheck %s

// Every op of the dialect that is a layer, with and without its optional parts.

// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<1x4x28x28xf32>, %w: tensor<6x4x5x5xf32>, %b: tensor<6xf32>,
                   %g: tensor<6x2x3x3xf32>, %line: tensor<1x4x9xf32>, %v: tensor<2x4x3xf32>) {
  // CHECK: fovea.conv %{{.*}}, %{{.*}}, %{{.*}} filters 6 kernel [5, 5] padding same layer "conv1" : (tensor<1x4x28x28xf32>, tensor<6x4x5x5xf32>, tensor<6xf32>) -> tensor<1x6x28x28xf32>
  %0 = fovea.conv %x, %w, %b filters 6 kernel [5, 5] padding same layer "conv1"
      : (tensor<1x4x28x28xf32>, tensor<6x4x5x5xf32>, tensor<6xf32>) -> tensor<1x6x28x28xf32>
  // CHECK: fovea.conv %{{.*}}, %{{.*}} filters 6 kernel [3] stride [2] dilation [2, 2] padding explicit from [1, 1] to [2, 2] groups 2 bias false :
  %1 = fovea.conv %x, %g filters 6 kernel [3] stride [2] dilation [2, 2] padding explicit
      from [1, 1] to [2, 2] groups 2 bias false
      : (tensor<1x4x28x28xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x14x14xf32>
  // CHECK: fovea.conv %{{.*}}, %{{.*}} filters 2 kernel [3] bias false :
  %2 = fovea.conv %line, %v filters 2 kernel [3] bias false
      : (tensor<1x4x9xf32>, tensor<2x4x3xf32>) -> tensor<1x2x7xf32>
  // CHECK: fovea.max_pool %{{.*}} kernel [3, 3] stride [2, 2] padding explicit from [1, 1] to [1, 1] ceil_mode true :
  %3 = fovea.max_pool %x kernel [3, 3] stride [2, 2] padding explicit from [1, 1] to [1, 1]
      ceil_mode true : (tensor<1x4x28x28xf32>) -> tensor<1x4x15x15xf32>
  // CHECK: fovea.avg_pool %{{.*}} kernel [2] stride [2] count_include_pad true :
  %4 = fovea.avg_pool %x kernel [2] stride [2] count_include_pad true
      : (tensor<1x4x28x28xf32>) -> tensor<1x4x14x14xf32>
  return
}

// CHECK-LABEL: func.func @layers
func.func @layers(%x: tensor<2x6x4x4xf32>, %c: tensor<6xf32>, %w: tensor<10x96xf32>,
                  %b: tensor<10xf32>) {
  // CHECK: fovea.batch_norm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} epsilon 1.000000e-03 :
  %0 = fovea.batch_norm %x, %c, %c, %c, %c epsilon 1.000000e-03
      : (tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>)
      -> tensor<2x6x4x4xf32>
  // CHECK: fovea.flatten %{{.*}} : (tensor<2x6x4x4xf32>) -> tensor<2x96xf32>
  %1 = fovea.flatten %0 : (tensor<2x6x4x4xf32>) -> tensor<2x96xf32>
  // CHECK: fovea.flatten %{{.*}} axis 2 : (tensor<2x6x4x4xf32>) -> tensor<12x16xf32>
  %2 = fovea.flatten %0 axis 2 : (tensor<2x6x4x4xf32>) -> tensor<12x16xf32>
  // CHECK: fovea.dropout %{{.*}} rate 2.000000e-01 :
  %3 = fovea.dropout %1 rate 2.000000e-01 : (tensor<2x96xf32>) -> tensor<2x96xf32>
  // CHECK: fovea.dense %{{.*}}, %{{.*}}, %{{.*}} outputs 10 layer "fc" :
  %4 = fovea.dense %3, %w, %b outputs 10 layer "fc"
      : (tensor<2x96xf32>, tensor<10x96xf32>, tensor<10xf32>) -> tensor<2x10xf32>
  // CHECK: fovea.dense %{{.*}}, %{{.*}} outputs 10 bias false :
  %5 = fovea.dense %3, %w outputs 10 bias false
      : (tensor<2x96xf32>, tensor<10x96xf32>) -> tensor<2x10xf32>
  // CHECK: fovea.softmax %{{.*}} : (tensor<2x10xf32>) -> tensor<2x10xf32>
  %6 = fovea.softmax %4 : (tensor<2x10xf32>) -> tensor<2x10xf32>
  // CHECK: fovea.softmax %{{.*}} axis 0 :
  %7 = fovea.softmax %4 axis 0 : (tensor<2x10xf32>) -> tensor<2x10xf32>
  // CHECK: fovea.concat %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x10xf32>, tensor<2x96xf32>, tensor<2x10xf32>) -> tensor<2x116xf32>
  %8 = fovea.concat %4, %3, %6
      : (tensor<2x10xf32>, tensor<2x96xf32>, tensor<2x10xf32>) -> tensor<2x116xf32>
  // CHECK: fovea.concat %{{.*}}, %{{.*}} axis 0 :
  %9 = fovea.concat %4, %6 axis 0 : (tensor<2x10xf32>, tensor<2x10xf32>) -> tensor<4x10xf32>
  return
}

// CHECK-LABEL: func.func @movement
func.func @movement(%x: tensor<1x8x4x6xf32>) {
  // CHECK: fovea.transpose %{{.*}} : (tensor<1x8x4x6xf32>) -> tensor<6x4x8x1xf32>
  %0 = fovea.transpose %x : (tensor<1x8x4x6xf32>) -> tensor<6x4x8x1xf32>
  // CHECK: fovea.transpose %{{.*}} permutation [0, 2, 3, 1] layer "last" :
  %1 = fovea.transpose %x permutation [0, 2, 3, 1] layer "last"
      : (tensor<1x8x4x6xf32>) -> tensor<1x4x6x8xf32>
  // CHECK: fovea.reshape %{{.*}} shape [0, -1] :
  %2 = fovea.reshape %x shape [0, -1] : (tensor<1x8x4x6xf32>) -> tensor<1x192xf32>
  // CHECK: fovea.expand %{{.*}} shape [3, 1, 1, 1] :
  %3 = fovea.expand %x shape [3, 1, 1, 1] : (tensor<1x8x4x6xf32>) -> tensor<3x8x4x6xf32>
  // CHECK: fovea.tile %{{.*}} repeats [2, 1, 1, 1] :
  %4 = fovea.tile %x repeats [2, 1, 1, 1] : (tensor<1x8x4x6xf32>) -> tensor<2x8x4x6xf32>
  // CHECK: fovea.slice %{{.*}} axes [-1] begin [-1] end [0] step [-2] :
  %5 = fovea.slice %x axes [-1] begin [-1] end [0] step [-2]
      : (tensor<1x8x4x6xf32>) -> tensor<1x8x4x3xf32>
  // CHECK: fovea.pad %{{.*}} begin [0, 0, 1, 1] end [0, 0, 1, -1] mode reflect :
  %6 = fovea.pad %x begin [0, 0, 1, 1] end [0, 0, 1, -1] mode reflect
      : (tensor<1x8x4x6xf32>) -> tensor<1x8x6x6xf32>
  // CHECK: fovea.pad %{{.*}} begin [0, 0, 0, 0] end [0, 0, 0, 2] value 1.500000e+00 :
  %7 = fovea.pad %x begin [0, 0, 0, 0] end [0, 0, 0, 2] value 1.500000e+00
      : (tensor<1x8x4x6xf32>) -> tensor<1x8x4x8xf32>
  // CHECK: fovea.depth_to_space %{{.*}} order CRD :
  %8 = fovea.depth_to_space %x order CRD : (tensor<1x8x4x6xf32>) -> tensor<1x2x8x12xf32>
  // CHECK: fovea.space_to_depth %{{.*}} order CRD : (tensor<1x8x4x6xf32>) -> tensor<1x32x2x3xf32>
  %9 = fovea.space_to_depth %x order CRD : (tensor<1x8x4x6xf32>) -> tensor<1x32x2x3xf32>
  // CHECK: fovea.resize %{{.*}} sizes [0, 0, 8, 3] mode cubic coordinates align_corners coefficient -5.000000e-01 exclude_outside true :
  %10 = fovea.resize %x sizes [0, 0, 8, 3] mode cubic coordinates align_corners
      coefficient -0.5 exclude_outside true : (tensor<1x8x4x6xf32>) -> tensor<1x8x8x3xf32>
  // CHECK: fovea.resize %{{.*}} scales [1, 1, 3, 3] over [1, 1, 2, 5] rounding ceil antialias true :
  %11 = fovea.resize %x scales [1, 1, 3, 3] over [1, 1, 2, 5] rounding ceil antialias true
      : (tensor<1x8x4x6xf32>) -> tensor<1x8x6x3xf32>
  // CHECK: fovea.resize %{{.*}} sizes [1, 8, 4, 4] coordinates tf_crop_and_resize from [0, 0, 0, -1] to [2, 2, 2, 2] unit 2 outside 7.000000e+00 :
  %12 = fovea.resize %x sizes [1, 8, 4, 4] coordinates tf_crop_and_resize
      from [0, 0, 0, -1] to [2, 2, 2, 2] unit 2 outside 7.0
      : (tensor<1x8x4x6xf32>) -> tensor<1x8x4x4xf32>
  return
}

// CHECK-LABEL: func.func @pointwise
func.func @pointwise(%x: tensor<1x6x4x4xf32>, %y: tensor<6x1x1xf32>) {
  // CHECK: fovea.relu %{{.*}} layer "relu_1" : (tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32>
  %0 = fovea.relu %x layer "relu_1" : (tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.tanh
  %1 = fovea.tanh %x : (tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.sigmoid
  %2 = fovea.sigmoid %x : (tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.add %{{.*}}, %{{.*}} : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>) -> tensor<1x6x4x4xf32>
  %3 = fovea.add %x, %y : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.sub
  %4 = fovea.sub %x, %y : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.mul
  %5 = fovea.mul %x, %y : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.div
  %6 = fovea.div %x, %y : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.maximum
  %7 = fovea.maximum %x, %y : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: fovea.minimum
  %8 = fovea.minimum %x, %y : (tensor<1x6x4x4xf32>, tensor<6x1x1xf32>) -> tensor<1x6x4x4xf32>
  return
}

// CHECK-LABEL: func.func @decisions
func.func @decisions(%x: tensor<4xf32>, %n: tensor<4xi64>, %t: tensor<4x1xi1>) {
  // CHECK: fovea.is_nan %{{.*}} : (tensor<4xf32>) -> tensor<4xi1>
  %0 = fovea.is_nan %x : (tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.is_inf %{{.*}} negative false :
  %1 = fovea.is_inf %x negative false : (tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.logical_not
  %2 = fovea.logical_not %0 : (tensor<4xi1>) -> tensor<4xi1>
  // CHECK: fovea.equal 
  %3 = fovea.equal %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.not_equal 
  %4 = fovea.not_equal %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.less 
  %5 = fovea.less %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.less_equal 
  %6 = fovea.less_equal %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.greater 
  %7 = fovea.greater %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.greater_equal 
  %8 = fovea.greater_equal %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: fovea.logical_and 
  %9 = fovea.logical_and %0, %t : (tensor<4xi1>, tensor<4x1xi1>) -> tensor<4x4xi1>
  // CHECK: fovea.logical_or 
  %10 = fovea.logical_or %0, %t : (tensor<4xi1>, tensor<4x1xi1>) -> tensor<4x4xi1>
  // CHECK: fovea.logical_xor 
  %11 = fovea.logical_xor %0, %t : (tensor<4xi1>, tensor<4x1xi1>) -> tensor<4x4xi1>
  // CHECK: fovea.where %{{.*}}, %{{.*}}, %{{.*}} layer "choice" : (tensor<4x1xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %12 = fovea.where %t, %x, %x layer "choice"
      : (tensor<4x1xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  // CHECK: fovea.cast %{{.*}} to i64 : (tensor<4xf32>) -> tensor<4xi64>
  %13 = fovea.cast %x to i64 : (tensor<4xf32>) -> tensor<4xi64>
  // CHECK: fovea.cast %{{.*}} : (tensor<4xi64>) -> tensor<4xf32>
  %14 = fovea.cast %n : (tensor<4xi64>) -> tensor<4xf32>
  // CHECK: fovea.mod %{{.*}}, %{{.*}} fmod true :
  %15 = fovea.mod %n, %n fmod true : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  // CHECK: fovea.pow %{{.*}}, %{{.*}} : (tensor<4xi64>, tensor<4xf32>) -> tensor<4xi64>
  %16 = fovea.pow %n, %x : (tensor<4xi64>, tensor<4xf32>) -> tensor<4xi64>
  // CHECK: fovea.prelu 
  %17 = fovea.prelu %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @activations
func.func @activations(%x: tensor<4xf32>) {
  // CHECK: fovea.neg %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %0 = fovea.neg %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.abs %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = fovea.abs %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.sign %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = fovea.sign %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.reciprocal %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %3 = fovea.reciprocal %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.sqrt %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %4 = fovea.sqrt %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.exp %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %5 = fovea.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.log %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %6 = fovea.log %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.erf %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %7 = fovea.erf %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.floor %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %8 = fovea.floor %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.ceil %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %9 = fovea.ceil %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.round %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %10 = fovea.round %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.sin %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %11 = fovea.sin %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.cos %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %12 = fovea.cos %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.tan %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %13 = fovea.tan %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.asin %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %14 = fovea.asin %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.acos %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %15 = fovea.acos %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.atan %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %16 = fovea.atan %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.sinh %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %17 = fovea.sinh %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.cosh %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %18 = fovea.cosh %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.asinh %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %19 = fovea.asinh %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.acosh %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %20 = fovea.acosh %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.atanh %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %21 = fovea.atanh %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.identity %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %22 = fovea.identity %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.leaky_relu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %23 = fovea.leaky_relu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.elu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %24 = fovea.elu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.selu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %25 = fovea.selu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.celu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %26 = fovea.celu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.gelu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %27 = fovea.gelu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.hard_sigmoid %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %28 = fovea.hard_sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.hard_swish %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %29 = fovea.hard_swish %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.silu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %30 = fovea.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.mish %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %31 = fovea.mish %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.softplus %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %32 = fovea.softplus %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.softsign %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %33 = fovea.softsign %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.thresholded_relu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %34 = fovea.thresholded_relu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.shrink %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %35 = fovea.shrink %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.clip %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %36 = fovea.clip %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.leaky_relu %{{.*}} alpha 2.000000e-01 :
  %37 = fovea.leaky_relu %x alpha 2.000000e-01 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.selu %{{.*}} alpha 2.000000e+00 gamma 3.000000e+00 :
  %38 = fovea.selu %x alpha 2.000000e+00 gamma 3.000000e+00 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.gelu %{{.*}} approximate tanh :
  %39 = fovea.gelu %x approximate tanh : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.hard_sigmoid %{{.*}} beta 1.000000e+00 :
  %40 = fovea.hard_sigmoid %x beta 1.000000e+00 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.shrink %{{.*}} lambd 1.500000e+00 bias 2.500000e-01 :
  %41 = fovea.shrink %x lambd 1.500000e+00 bias 2.500000e-01 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.clip %{{.*}} min 0.000000e+00 max 6.000000e+00 :
  %42 = fovea.clip %x min 0.000000e+00 max 6.000000e+00 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: fovea.clip %{{.*}} max 6.000000e+00 :
  %43 = fovea.clip %x max 6.000000e+00 : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// Every element type; layouts as encodings.
// CHECK-LABEL: func.func @types
func.func @types(%a: tensor<4xf16>, %b: tensor<4xbf16>, %c: tensor<4xf64>, %d: tensor<4xi8>,
                 %e: tensor<4xui8>, %f: tensor<4xi32>, %g: tensor<4xi64>, %h: tensor<f32>,
                 // CHECK-SAME: #fovea.layout<nchw8c>
                 %i: tensor<1x16x2x2xf32, #fovea.layout<nchw8c>>,
                 // CHECK-SAME: #fovea.layout<nhwc>
                 %j: tensor<1x16x2x2xf32, #fovea.layout<nhwc>>) {
  %0 = fovea.add %a, %a : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  %1 = fovea.add %b, %b : (tensor<4xbf16>, tensor<4xbf16>) -> tensor<4xbf16>
  %2 = fovea.add %c, %c : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xf64>
  %3 = fovea.add %d, %d : (tensor<4xi8>, tensor<4xi8>) -> tensor<4xi8>
  // CHECK: tensor<4xui8>
  %4 = fovea.add %e, %e : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  %5 = fovea.add %f, %f : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  %6 = fovea.add %g, %g : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  // CHECK: (tensor<f32>) -> tensor<f32>
  %7 = fovea.relu %h : (tensor<f32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func.func @gathers
func.func @gathers(%x: tensor<2x6x4xf32>, %p: tensor<3xi32>, %q: tensor<2x3x4xi64>,
                   %r: tensor<2x5x1xi64>) {
  // CHECK: fovea.gather %{{.*}}, %{{.*}} : (tensor<2x6x4xf32>, tensor<3xi32>) -> tensor<3x6x4xf32>
  %0 = fovea.gather %x, %p : (tensor<2x6x4xf32>, tensor<3xi32>) -> tensor<3x6x4xf32>
  // CHECK: fovea.gather %{{.*}}, %{{.*}} axis -1 layer "pick" :
  %1 = fovea.gather %x, %p axis -1 layer "pick"
      : (tensor<2x6x4xf32>, tensor<3xi32>) -> tensor<2x6x3xf32>
  // CHECK: fovea.gather_elements %{{.*}}, %{{.*}} axis 1 :
  %2 = fovea.gather_elements %x, %q axis 1
      : (tensor<2x6x4xf32>, tensor<2x3x4xi64>) -> tensor<2x3x4xf32>
  // CHECK: fovea.gather_nd %{{.*}}, %{{.*}} batch_dims 1 :
  %3 = fovea.gather_nd %x, %r batch_dims 1
      : (tensor<2x6x4xf32>, tensor<2x5x1xi64>) -> tensor<2x5x4xf32>
  return
}
