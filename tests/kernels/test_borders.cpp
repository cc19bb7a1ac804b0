// Reads across a border: the rule costs nothing where it does not apply.
#include "tests/kernels/forms.hpp"

#include <fovea/catalogue/problem.hpp>

#include <gmock/gmock.h>

#include <sstream>

namespace fovea::kernel_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string statement_of(const Algorithm& algorithm, const Problem& problem,
                         const std::optional<Schedule>& written = std::nullopt) {
  catalogue::KernelRequest request;
  request.definition = problem.definition;
  request.algorithm = algorithm.name();
  request.schedule = written;
  request.target = problem.target;
  request.symbol = "kernel";
  request.forms = problem.forms;
  return kernels::make_halide_compiler()->dump(request).statement;
}

// The bodies of loops without a loop in them. Lines of a statement are indented by what holds them.
std::vector<std::string> innermost_loops(const std::string& statement) {
  std::istringstream stream(statement);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  const auto indent = [](const std::string& line) { return line.find_first_not_of(' '); };
  const auto is_loop = [&](const std::string& line) {
    return indent(line) != line.npos && (line.compare(indent(line), 5, "for (") == 0 ||
                                         line.compare(indent(line), 9, "parallel ") == 0);
  };
  std::vector<std::string> bodies;
  for (size_t k = 0; k < lines.size(); ++k) {
    if (!is_loop(lines[k]))
      continue;
    std::string body;
    bool is_innermost = true;
    for (size_t n = k + 1; n < lines.size() && indent(lines[n]) > indent(lines[k]); ++n) {
      is_innermost = is_innermost && !is_loop(lines[n]);
      body += lines[n] + "\n";
    }
    if (is_innermost)
      bodies.push_back(body);
  }
  return bodies;
}

// Is there a loop that reads the tensor and decides nothing?
bool has_loop_inside(const std::string& statement, const std::string& tensor) {
  for (const std::string& body : innermost_loops(statement)) {
    const auto has = [&](const std::string& text) { return body.find(text) != body.npos; };
    if (has(tensor + "[") && !has("select(") && !has("min(") && !has("max(") && !has("mod(") &&
        !has(" % "))
      return true;
  }
  return false;
}

// A rule for a place, with what stands outside.
struct Rule {
  Boundary boundary = Boundary::fill;
  double fill = 0;
  At operator()(IndexExpr place) const {
    return {std::move(place), boundary, boundary == Boundary::fill ? constant(fill) : nullptr};
  }
};
TEST(Borders, HaveLoopsOfTheirOwn) {
  const Rule rules[] = {
      {Boundary::fill, 0}, {Boundary::fill, 0.5}, {Boundary::clamp}, {Boundary::wrap}};
  for (const Rule& rule : rules) {
    Builder builder("neighbours");
    const int v = builder.operand("V", DType::f32, {60, 96});
    const Expr above = builder.read(v, {rule(index(0) - fixed(1)), rule(index(1) + fixed(2))});
    const Expr below = builder.read(v, {rule(index(0) + fixed(2)), rule(index(1) - fixed(3))});
    const Definition definition =
        builder.results({builder.equation("Z", {{"y", 60}, {"x", 96}}, add(above, below))});
    const Schedule vectors = schedule("Z: vectorize(x, 8)");
    const std::string statement =
        statement_of(find_algorithm("generic"), {definition, test_target(), {}}, vectors);
    EXPECT_TRUE(has_loop_inside(statement, "V")) << statement;
    check(definition, vectors);
  }
}

TEST(Borders, OfDepthwiseConvolutionsHaveLoopsOfTheirOwn) {
  const Algorithm& depthwise = find_algorithm("depthwise");
  const Problem problem =
      as_preferred(depthwise, convolution({1, 32, 40, 40}, 32, {5, 5}, 1, 2, 32));
  ASSERT_FALSE(problem.forms.operand(0).is_row_major());
  const std::string statement = statement_of(depthwise, problem);
  EXPECT_TRUE(has_loop_inside(statement, problem.definition.operands[0].name)) << statement;
  check_forms(depthwise, problem);
}

// --- Winograd's transforms, which are too long for that -----------------------------------------

TEST(Borders, OfTransformsShareTheirCode) {
  const Algorithm& winograd = find_algorithm("winograd4");
  const std::string statement = statement_of(
      winograd, as_preferred(winograd, convolution({1, 32, 40, 40}, 32, {3, 3}, 1, 1)));
  const std::string transform = "produce V_rows";
  const size_t first = statement.find(transform);
  ASSERT_NE(first, statement.npos);
  EXPECT_EQ(statement.find(transform, first + 1), statement.npos);
}

TEST(Borders, ImagesInBlocksAreTransformedWhereTheyAre) {
  const Algorithm& winograd = find_algorithm("winograd4");
  const Definition definition = convolution({1, 32, 40, 40}, 32, {3, 3}, 1, 1);
  EXPECT_THAT(statement_of(winograd, as_preferred(winograd, definition)),
              Not(HasSubstr("produce D")));
  const Problem row_major{definition, test_target(), {}};
  EXPECT_THAT(statement_of(winograd, row_major), HasSubstr("produce D"));
}

// Z(b, k, y, x) = sum(c, m, n) V(b, c, y + m - top, x + n - left) K(k, c, m, n): at the other ends
// as far beyond as the result's extents say.
Definition bordered(const Rule& rule, const Shape& image, int64_t top, int64_t left, int64_t height,
                    int64_t width) {
  Builder builder("bordered");
  const int v = builder.operand("V", DType::f32, image);
  const int k = builder.operand("K", DType::f32, {20, image[1], 3, 3});
  const Expr body = mul(builder.read(v, {index(0), index(4), rule(index(2) + index(5) - fixed(top)),
                                         rule(index(3) + index(6) - fixed(left))}),
                        builder.read(k, {index(1), index(4), index(5), index(6)}));
  return builder.results(
      {builder.reduction("Z", {{"b", image[0]}, {"k", 20}, {"y", height}, {"x", width}},
                         ReduceKind::sum, {{"c", image[1]}, {"m", 3}, {"n", 3}}, body)});
}

TEST(Borders, OfTransformsFollowAnyRule) {
  const struct {
    const char* algorithm;
    Rule rule;
    int64_t top, left, height, width; // of an image of 11 x 9
  } cases[] = {{"winograd2", {Boundary::fill, 0.5}, 2, 0, 11, 10},
               {"winograd4", {Boundary::fill, -1}, 0, 2, 12, 9},
               {"winograd4", {Boundary::clamp}, 1, 3, 13, 14},
               {"winograd6", {Boundary::reflect}, 2, 1, 12, 9},
               {"winograd6", {Boundary::wrap}, 3, 1, 16, 8},
               {"winograd4", {Boundary::none}, 0, 0, 9, 7}};
  for (const auto& c : cases) {
    const Definition definition =
        bordered(c.rule, {2, 24, 11, 9}, c.top, c.left, c.height, c.width);
    const Algorithm& winograd = find_algorithm(c.algorithm);
    const Problem problem = as_preferred(winograd, definition);
    ASSERT_TRUE(winograd.matches(problem)) << describe(winograd, problem);
    ASSERT_FALSE(problem.forms.operand(0).is_row_major());
    check_forms(winograd, problem);
  }
}

} // namespace
} // namespace fovea::kernel_test
