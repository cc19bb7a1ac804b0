#pragma once
#include "compiler/command/model_source.hpp"

#include <fovea/equation/text.hpp>

#include <map>
#include <string>

// Equations on the command line, wherever a MODEL may stand:
//   fovea run 'Z(i) = sum(m)(x(i + m) * w(m))' --input x=x.npy --input w=w.npy
namespace fovea::command {

// A text with `=` and a bracket, where there is no file of that name.
bool is_equation(const std::string& model);

// What the equations read, for the files of --input: extents are open, their number is known.
std::vector<OpenInput> open_inputs(const Equations& equations);

// The network that takes all operands as inputs and gives the equations' results. `shapes`,
// `element_types`: of operands whose declaration leaves them open; f32 where they do not say it.
// Throws Error.
Network network_of(const Equations& equations, const Shapes& shapes,
                   const ElementTypes& element_types, const std::map<std::string, int64_t>& ranges);

} // namespace fovea::command
