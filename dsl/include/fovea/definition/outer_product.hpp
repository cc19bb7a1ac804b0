#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace fovea {

// A matrix that is the product of a column and a row: down[y] * across[x].
struct OuterProduct {
  std::vector<double> down, across;
};
// Of `rows` x `columns` elements, row by row: nothing where one is further from such a product than
// 1e-15 of the largest, or where all are 0. Integers have integer factors.
std::optional<OuterProduct> outer_product(int64_t rows, int64_t columns,
                                          const std::vector<double>& matrix);

} // namespace fovea
