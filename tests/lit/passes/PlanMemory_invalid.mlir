// RUN: fovea-opt --fovea-fuse --fovea-plan-memory %s --split-input-file --verify-diagnostics

func.func @input(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{expects what kernels make for it alone, got another tensor}}
  %0 = fovea.join %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// -----

func.func @twice(%x: tensor<1x8xf32>) -> tensor<1x16xf32> {
  %0 = fovea.softmax %x layer "a" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // expected-error @+1 {{expects what kernels make for it alone, got another tensor}}
  %1 = fovea.join %0, %0 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x16xf32>
  return %1 : tensor<1x16xf32>
}

// -----

func.func @output(%x: tensor<1x8xf32>) -> (tensor<1x8xf32>, tensor<1x8xf32>) {
  %0 = fovea.softmax %x layer "a" : (tensor<1x8xf32>) -> tensor<1x8xf32>
  // expected-error @+1 {{expects what kernels make for it alone, got another tensor}}
  %1 = fovea.join %0 : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %0, %1 : tensor<1x8xf32>, tensor<1x8xf32>
}
