#pragma once

// Everything: write networks, compile them, run them. Reaches no header of LLVM, MLIR or Halide.
#include <fovea/any_shape_model.hpp>
#include <fovea/array.hpp>
#include <fovea/compile.hpp>
#include <fovea/dsl.hpp>
#include <fovea/emit.hpp>
#include <fovea/image.hpp>
#include <fovea/model_file.hpp>
#include <fovea/run_block.hpp>
#include <fovea/runtime/tensor_file.hpp>
