#include "compiler/kernels/blocked_columns.hpp"

#include "compiler/kernels/packing.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

Equation& equation_of(Definition& definition, const Contraction& contraction) {
  return definition.equations[static_cast<size_t>(contraction.equation)];
}

// The reduced index that a subscript of the image is, alone; -1 where it is more.
int plain_channel(const Definition& definition, const Contraction& contraction, int axis) {
  const Node& image = *factors_of(definition, contraction).image;
  for (const int channel : contraction.channels)
    if (image.subscripts[static_cast<size_t>(axis)].index.is_index(channel))
      return channel;
  return -1;
}

// Everything but the packing: the contraction's columns and all that follows in blocks, channels in
// the image's order.
struct Blocked {
  Definition definition;
  int contraction = 0; // equation
  int image = 0, weights = 0;
  int column = 0; // the dimension of the contraction that is in blocks now
};

// Channels as the image's blocks have them: c = block c_o + c_i, in the last place.
void block_channels(Definition& definition, const Contraction& contraction, const Layout& layout) {
  Equation& equation = equation_of(definition, contraction);
  const int channel = plain_channel(definition, contraction, layout.axis);
  const int r = channel - static_cast<int>(equation.free.size());
  int64_t& extent = equation.reduced[static_cast<size_t>(r)].extent;
  extent = catalogue::ceiling_quotient(extent, layout.block) * layout.block; // beyond: 0 times 0
  store_operand(definition, contraction.image, layout);
  split_reduced(equation, r, layout.block);
}

Blocked blocked(const Problem& problem) {
  Blocked result;
  result.definition = problem.definition;
  Definition& definition = result.definition;
  const Contraction contraction = *contraction_with_epilogue(definition);
  const int64_t block = problem.target.lanes(4);
  result.contraction = contraction.equation;
  result.image = contraction.image;
  result.weights = contraction.weights;
  result.column = contraction.columns[0];
  if (const Layout layout = problem.forms.operand(contraction.image); !layout.is_row_major())
    block_channels(definition, contraction, layout);
  for (int k = 0; k < static_cast<int>(definition.operands.size()); ++k)
    if (k != contraction.image)
      store_operand(definition, k, problem.forms.operand(k));
  for (int e = contraction.equation; e < static_cast<int>(definition.equations.size()); ++e)
    block_equation(definition, e, result.column, block);
  return result;
}

// Blocks of columns and groups, then terms as the loops take them, then the columns of a block.
Packing packing_of(const Blocked& blocked) {
  const Equation& equation = blocked.definition.equations[static_cast<size_t>(blocked.contraction)];
  const Node& weights = *read_of(equation, blocked.weights);
  const std::vector<int> uses = uses_of(equation, weights);
  const size_t inner = equation.free.size() - 1;
  std::vector<int> order;
  for (size_t k = 0; k < uses.size(); ++k)
    if (uses[k] > 0 && k != inner)
      order.push_back(static_cast<int>(k));
  order.push_back(static_cast<int>(inner));
  return pack(blocked.definition, equation, weights, order);
}

} // namespace

int channel_axis(const Definition& definition, const Contraction& contraction) {
  const Node& image = *factors_of(definition, contraction).image;
  for (int axis = 0; axis < static_cast<int>(image.subscripts.size()); ++axis)
    if (plain_channel(definition, contraction, axis) >= 0)
      return axis;
  return -1;
}

bool has_blocked_columns(const Problem& problem) {
  const Definition& definition = problem.definition;
  const std::optional<Contraction> contraction = packable_contraction(definition);
  if (!contraction || contraction->columns.size() != 1)
    return false;
  const int operands = static_cast<int>(definition.operands.size());
  const int64_t block = problem.target.lanes(4);
  const Layout image = problem.forms.operand(contraction->image);
  if (!image.is_row_major() && plain_channel(definition, *contraction, image.axis) < 0)
    return false;
  const auto suits = [&](const Layout& layout) {
    return layout.is_row_major() || layout == Layout::blocked(contraction->columns[0], block);
  };
  for (int k = 0; k < operands; ++k) {
    if (problem.forms.is_prepared(k) && k != contraction->weights)
      return false;
    if (k != contraction->image && !suits(problem.forms.operand(k)))
      return false;
  }
  return suits(problem.forms.result(0)) &&
         problem.forms.operand(contraction->weights).is_row_major();
}

Definition packed_weights(const Problem& problem) {
  const Blocked form = blocked(problem);
  return preparation_of(problem.definition, form.weights, packing_of(form));
}

Definition blocked_columns(const Problem& problem) {
  Blocked form = blocked(problem);
  use_packing(form.definition, form.contraction, form.weights, packing_of(form),
              problem.forms.is_prepared(form.weights));
  finish_blocked_result(form.definition, problem, form.column, problem.target.lanes(4));
  return form.definition;
}

} // namespace fovea::kernels
