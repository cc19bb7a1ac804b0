// RUN: fovea-opt %s --allow-unregistered-dialect --split-input-file --verify-diagnostics

func.func @negative_parameter() {
  // expected-error @+1 {{attribute 'number' failed to satisfy constraint}}
  %0 = fovea.parameter "w" number -1 : tensor<4xf32>
  return
}

// -----

func.func @arguments(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects block arguments of its operands' types ('tensor<4xf32>'), got ('tensor<5xf32>')}}
  %0 = fovea.kernel "k" (%x) : (tensor<4xf32>) -> tensor<5xf32> {
  ^bb0(%a: tensor<5xf32>):
    %1 = fovea.relu %a : (tensor<5xf32>) -> tensor<5xf32>
    fovea.yield %1 : tensor<5xf32>
  }
  return
}

// -----

func.func @yields(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects to yield ('tensor<5xf32>'), got ('tensor<4xf32>')}}
  %0 = fovea.kernel "k" (%x) : (tensor<4xf32>) -> tensor<5xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = fovea.relu %a : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @terminator(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects its region to end in fovea.yield, got ub.unreachable}}
  %0 = fovea.kernel "k" (%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    "ub.unreachable"() : () -> ()
  }
  return
}

// -----

func.func @yields_operand(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects to yield what its ops compute, got an operand}}
  %0 = fovea.kernel "k" (%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    fovea.yield %a : tensor<4xf32>
  }
  return
}

// -----

func.func @foreign_op(%x: tensor<4xf32>) {
  %0 = fovea.kernel "k" (%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    // expected-error @+1 {{op expects not to stand in fovea.kernel, which holds ops that have a definition and no kernels}}
    %1 = fovea.parameter "w" number 0 : tensor<4xf32>
    %2 = fovea.add %a, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %2 : tensor<4xf32>
  }
  return
}

// -----

func.func @offset_count(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects an offset for each of its 1 results, got 2}}
  %0 = fovea.kernel "k" (%x) offsets [0, 64] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = fovea.relu %a : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @offset_alignment(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects offsets that are multiples of 64, or -1 for an output, got 4}}
  %0 = fovea.kernel "k" (%x) offsets [4] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = fovea.relu %a : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @yield_elsewhere(%x: tensor<4xf32>) {
  // expected-error @+1 {{expects parent op to be one of}}
  fovea.yield %x : tensor<4xf32>
}

// -----

func.func @isolated(%x: tensor<4xf32>, %y: tensor<4xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %0 = fovea.kernel "k" (%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    // expected-error @+1 {{using value defined outside the region}}
    %1 = fovea.relu %y : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}
