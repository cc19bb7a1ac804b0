#pragma once
#include "compiler/ir/plan.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::emission {

// A word that C, C++ or a macro of their headers has taken: no name for a member or an argument.
bool is_taken_in_c(std::string_view name);

// Letters, digits and single underscores, beginning with a letter: "layer1.0.weight" becomes
// "layer1_0_weight", "0.bias" n0_bias. Not empty; perhaps taken.
std::string c_identifier(std::string_view text);

// A prefix of exported names, made of a network's name.
std::string default_prefix(std::string_view network);
// Why `prefix` cannot be one, or nothing.
std::string prefix_problem(std::string_view prefix);

std::string upper_case(std::string text);
// The type of an element in C: "float". Short floats are their bits: "uint16_t".
std::string_view c_type(DType type);
// "FOVEA_F32"
std::string c_dtype(DType type);

// How emitted headers call a tensor.
struct CTensor {
  const ir::PlanValue* value = nullptr;
  std::string member; // "image": of a struct, or an argument
  std::string macro;  // "LENET5_IMAGE": the beginning of its constants
  // Of an input or output, in the other sets of a library for several.
  std::vector<Shape> other_shapes = {};
};

// All tensors of a plan (of the first one of several sets), named so that no two collide, in
// capitals either: the second "x" is x_2.
struct CTensors {
  std::vector<CTensor> inputs, outputs, weights;
};
CTensors name_tensors(const ir::Plan& plan, const std::string& prefix,
                      const std::vector<const ir::Plan*>& other_sets = {});
// Of the struct of inputs: what holds their shapes in a library for several sets.
std::string shapes_member(const CTensors& tensors);

} // namespace fovea::emission
