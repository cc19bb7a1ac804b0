#pragma once
#include "compiler/command/command.hpp"

#include <fovea/definition/definition.hpp>

#include <string>

namespace fovea::command {

// What `explain` says of equations themselves, whatever computes them: ranges, tensors, work, loops
// and, where the system is small and affine in an operand, its matrix.
std::string explain_equations(const Definition& definition);
Json explain_equations_json(const Definition& definition);

// "work: 18 MACs, 68 B moved at least, 0.26 MACs per byte", a line.
std::string work_line(int64_t macs, int64_t bytes);

// "name:" and its lines, indented by two.
std::string section(const std::string& title, const std::string& text);

} // namespace fovea::command
