#pragma once
#include "compiler/kernels/indices.hpp"

#include <optional>
#include <vector>

// Reductions over windows, seen as a product of which one factor is the image.
namespace fovea::kernels {

// A reduction over the product of these; of maxima and minima there is one.
struct WindowProduct {
  std::vector<Expr> factors;
  size_t image = 0; // the one that free and several reduced indices stand in: a read
};

// The equation as such; none where it is something else, or where its terms may not come in another
// order.
std::optional<WindowProduct> window_product(const Equation& equation);
// The factors' product, as they come.
Expr multiplied(const std::vector<Expr>& factors);

inline int free_count(const Equation& equation) {
  return static_cast<int>(equation.free.size());
}

// Does any of the indices from `from` to `to` - 1 stand in it?
bool holds_any(const Expr& expr, int from, int to);
// The reduced indices that stand in it.
std::vector<int> reduced_in(const Equation& equation, const Expr& expr);

} // namespace fovea::kernels
