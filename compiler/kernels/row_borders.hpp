#pragma once
#include <fovea/definition/definition.hpp>

namespace fovea::kernels {

// Stages in which copies with padding, `P(.., y, x, i) = Z(.., fill(y - p), fill(x - q), i)`, read
// tensors that have the padding's rows themselves:
//   Z'(.., y, x, i) = select(0 <= y - p < rows, Z(.., y - p, x, i), fill)
//   P(.., y, x, i)  = Z'(.., y, fill(x - q), i)
// with all that Z follows from element by element, up to its sum; what is computed for rows beyond
// the true ones, from the nearest rows that there are, is not used. Which rows of Z' a row of
// windows needs is then the same for all of them: so Halide proves that few are alive at once.
Definition with_rows_beyond(Definition stages);

} // namespace fovea::kernels
