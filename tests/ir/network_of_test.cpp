// IR back to a network: without loss, and nothing else is taken for one.
#include "compiler/import/import_network.hpp"
#include "compiler/import/network_of.hpp"
#include "compiler/ir/ops.hpp"

#include "expect_error.hpp"
#include "varied_networks.hpp"

#include <fovea/definition/interpreter.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Parser/Parser.h>

namespace fovea::ir {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

class NetworkOf : public ::testing::Test {
 protected:
  NetworkOf() {
    context.loadDialect<FoveaDialect, mlir::func::FuncDialect>();
    context.printOpOnDiagnostic(false);
  }

  std::string text_of(const Network& network, bool locations = false) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    mlir::OpPrintingFlags flags;
    flags.useLocalScope();
    if (locations)
      flags.enableDebugInfo();
    import_network(network, context)->print(stream, flags);
    return text;
  }

  Network parse(const std::string& text) {
    const auto module =
        mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(&context), "model.mlir");
    if (!module)
      throw Error({.what = "the test's text does not parse"});
    return network_of(*module);
  }

  // A function of one tensor x: tensor<4xf32> around `body`, which defines %y: tensor<4xf32>.
  static std::string model(const std::string& body) {
    return "func.func @net(%x: tensor<4xf32> {fovea.name = \"x\"})\n"
           "    -> (tensor<4xf32> {fovea.name = \"y\"}) {\n" +
           body + "\n  return %y : tensor<4xf32>\n}\n";
  }

  // What is refused, with its place.
  void expect_refusal(const std::string& text, const std::string& what, unsigned line) {
    SCOPED_TRACE(text);
    const ErrorParts error = error_of([&] { parse(text); });
    EXPECT_THAT(error.what + " " + error.expected + " " + error.got, HasSubstr(what));
    EXPECT_STREQ(error.where.file, "model.mlir");
    EXPECT_EQ(error.where.line, line);
    EXPECT_GT(error.where.column, 0u);
  }

  mlir::MLIRContext context;
};

TEST_F(NetworkOf, IsTheInverseOfImport) {
  for (const Network& net : testing::varied_networks()) {
    const std::string text = text_of(net);
    SCOPED_TRACE(text);
    EXPECT_EQ(text_of(network_of(*import_network(net, context))), text); // as it is in memory
    EXPECT_EQ(text_of(parse(text)), text);                               // and as text
  }
}

TEST_F(NetworkOf, KeepsLinesNamesAndDefinitions) {
  for (const Network& net : testing::varied_networks()) {
    const Network back = network_of(*import_network(net, context));
    EXPECT_EQ(text_of(back, true), text_of(net, true)); // locations: names and lines
    EXPECT_EQ(back.name(), net.name());
    ASSERT_EQ(back.nodes().size(), net.nodes().size());
    for (size_t k = 0; k < net.nodes().size(); ++k) {
      const NodeInfo &a = net.nodes()[k], &b = back.nodes()[k];
      EXPECT_EQ(b.layer, a.layer);
      EXPECT_EQ(b.op->name(), a.op->name());
      EXPECT_EQ(b.op->attributes(), a.op->attributes());
      EXPECT_EQ(b.op->notes().doc, a.op->notes().doc);
      EXPECT_EQ(b.op->notes().algorithm.text, a.op->notes().algorithm.text);
      EXPECT_EQ(b.op->notes().schedule.text, a.op->notes().schedule.text);
      EXPECT_EQ(std::string(b.location.file), a.location.file);
      EXPECT_EQ(b.location.line, a.location.line);
      Types types;
      for (int operand : a.operands)
        types.push_back(net.values()[static_cast<size_t>(operand)].type);
      EXPECT_EQ(to_string(b.op->definition(types)), to_string(a.op->definition(types)));
    }
    for (size_t k = 0; k < net.parameters().size(); ++k)
      EXPECT_EQ(back.values()[static_cast<size_t>(back.parameters()[k])].name,
                net.values()[static_cast<size_t>(net.parameters()[k])].name);
    EXPECT_EQ(to_string(summary(back)), to_string(summary(net)));
  }
}

// A file's names outlive the context that read it.
TEST_F(NetworkOf, LinesAreThoseOfTheFile) {
  const Network net = parse(model("  %y = fovea.relu %x : (tensor<4xf32>) -> tensor<4xf32>"));
  EXPECT_STREQ(net.nodes()[0].location.file, "model.mlir");
  EXPECT_EQ(net.nodes()[0].location.line, 3u);
  EXPECT_EQ(net.nodes()[0].location.column, 8u);
}

