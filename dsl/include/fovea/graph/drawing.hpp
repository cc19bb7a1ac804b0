#pragma once
#include <fovea/graph/network.hpp>

#include <string>

namespace fovea {

// The network as a picture in Graphviz's language: `dot -Tsvg` draws it. One box for each layer,
// coloured by what its definition does (sums of products, other reductions, elementwise, moving
// elements, anything else), edges with the shapes that flow, a frame around each block with two
// layers or more. Pointing at a box shows its equations. Names may hold any bytes.
std::string to_dot(const Network& network);

} // namespace fovea
