#pragma once
#include "tests/kernels/kernel_test.hpp"

#include <fovea/catalogue/algorithm.hpp>

#include <random>

// An algorithm's rewriting and its kernel against the definition that they stand for, with tensors
// in any form that the algorithm takes.
namespace fovea::kernel_test {

using catalogue::Algorithm;
using catalogue::Forms;
using catalogue::Problem;

// --- random problems ----------------------------------------------------------------------------

using Random = std::mt19937_64;

// Whether random cases are all to be run, and the seed where no other is chosen (FOVEA_TEST_ALL,
// FOVEA_TEST_SEED).
bool runs_all();
uint64_t base_seed(uint64_t otherwise);

// A convolution, chain of them, convolution with its maps pooled, dense layer, pool, softmax,
// transposition or activation of few operations: odd channels, maps smaller than kernels, uneven
// padding.
Definition random_anchor(Random& random);
// Among them those that read at computed places: rows of a table, sums and maxima of picked
// elements.
Definition random_gather(Random& random);
Definition convolution(const Shape& image, int64_t filters, const Shape& kernel, int64_t stride = 1,
                       int64_t padding = 0, int64_t groups = 1, int64_t dilation = 1);

enum class Epilogue { none, relu, tanh, residual };
inline constexpr Epilogue epilogues[] = {Epilogue::none, Epilogue::relu, Epilogue::tanh,
                                         Epilogue::residual};
// The definition alone, which reads `type`, then for `residual` another tensor of that type.
Definition definition_of(Epilogue epilogue, const TensorType& type);
// Both as one system.
Definition with_epilogue(const Definition& anchor, Epilogue epilogue);

// Elementwise equations that make the anchor's operand `operand`: `relu`, a `residual` sum of it
// and another tensor, or for `tanh` its product with a scale for each channel.
Definition with_prologue(const Definition& anchor, int operand, Epilogue prologue);

// The definition as a network asks for it: in the layouts that the algorithm prefers, with all that
// it prepares of the operands behind the first one prepared.
Problem as_preferred(const Algorithm& algorithm, const Definition& definition,
                     const catalogue::Target& target = test_target());

// Every combination of layouts and preparations that the algorithm takes: of each tensor row-major,
// the preferred layout, and the second axis in blocks of a vector.
std::vector<Forms> accepted_forms(const Algorithm& algorithm, const Problem& problem);
// Any axis in blocks, too. None where the algorithm takes none of some that were tried.
std::optional<Forms> random_forms(const Algorithm& algorithm, const Problem& problem,
                                  Random& random);
// A random anchor with that epilogue, and often a prologue, if the algorithm accepts them, in
// random forms; none where the algorithm computes none of many.
std::optional<Problem> random_problem(const Algorithm& algorithm, const catalogue::Target& target,
                                      Epilogue epilogue, Random& random);

// --- checks --------------------------------------------------------------------------------------

// The system of equations that an algorithm makes.
Definition system_of(const Algorithm& algorithm, const Problem& problem);

struct FormsOptions {
  uint64_t seed = 1;
  bool special_values = false;                     // infinities and NaN among the operands
  bool compiled = true;                            // else only the rewriting is checked
  std::optional<Schedule> schedule = std::nullopt; // else the algorithm's default
  // Of large results only about so many elements are compared, and all at borders; with a rewriting
  // that keeps the definition's sums only the kernel. 0: all elements.
  size_t most_elements = 0;
};

// Throws fovea::Error where the kernel cannot be made; fails the current test where `system_of`
// differs from the definition, where the kernel does beyond the bound of its errors, or where
// surplus elements are not 0.
void expect_forms(const Algorithm& algorithm, const Problem& problem, const FormsOptions& options);
// The same, and fails the test where it cannot.
void check_forms(const Algorithm& algorithm, const Problem& problem,
                 const FormsOptions& options = {});

// "direct, x86-64-linux ..., operands(...), Z(b, i ...) = ..."
std::string describe(const Algorithm& algorithm, const Problem& problem);

} // namespace fovea::kernel_test
