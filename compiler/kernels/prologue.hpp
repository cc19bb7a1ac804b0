#pragma once
#include <fovea/catalogue/problem.hpp>

#include <optional>

// Elementwise equations before the first sum, such as the normalisation and the activation before a
// convolution: T(i) = f(X(i), ..); Z = sum T(..) K(..). What is left without them is a problem that
// algorithms know, with T in the place of the operand X.
namespace fovea::kernels {

struct PrologueApart {
  catalogue::Problem problem;  // the rest; operands keep their numbers
  catalogue::Problem prologue; // T alone, of the same operands; no equations: there is no prologue
  int operand = -1;            // X

  bool exists() const { return operand >= 0; }
  bool reads(int operand_number) const; // does the prologue?
};

// The problem itself where no equation comes before a sum; none where those that do are no
// prologue of one operand.
std::optional<PrologueApart> prologue_apart(const catalogue::Problem& problem);

// `rest`, a rewriting of the problem without prologue in which X has kept its stored shape, reads T
// instead.
Definition after_prologue(const PrologueApart& apart, const Definition& rest);

} // namespace fovea::kernels
