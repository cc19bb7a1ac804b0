#include "compiler/ir/ops.hpp"

#include <mlir/IR/Builders.h>

namespace fovea::ir {
namespace {

std::vector<catalogue::Layout> layouts_of(std::optional<mlir::ArrayAttr> texts) {
  std::vector<catalogue::Layout> layouts;
  if (texts)
    for (auto text : texts->getAsRange<mlir::StringAttr>())
      layouts.push_back(catalogue::parse_layout(text.getValue().str()));
  return layouts;
}

// Null where all are row-major.
template <class LayoutOf>
mlir::ArrayAttr to_attribute(mlir::Builder builder, unsigned tensors, LayoutOf&& layout_of) {
  llvm::SmallVector<mlir::Attribute> texts;
  bool plain = true;
  for (unsigned k = 0; k < tensors; ++k) {
    const catalogue::Layout layout = layout_of(static_cast<int>(k));
    plain &= layout.is_row_major();
    texts.push_back(builder.getStringAttr(catalogue::to_string(layout)));
  }
  return plain ? nullptr : builder.getArrayAttr(texts);
}

} // namespace

catalogue::Forms forms_of(KernelOp kernel) {
  catalogue::Forms forms;
  forms.operands = layouts_of(kernel.getOperandLayouts());
  forms.results = layouts_of(kernel.getResultLayouts());
  if (const auto prepared = kernel.getPrepared()) {
    forms.prepared.assign(kernel.getInputs().size(), false);
    for (const int64_t number : *prepared)
      forms.prepared[static_cast<size_t>(number)] = true;
  }
  return forms;
}

void set_forms(KernelOp kernel, const catalogue::Forms& forms) {
  mlir::Builder builder(kernel.getContext());
  llvm::SmallVector<int64_t> prepared;
  for (unsigned k = 0; k < kernel.getInputs().size(); ++k)
    if (forms.is_prepared(static_cast<int>(k)))
      prepared.push_back(k);
  kernel.setPreparedAttr(prepared.empty() ? nullptr : builder.getDenseI64ArrayAttr(prepared));
  kernel.setOperandLayoutsAttr(to_attribute(builder,
                                            static_cast<unsigned>(kernel.getInputs().size()),
                                            [&](int k) { return forms.operand(k); }));
  kernel.setResultLayoutsAttr(
      to_attribute(builder, kernel->getNumResults(), [&](int k) { return forms.result(k); }));
}

} // namespace fovea::ir
