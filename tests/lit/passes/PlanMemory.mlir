// RUN: fovea-opt --fovea-fuse --fovea-plan-memory %s | FileCheck %s
// RUN: fovea-opt --fovea-fuse --fovea-select --fovea-plan-memory %s | FileCheck %s --check-prefix=SELECTED

// A chain of softmaxes (they do not fuse): two buffers take turns, and the last result is written
// to the output.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: fovea.arena_bytes = 128 : i64, fovea.arena_lower_bound = 128 : i64
func.func @chain(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  // CHECK: fovea.kernel "a"{{.*}} offsets [0] :
  %0 = fovea.softmax %x layer "a" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "b"{{.*}} offsets [64] :
  %1 = fovea.softmax %0 layer "b" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "c"{{.*}} offsets [0] :
  %2 = fovea.softmax %1 layer "c" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "d"{{.*}} offsets [-1] :
  %3 = fovea.softmax %2 layer "d" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %3 : tensor<1x8xf32>
}

// A view keeps its owner's memory alive: "b" may not overwrite what the flattened "a" still is.
// CHECK-LABEL: func.func @view
// CHECK-SAME: fovea.arena_bytes = 128 : i64
func.func @view(%x: tensor<2x2x4xf32>) -> tensor<2x8xf32> {
  // CHECK: fovea.kernel "a"{{.*}} offsets [0] :
  %0 = fovea.softmax %x layer "a" : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
  %1 = fovea.flatten %0 : (tensor<2x2x4xf32>) -> tensor<2x8xf32>
  // CHECK: fovea.kernel "b"{{.*}} offsets [64] :
  %2 = fovea.softmax %x axis 0 layer "b" : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
  %3 = fovea.flatten %2 : (tensor<2x2x4xf32>) -> tensor<2x8xf32>
  // CHECK: fovea.kernel "c"{{.*}} offsets [-1] :
  %4 = fovea.add %1, %3 layer "c" : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}

// An output that later kernels read, through a view: all in the caller's memory, no arena.
// CHECK-LABEL: func.func @output_read
// CHECK-SAME: fovea.arena_bytes = 0 : i64
func.func @output_read(%x: tensor<2x2x4xf32>) -> (tensor<2x8xf32>, tensor<2x2x4xf32>) {
  // CHECK: fovea.kernel "a"{{.*}} offsets [-1] :
  %0 = fovea.softmax %x layer "a" : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
  %1 = fovea.flatten %0 : (tensor<2x2x4xf32>) -> tensor<2x8xf32>
  // CHECK: fovea.kernel "b"{{.*}} offsets [-1] :
  %2 = fovea.softmax %0 layer "b" : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
  return %1, %2 : tensor<2x8xf32>, tensor<2x2x4xf32>
}

// What is joined is one buffer, from the first that writes there to the last that reads; "d" may
// not be made where the others still are, "e" may.
// CHECK-LABEL: func.func @join
// CHECK-SAME: fovea.arena_bytes = 192 : i64, fovea.arena_lower_bound = 192 : i64
func.func @join(%x: tensor<1x8xf32>) -> tensor<1x16xf32> {
  // CHECK: fovea.kernel "a"{{.*}} offsets [0] :
  %0 = fovea.softmax %x layer "a" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "b"{{.*}} offsets [0] :
  %1 = fovea.softmax %x layer "b" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %2 = fovea.join %0, %1 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x16xf32>
  %3 = fovea.part %2 from 4 : tensor<1x16xf32> -> tensor<1x8xf32>
  // CHECK: fovea.kernel "c"{{.*}} offsets [64] :
  %4 = fovea.softmax %3 layer "c" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "d"{{.*}} offsets [128] :
  %5 = fovea.softmax %0 layer "d" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "e"{{.*}} offsets [0] :
  %6 = fovea.softmax %5 layer "e" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "f"{{.*}} offsets [-1] :
  %7 = fovea.softmax %6 layer "f" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // CHECK: fovea.kernel "g"{{.*}} offsets [-1] :
  %8 = fovea.softmax %4 layer "g" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // All of it is the caller's.
  %9 = fovea.join %7, %8 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x16xf32>
  return %9 : tensor<1x16xf32>
}

// "b" adds what "a" made to what it makes itself, element by element: in its place, once it is known
// that each is computed once.
// CHECK-LABEL: func.func @over_an_operand
// CHECK-SAME: fovea.arena_bytes = 128 : i64
// SELECTED-LABEL: func.func @over_an_operand
// SELECTED-SAME: fovea.arena_bytes = 64 : i64, fovea.arena_lower_bound = 64 : i64
func.func @over_an_operand(%x: tensor<1x16xf32>, %y: tensor<1x16xf32>) -> tensor<1x16xf32> {
  %0 = fovea.softmax %x layer "a" : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %1 = fovea.softmax %y layer "b" : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %2 = fovea.add %0, %1 layer "c" : (tensor<1x16xf32>, tensor<1x16xf32>) -> tensor<1x16xf32>
  %3 = fovea.softmax %2 layer "d" : (tensor<1x16xf32>) -> tensor<1x16xf32>
  return %3 : tensor<1x16xf32>
}

// 13 elements by vectors of 8: the last vector computes three of them again.
// SELECTED-LABEL: func.func @computed_twice
// SELECTED-SAME: fovea.arena_bytes = 128 : i64
func.func @computed_twice(%x: tensor<1x13xf32>, %y: tensor<1x13xf32>) -> tensor<1x13xf32> {
  %0 = fovea.softmax %x layer "a" : (tensor<1x13xf32>) -> tensor<1x13xf32>
  %1 = fovea.softmax %y layer "b" : (tensor<1x13xf32>) -> tensor<1x13xf32>
  %2 = fovea.add %0, %1 layer "c" : (tensor<1x13xf32>, tensor<1x13xf32>) -> tensor<1x13xf32>
  %3 = fovea.softmax %2 layer "d" : (tensor<1x13xf32>) -> tensor<1x13xf32>
  return %3 : tensor<1x13xf32>
}

// Who else reads it later, or twice, finds it there.
// SELECTED-LABEL: func.func @still_read
// SELECTED-SAME: fovea.arena_bytes = 128 : i64
func.func @still_read(%x: tensor<1x16xf32>, %y: tensor<1x16xf32>) -> tensor<1x16xf32> {
  %0 = fovea.softmax %x layer "a" : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %1 = fovea.softmax %y layer "b" : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %2 = fovea.add %0, %1 layer "c" : (tensor<1x16xf32>, tensor<1x16xf32>) -> tensor<1x16xf32>
  %3 = fovea.softmax %2 layer "d" : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %4 = fovea.add %0, %3 layer "e" : (tensor<1x16xf32>, tensor<1x16xf32>) -> tensor<1x16xf32>
  return %4 : tensor<1x16xf32>
}
