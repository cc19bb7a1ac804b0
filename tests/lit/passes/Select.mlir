// RUN: fovea-opt --fovea-fuse --fovea-select %s | FileCheck %s

// Every kernel gets an algorithm, a schedule and a symbol. Equal kernels share the symbol, whatever
// their layers are called; another shape is another kernel.
// CHECK-LABEL: func.func @kernels
func.func @kernels(%x: tensor<1x8xf32>, %y: tensor<1x9xf32>)
    -> (tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x9xf32>) {
  // CHECK: fovea.kernel "a"(%{{.*}}) algorithm "{{[a-z_]+}}" schedule <"{{.*}}"> symbol "[[S:fovea_kernel_[0-9a-f]+]]" :
  %0 = fovea.softmax %x layer "a" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "b"{{.*}} symbol "[[S]]"
  %1 = fovea.softmax %0 layer "b" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK-NOT: symbol "[[S]]"
  // CHECK: fovea.kernel "c"
  %2 = fovea.softmax %y layer "c" : (tensor<1x9xf32>) -> tensor<1x9xf32>
  return %0, %1, %2 : tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x9xf32>
}
