#pragma once
#include <string>

namespace fovea::command {

// Draws a picture of Graphviz's language as SVG, with Graphviz's `dot`. Throws Error where that is
// not installed, refuses the picture, or takes longer than `seconds`.
std::string draw_svg(const std::string& dot_text, double seconds = 120);

} // namespace fovea::command