TEST_F(NetworkOf, NumbersLayersWithoutName) {
  const Network net = parse(model(R"(
  %0 = fovea.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = fovea.relu %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = fovea.tanh %1 layer "relu" : (tensor<4xf32>) -> tensor<4xf32>
  %y = fovea.tanh %2 layer "" : (tensor<4xf32>) -> tensor<4xf32>)"));
  std::vector<std::string> layers;
  for (const NodeInfo& node : net.nodes())
    layers.push_back(node.layer);
  EXPECT_THAT(layers, ElementsAre("relu_2", "relu_3", "relu", "tanh"));
}

// What the C++ interface cannot write: one weight in two layers, weights in another order.
TEST_F(NetworkOf, LayersMayShareWeights) {
  const std::string text = R"(
func.func @net(%x: tensor<1x2xf32> {fovea.name = "x"})
    -> (tensor<1x2xf32> {fovea.name = "y"}) {
  %b = fovea.parameter "b" number 1 : tensor<2xf32>
  %w = fovea.parameter "w" number 0 : tensor<2x2xf32>
  %0 = fovea.dense %x, %w, %b outputs 2 layer "one"
      : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = fovea.dense %0, %w, %b outputs 2 layer "two"
      : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
})";
  Network net = parse(text);
  EXPECT_EQ(net.parameters().size(), 2u);
  EXPECT_EQ(text_of(parse(text_of(net))), text_of(net));
  const Definition definition = definition_of(net);
  const float x[] = {1, 2}, w[] = {1, 1, 0, 2}, b[] = {10, 20};
  std::vector<double> y;
  for (const Value& value : Interpreter(definition, reader_of(definition, {x, w, b})).all(0))
    y.push_back(value.real);
  EXPECT_THAT(y, ElementsAre(47, 68)); // (1+2+10, 2*2+20) = (13, 24); (13+24+10, 2*24+20)
}

// A system with several results, as passes and other programs may write it.
TEST_F(NetworkOf, KeepsEquationsWithSeveralResults) {
  const auto text = [](int results) {
    std::string names, types, body;
    for (int k = 0; k < results; ++k) {
      const std::string comma = k ? ", " : "";
      names += comma + "%z" + std::to_string(k);
      types += comma + "tensor<4xf32>";
      body += "    %Z" + std::to_string(k) + R"( = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X[(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
)";
    }
    std::string yields = names;
    for (char& letter : yields)
      letter = letter == 'z' ? 'Z' : letter;
    return model("  " + names + R"( = fovea.equation "several" (%x) operands ["x"]
      : (tensor<4xf32>) -> ()" +
                 types + R"() {
  ^bb0(%X: tensor<4xf32>):
)" + body + "    fovea.yield " +
                 yields + " : " + types + R"(
  }
  %y = fovea.relu %z0 : (tensor<4xf32>) -> tensor<4xf32>)");
  };
  const Network net = parse(text(4));
  EXPECT_EQ(net.nodes()[0].results.size(), 4u);
  EXPECT_EQ(net.nodes()[0].layer, "several");
  EXPECT_EQ(text_of(parse(text_of(net))), text_of(net));
  expect_refusal(text(5), "more results than an op may have", 3);
}

TEST_F(NetworkOf, RefusesWhatIsNoModel) {
  const std::string relu = "  %y = fovea.relu %x : (tensor<4xf32>) -> tensor<4xf32>";
  expect_refusal("module {\n}", "a module of one function", 1);
  expect_refusal(model(relu) + "func.func @two() {\n  return\n}", "2 ops", 6);
  expect_refusal("module @name {\n" + model(relu) + "}", "the module has a name", 1);
  expect_refusal("func.func private @net()", "no body of one block", 1);
  expect_refusal("func.func private @net() {\n  return\n}", "private", 1);
}

TEST_F(NetworkOf, RefusesOpsThatPassesMake) {
  expect_refusal(model(R"(  %y = fovea.kernel "k" (%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %0 = fovea.relu %a : (tensor<4xf32>) -> tensor<4xf32>
    fovea.yield %0 : tensor<4xf32>
  })"),
                 "fovea.kernel is what passes make", 3);
  expect_refusal(
      R"(func.func @net(%x: tensor<1x8x2x2xf32, #fovea.layout<nchw8c>> {fovea.name = "x"}) {
  return
})",
      "has a layout", 1);
  expect_refusal("func.func @net() attributes {fovea.arena_bytes = 64 : i64} {\n  return\n}",
                 "fovea.arena_bytes", 1);
}

TEST_F(NetworkOf, RefusesOtherDialectsAndUnknownAttributes) {
  expect_refusal(model("  %y = func.call @net(%x) : (tensor<4xf32>) -> tensor<4xf32>"),
                 "func.call is no op of the fovea dialect", 3);
  expect_refusal(model("  %y = fovea.relu %x {fast = true} : (tensor<4xf32>) -> tensor<4xf32>"),
                 "'fast'", 3);
}

