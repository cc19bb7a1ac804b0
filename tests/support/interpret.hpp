#pragma once
#include <fovea/dsl.hpp>

#include <string>
#include <vector>

// The interpreter on operands given as numbers, for tests against figures from outside.
namespace fovea::testing {

using Numbers = std::vector<double>;

struct Filled {
  Shape shape;
  Numbers elements; // row-major
};

// The first result of an op or an equation on float64 operands.
Numbers interpret(const Definition& definition, const std::vector<Numbers>& operands);

// `operands`: data, then parameters.
Numbers interpret(const OpPtr& op, const std::vector<Filled>& operands);
template <class Op>
Numbers interpret(const Layer<Op>& layer, const std::vector<Filled>& operands) {
  return interpret(make_op(layer.op), operands);
}
inline Numbers interpret(MapFunction map, const std::vector<Filled>& operands) {
  return interpret(map(Map{}).table->make(), operands);
}
Numbers interpret(const UserEquation& equation, const std::vector<Filled>& operands);

} // namespace fovea::testing
