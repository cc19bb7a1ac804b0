#include "compiler/import/import_network.hpp"

#include "compiler/ir/op_bridge.hpp"
#include "compiler/ir/ops.hpp"

#include <fovea/catalogue/schedule.hpp>
#include <fovea/error.hpp>

#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/Builders.h>
#include <mlir/IR/Diagnostics.h>
#include <mlir/IR/Verifier.h>

namespace fovea::ir {
namespace {

class Importer {
 public:
  Importer(const Network& network, mlir::MLIRContext& context)
      : network_(network), context_(context), builder_(&context),
        module_(mlir::ModuleOp::create(builder_.getUnknownLoc())) {}

  mlir::OwningOpRef<mlir::ModuleOp> run() {
    values_.resize(network_.values().size());
    make_function();
    make_parameters();
    for (const NodeInfo& node : network_.nodes())
      import(node);
    llvm::SmallVector<mlir::Value> results;
    for (const OutputInfo& output : network_.outputs())
      results.push_back(value(output.value));
    mlir::func::ReturnOp::create(builder_, builder_.getUnknownLoc(), results);
    check(*module_, "network '" + network_.name() + "'", {});
    return std::move(module_);
  }

 private:
  mlir::Value& value(int number) { return values_[static_cast<size_t>(number)]; }
  const ValueInfo& info(int number) const { return network_.values()[static_cast<size_t>(number)]; }
  mlir::Type type_of(int number) { return to_mlir(context_, info(number).type); }

  mlir::Location location_of(const std::string& name, const SourceLocation& where) {
    const auto line = where.known() ? mlir::Location(mlir::FileLineColLoc::get(
                                          &context_, where.file, where.line, where.column))
                                    : builder_.getUnknownLoc();
    return mlir::NameLoc::get(builder_.getStringAttr(name), line);
  }

  void make_function() {
    llvm::SmallVector<mlir::Type> inputs, outputs;
    for (int input : network_.inputs())
      inputs.push_back(type_of(input));
    for (const OutputInfo& output : network_.outputs())
      outputs.push_back(type_of(output.value));
    builder_.setInsertionPointToEnd(module_->getBody());
    auto function = mlir::func::FuncOp::create(builder_, builder_.getUnknownLoc(), network_.name(),
                                               builder_.getFunctionType(inputs, outputs));
    mlir::Block* block = function.addEntryBlock();
    for (auto [k, input] : llvm::enumerate(network_.inputs())) {
      const unsigned argument = static_cast<unsigned>(k);
      function.setArgAttr(argument, "fovea.name", builder_.getStringAttr(info(input).name));
      block->getArgument(argument).setLoc(location_of(info(input).name, info(input).location));
      value(input) = block->getArgument(argument);
    }
    for (auto [k, output] : llvm::enumerate(network_.outputs()))
      function.setResultAttr(static_cast<unsigned>(k), "fovea.name",
                             builder_.getStringAttr(output.name));
    builder_.setInsertionPointToEnd(block);
  }

  void make_parameters() {
    for (auto [number, parameter] : llvm::enumerate(network_.parameters()))
      value(parameter) = ParameterOp::create(
          builder_, location_of(info(parameter).name, info(parameter).location), type_of(parameter),
          info(parameter).name, static_cast<int64_t>(number));
  }

  void import(const NodeInfo& node) {
    llvm::SmallVector<mlir::Value> operands;
    for (int operand : node.operands)
      operands.push_back(value(operand));
    const std::string name = "fovea." + node.op->name();
    const mlir::OperationName op(name, &context_);
    mlir::Operation* made = op.isRegistered() && node_attributes_fit(op, node)
                                ? make_op(op, node, operands)
                                : make_equation(node, operands);
    check(made, node.op->name() + " '" + node.layer + "'", node.location);
    for (auto [k, result] : llvm::enumerate(node.results)) {
      if (k >= made->getNumResults() ||
          made->getResult(static_cast<unsigned>(k)).getType() != type_of(result))
        fail(node.op->name() + " '" + node.layer + "': the graph and the IR differ in a result",
             node.location);
      value(result) = made->getResult(static_cast<unsigned>(k));
    }
  }

