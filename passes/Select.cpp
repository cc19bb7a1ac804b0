#include "passes/Passes.hpp"

#include <fovea/catalogue/schedule_check.hpp>

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>

#include <set>

namespace fovea::passes {

#define GEN_PASS_DEF_SELECT
#include "passes/Passes.h.inc"

namespace {

// Names a kernel by everything that makes its code.
std::string symbol_of(const Definition& definition, llvm::StringRef algorithm,
                      const std::string& schedule, const catalogue::Target& target) {
  llvm::SHA256 hash;
  for (const std::string& part :
       {canonical_text(definition), algorithm.str(), schedule, to_string(target)}) {
    hash.update(part);
    hash.update(llvm::StringRef("\0", 1));
  }
  const auto digest = hash.final();
  return "fovea_kernel_" + llvm::toHex(llvm::ArrayRef(digest).take_front(8), /*LowerCase=*/true);
}

class Select : public impl::SelectBase<Select> {
 public:
  explicit Select(PipelineOptions options) : options_(std::move(options)) {}

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return run(function); })))
      signalPassFailure();
  }

 private:
  llvm::LogicalResult run(mlir::func::FuncOp function) {
    if (!options_.catalogue)
      return function.emitError("select needs a catalogue of algorithms");
    std::set<std::string> layers;
    for (auto kernel : function.getBody().front().getOps<ir::KernelOp>()) {
      layers.insert(kernel.getLayer().str());
      if (mlir::failed(guarded(kernel, [&] { return select(kernel); })))
        return mlir::failure();
    }
    for (const auto& [layer, choice] : options_.layers)
      if (!layers.count(layer))
        return function.emitError()
               << "a schedule is given for layer '" << layer
               << "', which is no kernel of its own; kernels are: " << llvm::join(layers, ", ");
    return mlir::success();
  }

  llvm::LogicalResult select(ir::KernelOp kernel) {
    const Definition definition = definition_of(kernel);
    const std::string layer = kernel.getLayer().str();
    const LayerChoice choice = choice_for(options_, layer);
    const catalogue::Algorithm& algorithm = algorithm_for(options_, layer, definition);
    if (!algorithm.matches(definition))
      return kernel.emitError() << "algorithm '" << choice.algorithm << "' cannot compute layer '"
                                << layer << "'";
    const catalogue::Schedule schedule =
        choice.schedule.empty() ? algorithm.default_schedule(definition, options_.target)
                                : catalogue::Schedule::parse(choice.schedule);
    catalogue::verify(schedule, algorithm.stages(definition));

    const std::string text = schedule.to_string();
    const llvm::StringRef name(algorithm.name().data(), algorithm.name().size());
    kernel.setAlgorithm(name);
    kernel.setScheduleAttr(ir::ScheduleAttr::get(kernel.getContext(), text));
    kernel.setSymbol(symbol_of(definition, name, text, options_.target));
    return mlir::success();
  }

  PipelineOptions options_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_select(const PipelineOptions& options) {
  return std::make_unique<Select>(options);
}

} // namespace fovea::passes
