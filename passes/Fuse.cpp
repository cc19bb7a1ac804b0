#include "passes/Passes.hpp"

#include "passes/kernels.hpp"
#include "passes/sharing.hpp"

#include <map>

namespace fovea::passes {

#define GEN_PASS_DEF_FUSE
#include "passes/Passes.h.inc"

namespace {

class Fuse : public impl::FuseBase<Fuse> {
 public:
  explicit Fuse(PipelineOptions options) : options_(std::move(options)) {}

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return run(function); })))
      signalPassFailure();
  }

 private:
  llvm::LogicalResult run(mlir::func::FuncOp function) {
    if (options_.fuse && !options_.catalogue)
      return function.emitError("fuse needs a catalogue of algorithms");
    for (mlir::Value output : function.getBody().front().getTerminator()->getOperands())
      outputs_.insert(ir::owner_of(output));
    for (mlir::Operation& op : llvm::make_early_inc_range(function.getBody().front())) {
      auto described = llvm::dyn_cast<ir::FoveaOpInterface>(op);
      if (!described || described.is_row_major_view()) {
        note_whether_known(&op);
        continue;
      }
      auto kernel = llvm::dyn_cast<ir::KernelOp>(op);
      if (!kernel)
        kernel = make_kernel(&op);
      if (options_.fuse)
        kernel = fuse_prologue(fuse_into_producer(kernel));
      note_whether_known(kernel);
    }
    return mlir::success();
  }

  bool is_known(mlir::Operation* op) const {
    return depends_on_weights_alone(op, known_, outputs_);
  }
  void note_whether_known(mlir::Operation* op) {
    if (is_known(op))
      known_.insert(op->result_begin(), op->result_end());
  }

  // The kernel that computes the consumer's results from now on.
  ir::KernelOp fuse_into_producer(ir::KernelOp consumer) {
    const Definition epilogue = definition_of(consumer);
    if (consumer->getNumResults() != 1 || !is_pointwise(epilogue))
      return consumer;
    llvm::SmallVector<ir::KernelOp> possible;
    ir::KernelOp best;
    int64_t most_macs = -1;
    for (mlir::Value input : consumer.getInputs()) {
      auto producer = input.getDefiningOp<ir::KernelOp>();
      if (!producer || refuses(producer, consumer, why_not_join(producer, consumer, epilogue)))
        continue;
      possible.push_back(producer);
      // Of several producers the one with the most work: it gains most from tiles kept in
      // registers.
      if (const int64_t macs = count_macs(definition_of(producer)); macs >= most_macs) {
        best = producer;
        most_macs = macs;
      }
    }
    if (!best)
      return consumer;
    for (ir::KernelOp other : possible)
      if (other != best)
        refuses(other, consumer,
                "it was fused with '" + best.getLayer().str() + "', which has as much work");
    known_.erase(best->getResult(0));
    // The two may be the only readers of a third: x * sigmoid(x).
    return fuse_into_producer(merge_kernels(best, consumer, best.getLayer()));
  }

  // The kernel that computes the consumer's results from now on, what makes one of its operands
  // element by element included.
  ir::KernelOp fuse_prologue(ir::KernelOp consumer) {
    for (auto [operand, input] : llvm::enumerate(consumer.getInputs())) {
      auto producer = input.getDefiningOp<ir::KernelOp>();
      if (!producer || !is_pointwise(definition_of(producer)) ||
          refuses(producer, consumer,
                  why_not_precede(producer, consumer, static_cast<int>(operand))))
        continue;
      known_.erase(producer->getResult(0));
      return merge_kernels(producer, consumer, consumer.getLayer());
    }
    return consumer;
  }

  // Notes why the two stay apart; an empty reason: they need not.
  bool refuses(ir::KernelOp producer, ir::KernelOp consumer, const std::string& reason) {
    if (!reason.empty() && options_.refusals)
      options_.refusals->push_back({producer.getLayer().str(), consumer.getLayer().str(), reason});
    return !reason.empty();
  }

  // Why nobody else may be spared the producer's result; empty: nobody else reads it.
  static std::string why_not_alone(ir::KernelOp producer, ir::KernelOp consumer) {
    if (producer->getNumResults() != 1)
      return "it gives several tensors";
    std::string others;
    for (mlir::Operation* user : producer->getResult(0).getUsers()) {
      if (user->hasTrait<mlir::OpTrait::IsTerminator>())
        return "its result is an output of the network";
      if (user != consumer)
        others += (others.empty() ? "'" : ", '") + ir::layer_of(user) + "'";
    }
    return others.empty() ? "" : "others read its result: " + others;
  }

  // Legal where nobody else needs what the producer makes element by element of a tensor of the
  // same type.
  std::string why_not_precede(ir::KernelOp producer, ir::KernelOp consumer, int operand) {
    if (joins_known_to_unknown(producer, consumer))
      return computed_once;
    if (std::string others = why_not_alone(producer, consumer); !others.empty())
      return others;
    if (llvm::count(consumer.getInputs(), producer->getResult(0)) != 1)
      return "its result is read twice";
    if (llvm::none_of(producer.getInputs(), [&](mlir::Value input) {
          return input.getType() == producer->getResult(0).getType();
        }))
      return "it reads no tensor of its result's type";
    const Definition anchor = definition_of(consumer);
    const catalogue::Algorithm& algorithm = likely(consumer, anchor);
    if (!algorithm.accepts_prologue(anchor, operand))
      return name_of(algorithm) + " takes nothing in front of it";
    return why_not_together(algorithm, producer, consumer);
  }

  // Legal where each element of the result reads just its own element of the producer's result (a
  // pointwise op of equal shapes) and nobody else needs that result.
  std::string why_not_join(ir::KernelOp producer, ir::KernelOp consumer,
                           const Definition& epilogue) {
    if (joins_known_to_unknown(producer, consumer))
      return computed_once;
    if (std::string others = why_not_alone(producer, consumer); !others.empty())
      return others;
    if (ir::tensor_type_of(producer->getResult(0)).shape !=
        ir::tensor_type_of(consumer->getResult(0)).shape)
      return "its elements are read more than once";
    if (is_better_apart(producer, consumer))
      return "it only puts tensors side by side, which costs nothing by itself";
    const Definition whole = definition_of(producer);
    const catalogue::Algorithm& algorithm = likely(producer, whole);
    if (!algorithm.accepts_epilogue(whole, epilogue))
      return name_of(algorithm) + " takes no such op behind it";
    return why_not_together(algorithm, producer, consumer);
  }

  // What is accepted by itself may not be with what is there already: a sum with the tensor that
  // the prologue reads, too. Another algorithm would have to compute it all.
  std::string why_not_together(const catalogue::Algorithm& algorithm, ir::KernelOp producer,
                               ir::KernelOp consumer) const {
    return algorithm.matches({merged_definition({producer, consumer}), options_.target})
               ? ""
               : name_of(algorithm) + " cannot compute both at once";
  }
  static std::string name_of(const catalogue::Algorithm& algorithm) {
    return "algorithm '" + std::string(algorithm.name()) + "'";
  }

  // The likely algorithm of a kernel and its definition: of equal ones it is asked for once.
  const catalogue::Algorithm& likely(ir::KernelOp kernel, const Definition& definition) {
    const std::string layer = kernel.getLayer().str();
    const std::vector<bool> known = known_operands(kernel);
    const catalogue::Algorithm*& found = likely_[key_of(options_, layer, definition, known)];
    if (!found)
      found = &likely_algorithm(options_, layer, definition, known);
    return *found;
  }

  std::vector<bool> known_operands(ir::KernelOp kernel) const {
    std::vector<bool> known;
    for (mlir::Value input : kernel.getInputs())
      known.push_back(options_.prepare && known_.contains(input));
    return known;
  }

  // What is computed once does not join what is computed in each run.
  bool joins_known_to_unknown(ir::KernelOp producer, ir::KernelOp consumer) const {
    return options_.prepare && known_.contains(producer->getResult(0)) && !is_known(consumer);
  }
  static constexpr const char* computed_once = "it depends on weights alone, and runs once";

  // What only puts tensors side by side may cost nothing by itself; in one kernel with others it is
  // work.
  bool is_better_apart(ir::KernelOp producer, ir::KernelOp consumer) const {
    const Sharing sharing(options_, known_);
    const std::optional<Copies> copies = sharing.copies_of(producer);
    if (!copies)
      return false;
    const auto seconds = [&](const Definition& definition) {
      return algorithm_for(options_, "", {definition, options_.target}, {}).cost.seconds;
    };
    return sharing.cost(*copies, {}) + seconds(definition_of(consumer)) <=
           seconds(merged_definition({producer, consumer}));
  }

  PipelineOptions options_;
  llvm::DenseSet<mlir::Value> outputs_, known_; // of the function; known before it runs
  std::map<std::string, const catalogue::Algorithm*> likely_; // by key_of
};

} // namespace

std::unique_ptr<mlir::Pass> create_fuse(const PipelineOptions& options) {
  return std::make_unique<Fuse>(options);
}

} // namespace fovea::passes
