#pragma once
#include <fovea/definition/definition.hpp>

#include <functional>
#include <vector>

// What an element of an equation is computed from, through the equations that are computed with it.
namespace fovea::kernels {

struct Reach {
  // Reads by the equation's own indices, no two of the same element.
  std::vector<Expr> within = {};   // of equations that are looked through
  std::vector<Expr> elements = {}; // of all else
  bool is_complete = true;         // there are no more than asked for
};

// Elements that lie beside each other along a free dimension.
struct Neighbours {
  size_t dimension = 0;
  int64_t count = 1;
};

// `looks_through(equation)`: is what the equation reads what is read? It ends with more than
// `most` reads.
Reach reach_of(const Definition& stages, size_t e, const std::function<bool(size_t)>& looks_through,
               size_t most);
// The same of all of some neighbours together, of an equation that is no reduction.
Reach reach_of(const Definition& stages, size_t e, const std::function<bool(size_t)>& looks_through,
               size_t most, const Neighbours& neighbours);

} // namespace fovea::kernels
