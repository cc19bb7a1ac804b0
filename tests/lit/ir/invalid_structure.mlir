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

// -----

func.func @prepared_number(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects the numbers of prepared operands to rise from 0 to 0, got 1}}
  %0 = fovea.kernel "k" (%x) prepared [1] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = fovea.relu %a : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @other_operands_stay(%x: tensor<4xf32>, %y: tensor<5xf32>) {
  // expected-error @+1 {{op expects block arguments of its operands' types ('tensor<4xf32>', 'tensor<5xf32>'), got ('tensor<4xf32>', 'tensor<4xf32>')}}
  %0 = fovea.kernel "k" (%x, %y) prepared [0] : (tensor<4xf32>, tensor<5xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    %1 = fovea.add %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @no_layout(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects operand layouts such as blocked(1, 16), got "diagonal"}}
  %0 = fovea.kernel "k" (%x) operand_layouts ["diagonal"] : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = fovea.relu %a : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @layout_count(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects 1 result layouts, got 2}}
  %0 = fovea.kernel "k" (%x) result_layouts ["row_major", "row_major"]
      : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = fovea.relu %a : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @layout_of_another_shape(%x: tensor<2x2xf32>) {
  // expected-error @+1 {{op expects to yield ('tensor<2x2xf32>'), got ('tensor<6xf32>')}}
  %0 = fovea.kernel "k" (%x) operand_layouts ["blocked(0, 2)"] result_layouts ["blocked(0, 2)"]
      : (tensor<2x2xf32>) -> tensor<2x2xf32> {
  ^bb0(%a: tensor<3xf32>):
    %1 = fovea.concat %a, %a axis 0 : (tensor<3xf32>, tensor<3xf32>) -> tensor<6xf32>
    fovea.yield %1 : tensor<6xf32>
  }
  return
}

// -----

func.func @layout_beyond_the_rank(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects block arguments of its operands' types ('tensor<4xf32>'), got ('tensor<3xf32>')}}
  %0 = fovea.kernel "k" (%x) operand_layouts ["blocked(3, 2)"] : (tensor<4xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    %1 = fovea.relu %a : (tensor<3xf32>) -> tensor<3xf32>
    fovea.yield %1 : tensor<3xf32>
  }
  return
}

// -----

func.func @prepared_and_blocked(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects a prepared operand to have no layout, got blocked(0, 2) of operand 0}}
  %0 = fovea.kernel "k" (%x) prepared [0] operand_layouts ["blocked(0, 2)"]
      : (tensor<4xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    %1 = fovea.relu %a : (tensor<3xf32>) -> tensor<3xf32>
    fovea.yield %1 : tensor<3xf32>
  }
  return
}

// -----

func.func @no_function() {
  // expected-error @+1 {{op expects a function with the attribute fovea.prepare, got @absent}}
  %0 = fovea.prepared @absent 0 : tensor<4xf32>
  return
}

// -----

func.func private @function() -> tensor<4xf32> {
  %0 = fovea.parameter "w" number 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @function_that_does_not_prepare() {
  // expected-error @+1 {{op expects a function with the attribute fovea.prepare, got @function}}
  %0 = fovea.prepared @function 0 : tensor<4xf32>
  return
}

// -----

func.func private @one() -> tensor<4xf32> attributes {fovea.prepare} {
  %0 = fovea.parameter "w" number 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @second_result() {
  // expected-error @+1 {{op expects the number of one of the 1 results of @one, got 1}}
  %0 = fovea.prepared @one 1 : tensor<4xf32>
  return
}

// -----

func.func private @four() -> tensor<4xf32> attributes {fovea.prepare} {
  %0 = fovea.parameter "w" number 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @another_type() {
  // expected-error @+1 {{op expects the type of result 0 of @four, 'tensor<4xf32>', got 'tensor<5xf32>'}}
  %0 = fovea.prepared @four 0 : tensor<5xf32>
  return
}

// -----

func.func @join_type(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects elements of one type, got 'tensor<4xf32>' and 'tensor<4xi32>'}}
  %0 = fovea.join %x : (tensor<4xf32>) -> tensor<4xi32>
  return
}

// -----

func.func @join_few(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects operands of together as many elements as the result, 9, got 8}}
  %0 = fovea.join %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<9xf32>
  return
}

// -----

func.func @join_many(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects operands of together as many elements as the result, 7, got more}}
  %0 = fovea.join %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<7xf32>
  return
}

// -----

func.func @part(%x: tensor<4xf32>) {
  // expected-error @+1 {{op expects a range of the 4 elements of its operand, got 2 from 3}}
  %0 = fovea.part %x from 3 : tensor<4xf32> -> tensor<2xf32>
  return
}
