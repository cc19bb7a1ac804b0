#pragma once
#include "onnx_models.hpp"

#include <random>
#include <string>
#include <vector>

// Models in ONNX format that say what they should not.
namespace fovea::testing {

// Without fault, of many kinds of op.
std::vector<OnnxModel> sound_models();

// The bytes of one of `models`, with one to six changes: in the bytes themselves; or in what they
// say, as are ranks, extents and types that do not fit, negative and huge numbers, cycles, missing
// and double values, absurd attributes, gigabytes that are announced and absent, and weights in
// other files. Of those files `weights.bin` may lie beside the model and `secret.bin` above it.
std::string damaged(const std::vector<OnnxModel>& models, std::mt19937_64& engine);

} // namespace fovea::testing
