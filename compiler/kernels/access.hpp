#pragma once
#include <fovea/definition/definition.hpp>

#include <functional>

// How an equation walks through memory.
namespace fovea::kernels {

// Of one read and one index: by how many elements the read moves when the index steps.
struct Stride {
  bool regular = true; // the index stands in no floor or remainder
  int64_t elements = 0;
};

// strides[r][k]: read r of the body, index k of the equation (free ones first).
std::vector<std::vector<Stride>> strides_of(const Definition& stages, const Equation& equation);

// Do so many reads, so far apart, each lie in a page of memory of their own, and are they more than
// the first translation buffer has entries? The processor then prefetches nothing.
inline bool jump_between_pages(int64_t count, int64_t bytes_apart) {
  constexpr int64_t page = 4096, entries = 64;
  return count > entries && bytes_apart >= page;
}
// Is that so of an operand, term by term?
bool jumps_between_pages(const Definition& stages, const Equation& sum);

// Of a value while it is computed: f16 and bf16 are so as f32.
int64_t computed_bytes(DType type);
// Bytes of the widest value that each lane of a vector has.
int64_t lane_bytes(const Equation& equation);
// The same of the body alone, by the bytes that each of its values has.
int64_t lane_bytes(const Equation& equation, const std::function<int64_t(const Node&)>& bytes);

// Of a copy whose place in several dimensions depends on floors and remainders of its last index:
// after how many steps of it they come round; else 1.
int64_t period_of_places(const Equation& equation);

// Are operands, results and all sums between of float32?
bool is_f32(const Definition& definition);

} // namespace fovea::kernels
