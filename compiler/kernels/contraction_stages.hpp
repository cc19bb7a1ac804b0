#pragma once
#include "compiler/kernels/contraction.hpp"

// The stages of a contraction whose columns are in blocks, for its schedule.
namespace fovea::kernels {

// What is where among the stages.
struct ContractionStages {
  const Definition& stages;
  int sum = -1;  // the contraction
  int host = -1; // the stage that has its elements, epilogue applied
  int root = -1; // the result; the host itself, or its elements in another order
  Contraction contraction;

  explicit ContractionStages(const Definition& stages);

  const Equation& equation(int e) const { return stages.equations[static_cast<size_t>(e)]; }

  // Does the sum itself read the stage? What only other stages read is computed within them.
  bool feeds_sum(int e) const;

  // Dimensions of the host, by their part in the contraction.
  std::vector<int> outer_rows() const; // groups and rows but the last two
  int row(int from_end) const;         // the last row dimension: 1, the last but one: 2; -1: none
  int vector() const { return static_cast<int>(equation(sum).free.size()) - 1; }
  int columns() const; // -1: one block
  int64_t extent(int k) const {
    return k < 0 ? 1 : equation(sum).free[static_cast<size_t>(k)].extent;
  }
};

} // namespace fovea::kernels