TEST_F(NetworkOf, RefusesWrongNamesAndTypes) {
  const std::string relu = "  %y = fovea.relu %x : (tensor<4xf32>) -> tensor<4xf32>";
  expect_refusal(model(relu +
                       "\n  %z = fovea.relu %x layer \"r\" : (tensor<4xf32>) -> tensor<4xf32>"
                       "\n  %t = fovea.relu %x layer \"r\" : (tensor<4xf32>) -> tensor<4xf32>"),
                 "layer 'r' exists already", 5);
  const std::string w = "  %w = fovea.parameter \"w\" number 0 : tensor<4xf32>\n";
  expect_refusal(model(w + "  %v = fovea.parameter \"w\" number 1 : tensor<4xf32>\n" + relu),
                 "weight 'w' exists already", 4);
  expect_refusal(model(w + "  %v = fovea.parameter \"v\" number 0 : tensor<4xf32>\n" + relu),
                 "two parameters have number 0", 4);
  expect_refusal(model(w + "  %v = fovea.parameter \"v\" number 2 : tensor<4xf32>\n" + relu),
                 "a parameter is missing", 4);
  expect_refusal("func.func @net(%x: tensor<4xf32>) {\n  return\n}", "has no name", 1);
  expect_refusal("func.func @net(%x: tensor<4xf32> {fovea.name = 3 : i64}) {\n  return\n}",
                 "has no name", 1);
  expect_refusal("func.func @net(%x: tensor<?xf32> {fovea.name = \"x\"}) {\n  return\n}",
                 "tensor<?xf32>", 1);
  expect_refusal("func.func @net(%x: i32 {fovea.name = \"x\"}) {\n  return\n}", "i32", 1);
}

// Of a user's op; what is left out and what is empty is the same.
TEST_F(NetworkOf, KeepsWhatIsSaidOfAnEquation) {
  const auto text = [](const std::string& said) {
    return model("  %y = fovea.equation \"e\" (%x) operands [\"x\"] " + said +
                 R"(
      : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X[(d0) -> (d0)] : tensor<4xf32>
      fovea.yield %0 : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  })");
  };
  const Network full = parse(text(R"said(layer "l" attributes {z = true, "a b" = array<i64: 1, 2>}
      doc "words" algorithm "generic" schedule <"Z: parallel(i)">)said"));
  const AnyOp& op = *full.nodes()[0].op;
  const Attributes attributes{{"name", "e"}, {"a b", std::vector<int64_t>{1, 2}}, {"z", true}};
  EXPECT_EQ(op.attributes(), attributes);
  EXPECT_EQ(op.notes().doc, "words");
  EXPECT_EQ(op.notes().algorithm.text, "generic");
  EXPECT_EQ(op.notes().schedule.text, "Z: parallel(i)");
  EXPECT_EQ(text_of(parse(text_of(full))), text_of(full));
  EXPECT_EQ(text_of(parse(text(R"(attributes {} doc "" algorithm "" schedule <"">)"))),
            text_of(parse(text(""))));
}

// A schedule is text until here, where its place is known.
TEST_F(NetworkOf, ImportRefusesTextThatIsNoSchedule) {
  const auto twice = define("twice", [](Tensor<1> x) {
    const Index<'i'> i;
    return Z(i) = x(i) + x(i);
  });
  const uint32_t line = SourceLocation::current().line + 1;
  const UserEquation wrong = twice.schedule("Z: unrol(i)");
  Network net("net");
  net.output("y", net.input("x", {4}) | wrong);
  const ErrorParts error = error_of([&] { import_network(net, context); });
  EXPECT_THAT(error.what, AllOf(HasSubstr("schedule of op 'twice'"), HasSubstr("'unrol'")));
  EXPECT_THAT(error.hint, HasSubstr("unroll"));
  EXPECT_THAT(error.where.file, HasSubstr("network_of_test.cpp"));
  EXPECT_EQ(error.where.line, line);
}

// Expressions that would take exponential time, or a stack without end, later on.
TEST_F(NetworkOf, RefusesExpressionsBeyondLimits) {
  const auto text = [](int levels, const std::string& second) {
    std::string body = R"(  %y = fovea.equation "e" (%x) operands ["x"]
      : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%X: tensor<4xf32>):
    %Z = fovea.define "Z" [i < 4] {
      %0 = fovea.read %X[(d0) -> (d0)] : tensor<4xf32>
)";
    for (int k = 1; k <= levels; ++k)
      body += "      %" + std::to_string(k) + " = fovea.scalar add %" + std::to_string(k - 1) +
              ", " + (second.empty() ? "%" + std::to_string(k - 1) : second) +
              " : (f32, f32) -> f32\n";
    return model(body + "      fovea.yield %" + std::to_string(levels) + R"( : f32
    } : tensor<4xf32>
    fovea.yield %Z : tensor<4xf32>
  })");
  };
  EXPECT_EQ(parse(text(15, "")).nodes().size(), 1u);
  expect_refusal(text(40, ""), "counted once per use", 26);
  EXPECT_EQ(parse(text(900, "%0")).nodes().size(), 1u);
  expect_refusal(text(1100, "%0"), "nested too deeply", 1007);
}

} // namespace
} // namespace fovea::ir
