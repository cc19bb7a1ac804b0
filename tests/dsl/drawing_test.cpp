// Graphviz accepts what to_dot writes, whatever a network is named, and shows all of it.
#include <fovea/dsl.hpp>
#include <fovea/graph/drawing.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <unistd.h>

namespace fovea {
namespace {

namespace fs = std::filesystem;

bool graphviz_is_there() {
  return std::system("dot -V >/dev/null 2>&1") == 0;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What `dot` makes of it. Warnings are failures.
std::string drawn(const std::string& dot) {
  const fs::path folder =
      fs::temp_directory_path() / ("fovea_drawing_test_" + std::to_string(getpid()));
  fs::create_directory(folder);
  std::ofstream(folder / "in.dot", std::ios::binary) << dot;
  const std::string command = "cd '" + folder.string() + "' && dot -Tsvg in.dot >out.svg 2>errors";
  EXPECT_EQ(std::system(command.c_str()), 0) << dot;
  EXPECT_EQ(contents(folder / "errors"), "") << dot;
  const std::string svg = contents(folder / "out.svg");
  fs::remove_all(folder);
  return svg;
}

size_t count(const std::string& text, const std::string& part) {
  size_t number = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++number;
  return number;
}

// The line of a layer's box.
std::string box_of(const std::string& dot, const std::string& title) {
  std::istringstream lines(dot);
  for (std::string line; std::getline(lines, line);)
    if (line.find(title) != std::string::npos)
      return line;
  ADD_FAILURE() << title << " is not drawn:\n" << dot;
  return {};
}

std::string fill_of(const std::string& box) {
  std::smatch match;
  return std::regex_search(box, match, std::regex("fillcolor=\"(#\\w+)\"")) ? match[1].str() : "";
}

Network residual() {
  Network net("residual");
  const Tensor<> x = net.input("image", {1, 3, 16, 16});
  const Block unit = Block(skip(conv(4, 3, same).named("conv") | relu | conv(4, 1)) | relu);
  const Block layers = unit.named("0") | unit.named("1");
  const Tensor<> y = x | conv(4, 3, same).named("stem") | layers.named("layer1");
  const auto contrast = define("contrast", [](Tensor<2> V) {
    const Index<'i'> i;
    const Index<'j'> j;
    return Z(i, j) = 2 * V(i, j) - V(clamp(i - 1), j) - V(clamp(i + 1), j);
  });
  net.output("edges", contrast(y));
  net.output("probs", concat({y, contrast(y)}) | max_pool(2) | flatten | dense(3).named("fc"));
  return net;
}

TEST(Drawing, ShowsEveryLayerInputAndOutput) {
  if (!graphviz_is_there())
    GTEST_SKIP() << "Graphviz's `dot` is not installed";
  const Network net = residual();
  const std::string dot = to_dot(net), svg = drawn(dot);
  size_t operands = net.outputs().size(); // edges
  for (const NodeInfo& node : net.nodes()) {
    EXPECT_EQ(count(dot, "tooltip=\"" + node.layer + "&#10;"), 1u) << node.layer;
    for (int operand : node.operands)
      operands += !net.values()[static_cast<size_t>(operand)].is_parameter;
  }
  EXPECT_EQ(count(svg, "class=\"node\""),
            net.nodes().size() + net.inputs().size() + net.outputs().size());
  EXPECT_EQ(count(svg, "class=\"edge\""), operands);
  for (const char* words : {">image<", ">edges<", ">probs<", ">stem<", "1×4×16×16",
                            "weight 4×3×3×3 · bias 4", "filters 4 · kernel 3×3 · padding same"})
    EXPECT_NE(std::regex_replace(svg, std::regex("&#160;|\u00a0"), " ").find(words),
              std::string::npos)
        << words;
}

TEST(Drawing, FramesBlocks) {
  if (!graphviz_is_there())
    GTEST_SKIP() << "Graphviz's `dot` is not installed";
  const std::string svg = drawn(to_dot(residual()));
  EXPECT_EQ(count(svg, "class=\"cluster\""), 3u); // layer1, and in it 0 and 1
  Network one("one");
  one.output("y", one.input("x", {1, 4}) | Block(dense(2)).named("head"));
  const std::string dot = to_dot(one);
  EXPECT_EQ(count(dot, "subgraph"), 0u); // a frame around one layer says nothing
  EXPECT_NE(dot.find("head.dense"), std::string::npos);
}

// The colour says what a layer does, however it is written.
TEST(Drawing, ColoursFollowDefinitions) {
  const auto my_conv = define("mine", [](Tensor<3> V, Tensor<4> K) {
    const Index<'i'> i;
    const Index<'j'> j;
    const Index<'k'> k;
    const Index<'l'> l;
    const Index<'m'> m;
    const Index<'n'> n;
    return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n));
  });
  Network net("colours");
  const Tensor<> x = net.input("x", {1, 2, 8, 8});
  const Tensor<> own = my_conv(x, net.parameter("k", {3, 2, 3, 3}));
  net.output("y", own | conv(3, 3) | max_pool(2) | relu | tanh | flatten | softmax);
  const std::string dot = to_dot(net);
  const auto fill = [&](const std::string& layer) {
    return fill_of(box_of(dot, "tooltip=\"" + layer + "&#10;"));
  };
  EXPECT_EQ(fill("mine"), fill("conv"));
  EXPECT_EQ(fill("max_pool"), fill("softmax"));
  EXPECT_EQ(fill("relu"), fill("tanh"));
  EXPECT_EQ((std::set{fill("conv"), fill("max_pool"), fill("relu"), fill("flatten")}).size(), 4u);
}

TEST(Drawing, HostileNamesAreEscaped) {
  if (!graphviz_is_there())
    GTEST_SKIP() << "Graphviz's `dot` is not installed";
  for (const std::string& name :
       {std::string("a\"b"), std::string("</TD><B>"), std::string("&amp;&#0;"),
        std::string("line\nline\r\t"), std::string("back\\"), std::string("\\G\\N\\l"),
        std::string("\xff\xfe\xc3"),
        std::string("\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf\xe0\x80\x80"),
        std::string("\xef\xbf\xbe\xef\xbf\xbf"), std::string("zero\0zero", 9),
        std::string("größe 大きさ 🙂"), std::string(100'000, 'x'),
        std::string("]; x -> y ["), std::string("<!--"), std::string("]]>")}) {
    Network net(name);
    const Tensor<> x = net.input(name, {1, 2, 4, 4});
    const Tensor<> w = net.parameter(name + ".w", {1, 2, 4, 4});
    const auto own = define("own", [](Tensor<4> a, Tensor<4> b) {
      const Index<'i'> i;
      const Index<'j'> j;
      const Index<'k'> k;
      const Index<'l'> l;
      return Z(i, j, k, l) = a(i, j, k, l) * b(i, j, k, l);
    });
    const Tensor<> y = own(x, w) | Block(Block(conv(2, 1).named("c") | relu)).named(name);
    net.output(name, y);
    const std::string svg = drawn(to_dot(net));
    EXPECT_EQ(count(svg, "class=\"node\""), 5u) << name.substr(0, 40);
    EXPECT_EQ(count(svg, "class=\"edge\""), 4u) << name.substr(0, 40);
    EXPECT_LT(svg.size(), 20'000u) << name.substr(0, 40);
  }
}

TEST(Drawing, DeepPrefixesAreNoDeepNesting) {
  if (!graphviz_is_there())
    GTEST_SKIP() << "Graphviz's `dot` is not installed";
  std::string prefix;
  for (int k = 0; k < 2000; ++k)
    prefix += "a.";
  Network net("deep");
  net.output("y", net.input("x", {1, 4}) | Block(dense(2) | relu).named(prefix + "a"));
  EXPECT_EQ(count(drawn(to_dot(net)), "class=\"node\""), 4u);
}

// Values that no layer touches are edges too.
TEST(Drawing, InputsAndWeightsAsOutputs) {
  if (!graphviz_is_there())
    GTEST_SKIP() << "Graphviz's `dot` is not installed";
  Network net("straight");
  net.output("same", net.input("x", {2, 3}));
  const Tensor<> w = net.parameter("w", {4});
  net.output("first", w);
  net.output("second", w);
  const std::string svg = drawn(to_dot(net));
  EXPECT_EQ(count(svg, "class=\"node\""), 5u);
  EXPECT_EQ(count(svg, "class=\"edge\""), 3u);
}

} // namespace
} // namespace fovea
