#pragma once
#include <fovea/catalogue/problem.hpp>

#include <optional>

// Convolutions whose kernel changes with the place and comes round again (tiled convolution), with
// the places' phases as dimensions of their own. From
//   Z(i, y, x) = sum(l, m, n) V(l, y + m, x + n) K(i, l, m, n, y mod t, x mod u)
// to, with y = t p + a and x = u q + b, over the same memory,
//   Z(i, p, a, q, b) = sum(l, m, n) V(l, t p + a + m, u q + b + n) K(i, l, m, n, a, b)
// which is a contraction (contraction.hpp) whose groups a and b move its windows.
namespace fovea::kernels {

struct PhasesApart {
  catalogue::Problem problem;
  int first = -1; // the first dimension of the sum that is split; -1: none
};

// The problem itself where there are no phases, or where they do not divide the places; none where
// the blocks of a result, or of what is added to it, are in what is split, or behind.
std::optional<PhasesApart> phases_apart(const catalogue::Problem& problem);

} // namespace fovea::kernels
