#pragma once
#include <fovea/definition/definition.hpp>

// Where each stage of the generic lowering runs by default.
namespace fovea::kernels {

struct Placement {
  enum class Kind : uint8_t {
    root,    // whole, in memory of its own
    inlined, // at every use
    hosted,  // a reduction, accumulated where the root `host` needs it
  };
  std::vector<Kind> kinds;     // per equation
  std::vector<int> hosts;      // hosted: the root whose elements match its own, one to one
  std::vector<double> weights; // of one element, with what is inlined into it; simple operations
};

Placement place(const Definition& stages);

// Number of elements; of evaluations of the body.
int64_t element_count(const Equation& equation);
int64_t evaluation_count(const Equation& equation);

} // namespace fovea::kernels
