#include "passes/Passes.hpp"

#include "passes/kernels.hpp"

#include <fovea/catalogue/schedule_check.hpp>

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>
#include <mlir/IR/Builders.h>

#include <set>

namespace fovea::passes {

#define GEN_PASS_DEF_SELECT
#include "passes/Passes.h.inc"

namespace {

// Names a kernel by everything that makes its code.
std::string symbol_of(const catalogue::Problem& problem, llvm::StringRef algorithm,
                      const std::string& schedule) {
  llvm::SHA256 hash;
  for (const std::string& part : {canonical_text(problem.definition), algorithm.str(), schedule,
                                  to_string(problem.target), to_string(problem.forms)}) {
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
    if (options_.prepare)
      known_ = known_before_running(function);
    std::set<std::string> layers, computed;
    // Kernels that prepare come in front of the one that wants them, and are not visited.
    for (auto kernel :
         llvm::make_early_inc_range(function.getBody().front().getOps<ir::KernelOp>())) {
      layers.insert(kernel.getLayer().str());
      for (mlir::Operation& op : kernel.getBody().front().without_terminator())
        computed.insert(ir::layer_of(&op));
      if (mlir::failed(guarded(kernel, [&] { return select(kernel); })))
        return mlir::failure();
    }
    for (const auto& [layer, choice] : options_.layers)
      if (!layers.count(layer) && (computed.count(layer) || is_named(choice)))
        return refuse(function, layer, choice)
               << ", which is no kernel of its own; kernels are: " << llvm::join(layers, ", ");
    return mlir::success();
  }

  // Did the user speak of this very layer? The author of an op speaks of all that it makes, also of
  // those that no kernel has to compute in the end.
  static bool is_named(const LayerChoice& choice) {
    return (!choice.algorithm.empty() && !choice.algorithm_source.is_op) ||
           (!choice.schedule.empty() && !choice.schedule_source.is_op);
  }

  static mlir::InFlightDiagnostic refuse(mlir::func::FuncOp function, const std::string& layer,
                                         const LayerChoice& choice) {
    const bool is_schedule = !choice.schedule.empty();
    return error_at(function,
                    (is_schedule ? choice.schedule_source : choice.algorithm_source).where)
           << (is_schedule ? choice.schedule_origin() : choice.algorithm_origin()) << ": layer '"
           << layer << "'";
  }

  llvm::LogicalResult select(ir::KernelOp kernel) {
    const Definition definition = definition_of(kernel);
    const std::string layer = kernel.getLayer().str();
    std::vector<bool> known;
    for (mlir::Value input : kernel.getInputs())
      known.push_back(known_.contains(input));
    const catalogue::Choice choice =
        algorithm_for(options_, layer, {definition, options_.target, ir::forms_of(kernel)}, known);
    const LayerChoice given = choice_for(options_, layer);
    set(kernel, choice,
        given.schedule.empty() ? choice.own_schedule() : parse_given(given, choice));
    for (unsigned k = 0; k < kernel.getInputs().size(); ++k)
      if (choice.problem.forms.is_prepared(static_cast<int>(k)))
        kernel.getInputsMutable()[k].set(prepared(
            kernel, k, *choice.algorithm->preparation(choice.problem, static_cast<int>(k))));
    return mlir::success();
  }

  // A schedule is written for an algorithm's stages: whoever gives one wants to know whose.
  static catalogue::Schedule parse_given(const LayerChoice& given,
                                         const catalogue::Candidate& choice) {
    catalogue::Schedule schedule = catalogue::Schedule::parse(given.schedule);
    try {
      catalogue::verify(schedule, choice.algorithm->stages(choice.problem));
      return schedule;
    } catch (const Error& error) {
      ErrorParts parts = error.parts();
      parts.what = given.schedule_origin() + (": " + parts.what);
      parts.where = given.schedule_source.where;
      if (parts.detail.empty())
        parts.detail = "the algorithm is '" + std::string(choice.algorithm->name()) + "'";
      throw Error(std::move(parts));
    }
  }

  static void set(ir::KernelOp kernel, const catalogue::Candidate& choice,
                  const catalogue::Schedule& schedule) {
    const catalogue::Problem& problem = choice.problem;
    catalogue::verify(schedule, choice.algorithm->stages(problem));
    const std::string text = schedule.to_string();
    const llvm::StringRef name(choice.algorithm->name().data(), choice.algorithm->name().size());
    kernel.setAlgorithm(name);
    kernel.setScheduleAttr(ir::ScheduleAttr::get(kernel.getContext(), text));
    kernel.setSymbol(symbol_of(problem, name, text));
    set_forms(kernel, problem.forms);
  }

  // Operand `number` of a kernel as its algorithm wants it, by the generic algorithm.
  mlir::Value prepared(ir::KernelOp kernel, unsigned number, const Definition& preparation) const {
    mlir::OpBuilder builder(kernel);
    auto equation = ir::build_equation(builder, kernel.getLoc(), preparation,
                                       kernel.getInputs()[number], kernel.getLayer());
    ir::KernelOp made = make_kernel(equation);
    const catalogue::Candidate choice{.algorithm = &options_.catalogue->find("generic"),
                                      .problem = {preparation, options_.target}};
    set(made, choice, choice.own_schedule());
    return made.getResult(0);
  }

  PipelineOptions options_;
  llvm::DenseSet<mlir::Value> known_; // of the function; nothing where nothing is to be prepared
};

} // namespace

std::unique_ptr<mlir::Pass> create_select(const PipelineOptions& options) {
  return std::make_unique<Select>(options);
}

} // namespace fovea::passes
