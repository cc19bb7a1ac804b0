// RUN: fovea-opt %s --split-input-file --verify-diagnostics

// What the shape rules and the types of layers refuse.

func.func @kernel_too_large(%x: tensor<1x16x3x3xf32>, %w: tensor<120x16x5x5xf32>) {
  // expected-error @+2 {{op expects padded extent >= 5, got 3: the 5x5 kernel does not fit its 3x3 input}}
  // expected-note @+1 {{hint: use padding `same`, or a kernel of at most 3x3}}
  %0 = fovea.conv %x, %w filters 120 kernel [5, 5] bias false
      : (tensor<1x16x3x3xf32>, tensor<120x16x5x5xf32>) -> tensor<1x120x1x1xf32>
  return
}

// -----

func.func @result_type(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{op expects result type 'tensor<1x4xf32>', got 'tensor<1x5xf32>'}}
  %0 = fovea.relu %x : (tensor<1x4xf32>) -> tensor<1x5xf32>
  return
}

// -----

func.func @element_type(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{op expects result type 'tensor<1x4xf32>', got 'tensor<1x4xf64>'}}
  %0 = fovea.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf64>
  return
}

// -----

func.func @missing_bias(%x: tensor<1x8xf32>, %w: tensor<4x8xf32>) {
  // expected-error @+1 {{op expects 3 operands, got 2}}
  %0 = fovea.dense %x, %w outputs 4 : (tensor<1x8xf32>, tensor<4x8xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @no_operands() {
  // expected-error @+1 {{op expects 1 to 64 operands, got 0}}
  %0 = fovea.concat : () -> tensor<1x4xf32>
  return
}

// -----

func.func @enumeration(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{op expects a value of its kind for attribute 'padding', got "some"}}
  %0 = fovea.max_pool %x kernel [2] padding some
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x3x3xf32>
  return
}

// -----

func.func @long_list(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{op expects a value of its kind for attribute 'kernel', got array<i64: 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1>}}
  %0 = fovea.max_pool %x kernel [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
      : (tensor<1x2x4x4xf32>) -> tensor<1x2x3x3xf32>
  return
}

// -----

func.func @broadcast(%x: tensor<2x3xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{the shapes 2x3 and 4 do not broadcast}}
  %0 = fovea.add %x, %y : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @dynamic(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{must be tensor of static shape}}
  %0 = fovea.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @empty(%x: tensor<0x4xf32>) {
  // expected-error @+1 {{must be tensor of static shape}}
  %0 = fovea.relu %x : (tensor<0x4xf32>) -> tensor<0x4xf32>
  return
}

// -----

func.func @huge(%x: tensor<4294967296x4294967296xf32>) {
  // expected-error @+1 {{must be tensor of static shape}}
  %0 = fovea.relu %x : (tensor<4294967296x4294967296xf32>) -> tensor<4294967296x4294967296xf32>
  return
}

// -----

func.func @rank(%x: tensor<1x1x1x1x1x1x1x1x1x1x1x1x1xf32>) {
  // expected-error @+1 {{must be tensor of static shape, rank at most 12}}
  %0 = fovea.relu %x : (tensor<1x1x1x1x1x1x1x1x1x1x1x1x1xf32>) -> tensor<1x1x1x1x1x1x1x1x1x1x1x1x1xf32>
  return
}

// -----

func.func @element(%x: tensor<4xi16>) {
  // expected-error @+1 {{must be tensor of static shape}}
  %0 = fovea.relu %x : (tensor<4xi16>) -> tensor<4xi16>
  return
}

// -----

// expected-error @+1 {{layout expects nchw, nhwc or nchw<c>c with c from 1 to 1024, got chwn}}
func.func @layout(%x: tensor<1x2x4x4xf32, #fovea.layout<chwn>>) { return }

// -----

// expected-error @+1 {{layout expects nchw, nhwc or nchw<c>c with c from 1 to 1024, got nchw0c}}
func.func @layout_block(%x: tensor<1x2x4x4xf32, #fovea.layout<nchw0c>>) { return }

// -----

// expected-error @+1 {{schedule: }}
func.func @schedule() attributes { s = #fovea.schedule<"Z: vectorise(x)"> } { return }
