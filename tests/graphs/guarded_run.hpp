#pragma once
#include <guarded_memory.hpp>

#include <fovea/model.hpp>

#include <cstddef>
#include <vector>

// A model in memory where every block lies at a guard page: inputs, outputs, weights, what is made
// of weights, and workspace. What reads or writes outside a block ends the program, and says where.
namespace fovea::testing {

using Bytes = std::vector<std::byte>;

// The outputs. Throws std::runtime_error where a run writes into an input's page beside its block,
// or an output's.
std::vector<Bytes> run_guarded(const Model& model, const std::vector<Bytes>& inputs,
                               Placement placement, unsigned threads);

// Of weights, which a model aligns to whole vectors: what lies behind, up to a vector, is not
// watched.
size_t aligned_size(size_t bytes);

} // namespace fovea::testing
