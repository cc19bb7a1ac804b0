// The captured graph as IR.
#include "compiler/import/import_network.hpp"
#include "compiler/ir/ops.hpp"

#include <fovea/dsl.hpp>
#include <fovea/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>

namespace fovea::ir {
namespace {

using ::testing::HasSubstr;

std::string text_of(mlir::ModuleOp module, bool locations = false) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  mlir::OpPrintingFlags flags;
  if (locations)
    flags.enableDebugInfo().useLocalScope();
  module.print(stream, flags);
  return text;
}

TEST(Import, MakesAnOpOfEveryNode) {
  Network net("small net");
  fovea::Tensor<> image = net.input("image", {1, 1, 12, 12});
  net.output("probs", image | conv(4, 3, same).named("conv1") | tanh | avg_pool(2) | flatten |
                          dense(10).named("fc") | softmax);
  mlir::MLIRContext context;
  const auto module = import_network(net, context);
  const std::string text = text_of(*module);
  EXPECT_THAT(text, HasSubstr("@\"small net\""));
  EXPECT_THAT(text, HasSubstr("fovea.name = \"image\""));
  EXPECT_THAT(text, HasSubstr("fovea.name = \"probs\""));
  EXPECT_THAT(text, HasSubstr("fovea.parameter \"conv1.weight\" number 0 : tensor<4x1x3x3xf32>"));
  EXPECT_THAT(text, HasSubstr("fovea.parameter \"fc.bias\" number 3 : tensor<10xf32>"));
  EXPECT_THAT(text,
              HasSubstr("filters 4 kernel [3, 3] stride [1, 1] dilation [1, 1] padding same"));
  EXPECT_THAT(text, HasSubstr("layer \"conv1\""));
  EXPECT_THAT(text, HasSubstr("fovea.softmax"));
}

TEST(Import, GivesOpsTheDefinitionsOfTheNodes) {
  Network net("net");
  fovea::Tensor<> image = net.input("image", {2, 4, 9, 9});
  net.output("y", image | conv(6, 3, stride(2), groups(2)) | batch_norm | relu | max_pool(2));
  mlir::MLIRContext context;
  const auto module = import_network(net, context);
  std::vector<std::string> expected, got;
  for (const NodeInfo& node : net.nodes()) {
    Types operands;
    for (int operand : node.operands)
      operands.push_back(net.values()[static_cast<size_t>(operand)].type);
    expected.push_back(canonical_text(node.op->definition(operands)));
  }
  module.get().walk([&](FoveaOpInterface op) { got.push_back(canonical_text(op.definition())); });
  EXPECT_EQ(got, expected);
}

TEST(Import, KeepsTheUsersLines) {
  Network net("net");
  fovea::Tensor<> x = net.input("x", {1, 4});
  const unsigned line = __LINE__ + 1;
  net.output("y", x | dense(3).named("fc"));
  mlir::MLIRContext context;
  const std::string text = text_of(*import_network(net, context), true);
  EXPECT_THAT(text, HasSubstr("\"fc\"(\""));
  EXPECT_THAT(text, HasSubstr("import_test.cpp\":" + std::to_string(line) + ":"));
}

TEST(Import, MakesAUsersEquationAnEquation) {
  const UserEquation pairs = define("pairs", [](fovea::Tensor<1> x, fovea::Tensor<1> w) {
    const Index<'i'> i;
    const Index<'m'> m;
    return Z(i) = sum(m)(x(i + m) * w(m));
  });
  Network net("net");
  fovea::Tensor<> x = net.input("x", {10}), w = net.input("w", {3});
  net.output("y", pairs(x, w));
  mlir::MLIRContext context;
  const auto module = import_network(net, context);
  std::vector<std::string> got;
  module.get().walk([&](EquationOp op) { got.push_back(canonical_text(op.definition())); });
  EXPECT_EQ(got,
            std::vector{canonical_text(pairs.definition({{DType::f32, {10}}, {DType::f32, {3}}}))});
}

// An op that claims another shape than the dialect's rule gives: the verifier's word, and the line.
class Liar final : public AnyOp {
 public:
  std::string name() const override { return "relu"; }
  int inputs() const override { return 1; }
  Attributes attributes() const override { return {}; }
  Attributes chosen_attributes() const override { return {}; }
  Parameters parameters(const Types&) const override { return {}; }
  Inferred infer(const Types&) const override { return TensorType{DType::f32, {7}}; }
  Definition definition(const Types& operands) const override {
    return ops::Relu{}.definition(operands);
  }
  OpPtr expanded(const Types&) const override { return nullptr; }
};

TEST(Import, ReportsWhatAVerifierRefuses) {
  Network net("net");
  fovea::Tensor<> x = net.input("x", {1, 4});
  const SourceLocation here = SourceLocation::current();
  net.output("y", net.apply(std::make_shared<Liar>(), {x}, "wrong", here)[0]);
  mlir::MLIRContext context;
  try {
    import_network(net, context);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.parts().what, HasSubstr("relu 'wrong'"));
    EXPECT_THAT(error.parts().what,
                HasSubstr("expects result type 'tensor<1x4xf32>', got 'tensor<7xf32>'"));
    EXPECT_EQ(error.parts().where.line, here.line);
  }
}

} // namespace
} // namespace fovea::ir
