#pragma once
#include <fovea/location.hpp>

#include <string>

namespace fovea {

// What a user would want to know of a compilation that succeeds: its results are right, but it was
// slower than it need be, or what it made is. Every part but `what` may be empty.
struct Warning {
  std::string what = {};     // "layer 'conv1': the given schedule: ..."
  SourceLocation where = {}; // the network's line that the layer comes from
  std::string layer = {};    // that it concerns
  std::string path = {};     // of the file or folder that it concerns
  std::string hint = {};     // "unroll less"
};

// As an Error's text, without a line's end at its end:
//   lenet5.cpp:14:42: warning: layer 'conv1': the given schedule: 'sum.1' accumulates in 28 ...
//     hint: unroll less
std::string to_string(const Warning& warning);

} // namespace fovea
