#pragma once
#include "compiler/kernels/reads.hpp"

#include <fovea/definition/definition.hpp>

#include <algorithm>
#include <vector>

namespace fovea::kernels {

// What is where among the stages of channel_vectors.hpp.
struct ChannelParts {
  const Definition& stages;
  int sum = -1;            // the reduction
  int host = -1;           // the stage that has its elements, epilogue applied
  int root = -1;           // the result; the host itself, or its elements in another order
  int image = -1;          // what the windows see, copied; -1: read where it is
  std::vector<int> tables; // packed weights and others that are small, whole before all else

  explicit ChannelParts(const Definition& stages) : stages(stages), root(stages.results[0]) {
    for (int e = 0; e < count(); ++e)
      if (equation(e).reduction)
        sum = e;
    host = sum;
    for (int e = sum + 1; e < count(); ++e)
      if (equation(e).shape() == equation(sum).shape() && reads(e, host) &&
          reads_own_element(*read_of(e, host)))
        host = e;
    for (int e = 0; e < sum; ++e)
      if (read_of(sum, e) && walks_rows(*read_of(sum, e)))
        image = e;
      else
        tables.push_back(e);
  }

  int count() const { return static_cast<int>(stages.equations.size()); }
  const Equation& equation(int e) const { return stages.equations[static_cast<size_t>(e)]; }
  int rank() const { return static_cast<int>(equation(sum).free.size()); }
  int64_t extent(int k) const {
    return k < 0 ? 1 : equation(sum).free[static_cast<size_t>(k)].extent;
  }

  const Node* read_of(int e, int producer) const {
    return kernels::read_of(equation(e), stages.tensor_of_equation(producer));
  }
  bool reads(int e, int producer) const { return read_of(e, producer) != nullptr; }

  // Does dimension k of the sum walk through windows of the copy that overlap?
  bool slides(int k) const {
    if (image < 0 || k < 0)
      return false;
    for (const Subscript& subscript : read_of(sum, image)->subscripts)
      if (holds(subscript.index, k) && holds_reduced(subscript.index))
        return true;
    return false;
  }

 private:
  bool holds_reduced(const IndexExpr& expr) const {
    bool found = false;
    for_each_index(expr, [&](int index) { found |= index >= rank(); });
    return found;
  }

  // Weights have one free dimension of the sum, in one place or two; images all.
  bool walks_rows(const Node& read) const {
    const std::vector<int> uses = uses_of(equation(sum), read);
    return std::all_of(uses.begin(), uses.begin() + rank(), [](int count) { return count > 0; });
  }
};

} // namespace fovea::kernels
