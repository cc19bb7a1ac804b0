#include "passes/sharing.hpp"

#include "passes/kernels.hpp"

#include <mlir/Dialect/Func/IR/FuncOps.h>

#include <limits>

namespace fovea::passes {
namespace {

// Does the function return it, itself or as a view?
bool is_output(mlir::Value value) {
  return llvm::any_of(value.getUsers(), [](mlir::Operation* user) {
    if (llvm::isa<mlir::func::ReturnOp>(user))
      return true;
    auto described = llvm::dyn_cast<ir::FoveaOpInterface>(user);
    return described && described.is_row_major_view() && is_output(user->getResult(0));
  });
}

const TensorType& type_of(const Copies& copies, const ir::CopiedRange& range) {
  return copies.definition.operands[static_cast<size_t>(range.operand)].type;
}

// Is each range contiguous, in the result of a join, in the operand of a slice?
bool all_contiguous(const Copies& copies, const catalogue::Forms& forms) {
  const int axis = copies.ranges.axis;
  return llvm::all_of(copies.ranges.ranges, [&](const ir::CopiedRange& range) {
    return copies.joins
               ? ir::stored_range(copies.definition.equations[0].shape(), forms.result(0), axis,
                                  range.to, range.extent)
               : ir::stored_range(type_of(copies, range).shape, forms.operand(range.operand), axis,
                                  range.from, range.extent);
  });
}

} // namespace

bool Sharing::can_be_made_elsewhere(mlir::Value owner) const {
  return llvm::isa_and_nonnull<ir::KernelOp, ir::JoinOp>(owner.getDefiningOp()) &&
         !known_.contains(owner) && !placed_.contains(owner) && !is_output(owner);
}

std::optional<Copies> Sharing::copies_of(ir::KernelOp kernel) const {
  const LayerChoice choice = choice_for(options_, kernel.getLayer().str());
  if (!options_.share || kernel->getNumResults() != 1 || known_.contains(kernel->getResult(0)) ||
      !choice.algorithm.empty() || !choice.schedule.empty())
    return std::nullopt;
  Copies copies{definition_of(kernel), {}, false, {}};
  const auto ranges = ir::copied_ranges(copies.definition);
  if (!ranges)
    return std::nullopt;
  copies.ranges = *ranges;
  copies.joins = ir::joins_operands(copies.definition, *ranges);
  if (!copies.joins) {
    const mlir::Value operand = ir::owner_of(kernel.getInputs()[0]);
    if (ranges->ranges.size() != 1 || known_.contains(operand) || is_output(kernel->getResult(0)))
      return std::nullopt;
    copies.in_place = {true};
    return copies;
  }
  llvm::DenseSet<mlir::Value> own;
  for (const ir::CopiedRange& range : ranges->ranges) {
    const mlir::Value owner = ir::owner_of(kernel.getInputs()[static_cast<size_t>(range.operand)]);
    copies.in_place.push_back(can_be_made_elsewhere(owner) && own.insert(owner).second);
  }
  return copies;
}

void Sharing::share(ir::KernelOp kernel, const Copies& copies) {
  if (!copies.joins)
    placed_.insert(kernel->getResult(0));
  else
    for (auto [range, in_place] : llvm::zip(copies.ranges.ranges, copies.in_place))
      if (in_place)
        placed_.insert(ir::owner_of(kernel.getInputs()[static_cast<size_t>(range.operand)]));
}

bool is_copied(const Copies& copies, size_t range, const catalogue::Forms& forms) {
  const int operand = copies.ranges.ranges[range].operand;
  return !copies.in_place[range] || forms.operand(operand) != forms.result(0);
}

double Sharing::cost(const Copies& copies, const catalogue::Forms& forms) const {
  constexpr double never = std::numeric_limits<double>::infinity();
  if (!all_contiguous(copies, forms))
    return never;
  double seconds = 0;
  for (size_t k = 0; k < copies.ranges.ranges.size(); ++k) {
    const ir::CopiedRange& range = copies.ranges.ranges[k];
    if (!is_copied(copies, k, forms))
      continue;
    if (!copies.joins)
      return never;
    const catalogue::Problem copy{
        copy_of(type_of(copies, range)),
        options_.target,
        {.operands = {forms.operand(range.operand)}, .results = {forms.result(0)}, .prepared = {}}};
    seconds += algorithm_for(options_, "", copy, {}).cost.seconds;
  }
  return seconds;
}

} // namespace fovea::passes
