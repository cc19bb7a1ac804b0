// RUN: fovea-opt --fovea-fuse --fovea-share-memory %s | FileCheck %s

// Kernels write side by side what a concatenation puts there.
// CHECK-LABEL: func.func @join
func.func @join(%x: tensor<1x2x4x4xf32>) -> tensor<1x4x4x4xf32> {
  // CHECK: %[[A:.*]] = fovea.kernel "a"
  %0 = fovea.softmax %x layer "a" : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: %[[B:.*]] = fovea.kernel "b"
  %1 = fovea.softmax %x axis 1 layer "b" : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: %[[C:.*]] = fovea.join %[[A]], %[[B]] : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x4x4x4xf32>
  %2 = fovea.concat %0, %1 layer "c" : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: fovea.kernel "d"(%[[C]])
  %3 = fovea.softmax %2 layer "d" : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %3 : tensor<1x4x4x4xf32>
}

// The caller's memory is the caller's, and a tensor has one place: these are copied there.
// CHECK-LABEL: func.func @copies
func.func @copies(%x: tensor<1x32x16x16xf32>) -> (tensor<1x160x16x16xf32>, tensor<1x32x16x16xf32>) {
  // CHECK: %[[A:.*]] = fovea.kernel "a"
  %0 = fovea.softmax %x layer "a" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  // CHECK: %[[B:.*]] = fovea.kernel "b"
  %1 = fovea.softmax %x axis 1 layer "b" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  %2 = fovea.softmax %0 axis 1 layer "d" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  %3 = fovea.softmax %0 axis 2 layer "e" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  // CHECK: %[[D:.*]] = fovea.kernel "d"
  // CHECK: %[[E:.*]] = fovea.kernel "e"
  // CHECK: %[[X:.*]] = fovea.kernel "c"(%[[D]])
  // CHECK: fovea.equation "copy"
  // CHECK: fovea.join %[[A]], %[[B]], %[[D]], %[[X]], %[[E]]
  %4 = fovea.concat %0, %1, %2, %2, %3 layer "c"
      : (tensor<1x32x16x16xf32>, tensor<1x32x16x16xf32>, tensor<1x32x16x16xf32>, tensor<1x32x16x16xf32>,
         tensor<1x32x16x16xf32>) -> tensor<1x160x16x16xf32>
  %5 = fovea.softmax %1 axis 2 layer "f" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  return %4, %5 : tensor<1x160x16x16xf32>, tensor<1x32x16x16xf32>
}

// What stands in one result already is copied to the other; joins of joins are one memory.
// CHECK-LABEL: func.func @nested
func.func @nested(%x: tensor<1x32x16x16xf32>) -> (tensor<1x96x16x16xf32>, tensor<1x96x16x16xf32>) {
  // CHECK: %[[A:.*]] = fovea.kernel "a"
  %0 = fovea.softmax %x layer "a" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  // CHECK: %[[B:.*]] = fovea.kernel "b"
  %1 = fovea.softmax %x axis 2 layer "b" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  // CHECK: %[[AB:.*]] = fovea.join %[[A]], %[[B]]
  %2 = fovea.concat %0, %1 layer "ab"
      : (tensor<1x32x16x16xf32>, tensor<1x32x16x16xf32>) -> tensor<1x64x16x16xf32>
  // CHECK: %[[C:.*]] = fovea.kernel "c"(%[[AB]])
  // CHECK: %[[D:.*]] = fovea.kernel "d"
  // CHECK: %[[E:.*]] = fovea.kernel "e"
  %3 = fovea.softmax %2 layer "c" : (tensor<1x64x16x16xf32>) -> tensor<1x64x16x16xf32>
  %4 = fovea.softmax %0 axis 2 layer "d" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  %5 = fovea.softmax %1 layer "e" : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
  // CHECK: %[[F:.*]] = fovea.join %[[AB]], %[[D]]
  %6 = fovea.concat %2, %4 layer "f"
      : (tensor<1x64x16x16xf32>, tensor<1x32x16x16xf32>) -> tensor<1x96x16x16xf32>
  // CHECK: %[[B2:.*]] = fovea.kernel "g"(%[[B]])
  // CHECK: fovea.equation "copy"
  // CHECK: %[[G:.*]] = fovea.join %[[B2]], %[[C]]
  %7 = fovea.concat %1, %3 layer "g"
      : (tensor<1x32x16x16xf32>, tensor<1x64x16x16xf32>) -> tensor<1x96x16x16xf32>
  // CHECK: return %[[F]], %[[G]]
  return %6, %7 : tensor<1x96x16x16xf32>, tensor<1x96x16x16xf32>
}

// The parts of several images lie between each other: one kernel copies all.
// CHECK-LABEL: func.func @apart
func.func @apart(%x: tensor<2x2x4x4xf32>) -> tensor<2x4x4x4xf32> {
  // CHECK: fovea.kernel "a"
  %0 = fovea.softmax %x layer "a" : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
  // CHECK: fovea.kernel "b"
  %1 = fovea.softmax %x axis 1 layer "b" : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
  // CHECK: fovea.kernel "c"
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: fovea.concat
  // CHECK-NOT: fovea.join
  %2 = fovea.concat %0, %1 layer "c" : (tensor<2x2x4x4xf32>, tensor<2x2x4x4xf32>) -> tensor<2x4x4x4xf32>
  return %2 : tensor<2x4x4x4xf32>
}

// Slices that are one range are read where they are, also of the caller's memory; an output is
// written.
// CHECK-LABEL: func.func @parts
func.func @parts(%x: tensor<1x6x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>, tensor<1x6x2x4xf32>) {
  // CHECK: %[[A:.*]] = fovea.kernel "a"
  %0 = fovea.softmax %x layer "a" : (tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: %[[P:.*]] = fovea.part %[[A]] from 48 : tensor<1x6x4x4xf32> -> tensor<1x2x4x4xf32>
  %1 = fovea.slice %0 axes [1] begin [3] end [5] layer "p" : (tensor<1x6x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: fovea.kernel "b"(%[[P]])
  %2 = fovea.softmax %1 layer "b" : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: %[[Q:.*]] = fovea.part %arg0 from 16
  %3 = fovea.slice %x axes [1] begin [1] end [4] layer "q" : (tensor<1x6x4x4xf32>) -> tensor<1x3x4x4xf32>
  // CHECK: fovea.kernel "c"(%[[Q]])
  %4 = fovea.softmax %3 layer "c" : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  // CHECK: fovea.kernel "r"(%arg0)
  // CHECK-NOT: fovea.part
  %5 = fovea.slice %x axes [2] begin [1] end [3] layer "r" : (tensor<1x6x4x4xf32>) -> tensor<1x6x2x4xf32>
  return %2, %4, %5 : tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>, tensor<1x6x2x4xf32>
}
