// RUN: fovea-opt %s --fovea-pipeline --allow-unregistered-dialect --split-input-file --verify-diagnostics

// Functions that are no networks.

// expected-error @+1 {{expects a function of one block, got 0}}
func.func private @external(tensor<4xf32>) -> tensor<4xf32>

// -----

// expected-error @+1 {{passes expect row-major tensors of static shape, got 'i32'}}
func.func @scalar(%x: i32) -> i32 { return %x : i32 }

// -----

// expected-error @+1 {{passes expect row-major tensors of static shape, got 'tensor<1x8x2x2xf32, #fovea.layout<nhwc>>'}}
func.func @layout(%x: tensor<1x8x2x2xf32, #fovea.layout<nhwc>>) { return }

// -----

func.func @foreign_op(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expects not to stand in a network, which holds weights and ops that have a definition}}
  %0 = "other.op"(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expects a function that ends in func.return, got other.end}}
func.func @terminator(%x: tensor<4xf32>) {
  "other.end"() : () -> ()
}
