#pragma once
#include <fovea/catalogue/algorithm.hpp>
#include <fovea/definition/definition.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

// The ways in which a definition is computed and compared with the interpreter. One more way is one
// more entry in `realisations()`.
namespace fovea::testing {

// Computes once: addresses of the operands' and the results' elements, row-major.
using Run = std::function<void(const std::vector<const void*>& operands,
                               const std::vector<void*>& results, int threads)>;

struct Realisation {
  std::string name; // "kernel generic"
  std::function<bool(const Definition& definition)> matches;
  // Compiles the definition: done once for many runs.
  std::function<Run(const Definition& definition)> prepare;
  // Where it transforms sums: by how much more they may be off, given each operand's largest
  // magnitude. Infinities and NaN then spread over neighbours.
  std::function<std::optional<catalogue::TransformError>(const Definition& definition,
                                                         const std::vector<double>& magnitudes)>
      transform_error = nullptr;
};

const std::vector<Realisation>& realisations();

} // namespace fovea::testing
