// fovea.equation is a definition without loss: definition -> IR -> text -> IR -> definition.
#include "compiler/ir/ops.hpp"

#include "op_fuzz.hpp"

#include <fovea/equation/define.hpp>

#include <gtest/gtest.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/Builders.h>
#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/OwningOpRef.h>
#include <mlir/IR/Verifier.h>
#include <mlir/Parser/Parser.h>

#include <cmath>
#include <limits>

namespace fovea::ir {
namespace {

class RoundTrip : public ::testing::Test {
 protected:
  RoundTrip() { context.loadDialect<FoveaDialect, mlir::func::FuncDialect>(); }

  // A module whose function has the definition's operands and holds its equation.
  mlir::OwningOpRef<mlir::ModuleOp> module_of(const Definition& definition) {
    mlir::OpBuilder builder(&context);
    const mlir::Location here = builder.getUnknownLoc();
    mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(here);
    llvm::SmallVector<mlir::Type> inputs;
    for (const Operand& operand : definition.operands)
      inputs.push_back(to_mlir(context, operand.type));
    builder.setInsertionPointToEnd(module->getBody());
    auto function =
        mlir::func::FuncOp::create(builder, here, "f", builder.getFunctionType(inputs, {}));
    mlir::Block* block = function.addEntryBlock();
    builder.setInsertionPointToEnd(block);
    build_equation(builder, here, definition, block->getArguments());
    mlir::func::ReturnOp::create(builder, here);
    return module;
  }

  static Definition definition_in(mlir::ModuleOp module) {
    Definition found;
    module.walk([&](EquationOp equation) { found = equation.definition(); });
    return found;
  }

  static std::string text_of(mlir::ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream);
    return text;
  }

  void expect_no_loss(const Definition& definition) {
    SCOPED_TRACE(to_string(definition));
    const mlir::OwningOpRef<mlir::ModuleOp> module = module_of(definition);
    ASSERT_TRUE(mlir::succeeded(mlir::verify(*module)));
    const std::string text = text_of(*module);
    SCOPED_TRACE(text);
    const auto parsed = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    ASSERT_TRUE(parsed);
    for (const Definition& back : {definition_in(*module), definition_in(*parsed)}) {
      EXPECT_EQ(canonical_text(back), canonical_text(definition));
      EXPECT_EQ(to_string(back), to_string(definition));
    }
    EXPECT_EQ(text_of(*parsed), text);
  }

  mlir::MLIRContext context;
};

TEST_F(RoundTrip, KeepsEveryOp) {
  testing::for_accepted_ops(20241001, 6,
                            [&](const auto& op, const Types& operands, const TensorType&) {
                              expect_no_loss(op.definition(operands));
                            });
}

TEST_F(RoundTrip, KeepsWindowsWithPaddingGroupsAndStrides) {
  ops::Conv conv;
  conv.filters = 6;
  conv.groups = 2;
  conv.kernel = Shape{3, 2};
  conv.stride = Shape{2, 1};
  conv.dilation = Shape{1, 2};
  conv.padding = PaddingMode::same;
  for (DType type : {DType::f32, DType::f16, DType::i8, DType::u8})
    expect_no_loss(conv.definition(operands_of(conv, {{type, {2, 4, 9, 7}}})));

  ops::AvgPool pool;
  pool.kernel = pool.stride = Shape{3};
  pool.padding = PaddingMode::explicitly;
  pool.pad_begin = pool.pad_end = Shape{1};
  pool.ceil_mode = true;
  expect_no_loss(pool.definition({{DType::f32, {1, 2, 8, 8}}}));
}

TEST_F(RoundTrip, KeepsIndexArithmetic) {
  const Index<'i'> i;
  const Index<'j'> j;
  const Index<'l'> l;
  const Tensor<2> V(0, "V", {DType::f32, {12, 20}}), K(1, "K", {DType::f32, {3, 4}});
  const std::vector<Operand> operands{{"V", V.type()}, {"K", K.type()}};
  expect_no_loss(
      bind("tiled", operands,
           {Z(i.range(6), j.range(9)) = sum(l)(V(2 * i, zero(j * 2 + l - 3)) * K(i % 3, l))}));
  expect_no_loss(bind(
      "floors", operands,
      {Z(i.range(24), j.range(20)) = V(i / 2, (j / 4) * 4 + j % 4) + K(i / 2 % 3, clamp(i - j))}));
}

TEST_F(RoundTrip, KeepsGathers) {
  const Index<'i'> i;
  const Index<'j'> j;
  for (DType type : {DType::i8, DType::u8, DType::i32, DType::i64}) {
    const Tensor<3> V(0, "V", {DType::f32, {12, 20, 3}});
    const Tensor<2> P(1, "P", {type, {5, 6}});
    const std::vector<Operand> operands{{"V", V.type()}, {"P", P.type()}};
    expect_no_loss(bind("places", operands,
                        {Z(i, j) = V(P(i, j), clamp(2 * j - 1), zero(P(i, j) + P(i, 0 * j)))}));
    expect_no_loss(
        bind("in_a_sum", operands, {Z(i) = sum(j)(V(wrap(P(i, j)), constant(j - 2, 0.5), 0 * j))}));
    expect_no_loss(
        bind("of_a_sum", operands, {Z(i) = V(sum(j)(P(i, j)), reflect(P(i, 0 * i)), 0 * i)}));
  }
}

// What no op writes today, but a definition may hold.
TEST_F(RoundTrip, KeepsUnusualConstantsAndNames) {
  for (double value : {0.1, -0.0, 1e-300, std::numeric_limits<double>::infinity(),
                       -std::numeric_limits<double>::infinity(), std::nan("")}) {
    Node constant;
    constant.type = DType::f32;
    constant.constant = value;
    Equation equation;
    equation.name = "a \"quoted\" name";
    equation.free = {{"", 3}, {"two words", 2}};
    equation.body = std::make_shared<const Node>(constant);
    expect_no_loss({"", {}, {equation}, {0}});
  }
  Node number;
  number.type = DType::i64;
  number.integer = std::numeric_limits<int64_t>::min();
  Equation equation;
  equation.type = DType::i64;
  equation.body = std::make_shared<const Node>(number);
  expect_no_loss({"scalar", {}, {equation, equation}, {1, 0, 1}});
}

TEST_F(RoundTrip, GivesASimplerExpressionWhereMLIRKnowsOne) {
  const IndexExpr i = IndexExpr::of(0);
  Node read;
  read.kind = Node::Kind::read;
  read.subscripts = {{i - floor_div(i, 2) * 2, Boundary::clamp, nullptr}};
  Equation equation;
  equation.free = {{"i", 6}};
  equation.body = std::make_shared<const Node>(read);
  const Definition definition{"parity", {{"x", {DType::f32, {2}}}}, {equation}, {0}};
  const auto module = module_of(definition);
  const Definition back = definition_in(*module);
  const IndexExpr& subscript = back.equations[0].body->subscripts[0].index;
  for (int64_t k = 0; k < 6; ++k)
    EXPECT_EQ(evaluate(subscript, {k}), k % 2);
}

} // namespace
} // namespace fovea::ir