  // Does the dialect describe this op by the struct's attributes? (What carries a definition of its
  // own, as a user's equation, has others.)
  static bool node_attributes_fit(const mlir::OperationName& op, const NodeInfo& node) {
    const llvm::ArrayRef<mlir::StringAttr> known = op.getAttributeNames();
    return llvm::all_of(node.op->attributes(), [&](const auto& attribute) {
      return llvm::any_of(
          known, [&](mlir::StringAttr name) { return name.getValue() == attribute.first; });
    });
  }

  mlir::Operation* make_op(const mlir::OperationName& op, const NodeInfo& node,
                           mlir::ValueRange operands) {
    mlir::OperationState state(location_of(node.layer, node.location), op);
    state.addOperands(operands);
    for (int result : node.results)
      state.addTypes(type_of(result));
    for (const auto& [name, attribute] : node.op->attributes())
      state.addAttribute(name, to_mlir(context_, attribute));
    state.addAttribute("layer", builder_.getStringAttr(node.layer));
    return builder_.create(state);
  }

  mlir::Operation* make_equation(const NodeInfo& node, mlir::ValueRange operands) {
    const Definition definition = node.op->definition(types_of(operands));
    EquationOp equation = build_equation(builder_, location_of(node.layer, node.location),
                                         definition, operands, node.layer);
    llvm::SmallVector<mlir::NamedAttribute> stated;
    for (const auto& [name, value] : node.op->chosen_attributes())
      if (name != "name")
        stated.push_back(builder_.getNamedAttr(name, to_mlir(context_, value)));
    if (!stated.empty())
      equation.setStatedAttr(builder_.getDictionaryAttr(stated));
    const OpNotes& notes = node.op->notes();
    if (!notes.doc.empty())
      equation.setDoc(notes.doc);
    if (!notes.algorithm.text.empty())
      equation.setAlgorithm(notes.algorithm.text);
    if (!notes.schedule.text.empty()) {
      check_schedule(node);
      equation.setScheduleAttr(ScheduleAttr::get(&context_, notes.schedule.text));
    }
    return equation;
  }

  // Its author's schedule, whose text nobody has looked at before.
  static void check_schedule(const NodeInfo& node) {
    const OpNotes::Choice& schedule = node.op->notes().schedule;
    try {
      (void)catalogue::Schedule::parse(schedule.text);
    } catch (const Error& error) {
      ErrorParts parts = error.parts();
      parts.what = "schedule of op '" + node.op->layer_name() + "': " + parts.what;
      parts.where = schedule.location.known() ? schedule.location : node.location;
      throw Error(std::move(parts));
    }
  }

  [[noreturn]] static void fail(std::string what, const SourceLocation& where) {
    ErrorParts parts;
    parts.what = std::move(what);
    parts.where = where;
    throw Error(std::move(parts));
  }

  // The op's own verifier; its diagnostics become the Error.
  void check(mlir::Operation* op, const std::string& what, const SourceLocation& where) {
    std::string text;
    const mlir::ScopedDiagnosticHandler handler(&context_, [&](mlir::Diagnostic& diagnostic) {
      text += (text.empty() ? "" : "\n  ") + diagnostic.str();
      for (const mlir::Diagnostic& note : diagnostic.getNotes())
        text += "\n  " + note.str();
      return mlir::success();
    });
    if (mlir::failed(mlir::verify(op)))
      fail(what + ": " + text, where);
  }

  const Network& network_;
  mlir::MLIRContext& context_;
  mlir::OpBuilder builder_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  std::vector<mlir::Value> values_; // by value number of the network
};

} // namespace

mlir::OwningOpRef<mlir::ModuleOp> import_network(const Network& network,
                                                 mlir::MLIRContext& context) {
  context.loadDialect<FoveaDialect, mlir::func::FuncDialect>();
  return Importer(network, context).run();
}

} // namespace fovea::ir
