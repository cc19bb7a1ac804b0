#pragma once
#include <fovea/definition/definition.hpp>

#include <optional>
#include <vector>

// What a definition computes of its weights alone, element for element again, computed once
// instead. Plain data: nothing here knows MLIR.
namespace fovea::passes {

struct Hoisted {
  struct Part {
    Definition definition;     // of weights; all its results have the same dimensions
    std::vector<int> operands; // of the whole definition, which the part's operands are
  };
  struct Source {
    int part = 0, result = 0;
  };
  std::vector<Part> parts;
  Definition rest;             // reads first what it keeps of the operands, then of the parts
  std::vector<int> kept;       // of the whole definition's operands
  std::vector<Source> sources; // of the operands behind those
};

// Of an equation that works element by element; `known`: which operands are weights. With
// `reassociate`, one that is affine in its only other operand X becomes Z = X * a + b, whose
// coefficients are computed in float64: of a batch normalisation, a = w / sqrt(var + epsilon) and
// b = shift - mean * a. Without it every operation stays as it is. None where nothing is gained:
// parts have fewer dimensions than the result, and do more than move what they read.
std::optional<Hoisted> hoist_known(const Definition& definition, const std::vector<bool>& known,
                                   bool reassociate);

} // namespace fovea::passes
