// Equations as LaTeX and as HTML.
#include <fovea/dsl.hpp>
#include <fovea/equation/text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using ::testing::HasSubstr;

// The lines between \begin{aligned} and \end{aligned}.
std::string latex(const char* text) {
  std::string all = Equations(text).to_latex();
  const size_t begin = all.find('\n') + 1;
  return all.substr(begin, all.rfind("\n\\end{aligned}") - begin);
}

TEST(TextRendering, AConvolutionAsATextbookPrintsIt) {
  EXPECT_EQ(latex("Z(i, j, k) = sum(l, m, n)(V(l, j*2 + m, k*2 + n) * K(i, l, m, n))"),
            "Z_{i,j,k} &= \\sum_{l,m,n} V_{l,\\,2 j + m,\\,2 k + n} \\, K_{i,l,m,n}");
  EXPECT_EQ(latex("Z(i, j) = sum(m)(V(zero(i - m), j) * K(m)) where i < 8"),
            "Z_{i,j} &= \\sum_{m} V_{i - m,\\,j} \\, K_{m} && 0 \\le i < 8,\\; "
            "V = 0 \\text{ outside dimension 0}");
}

TEST(TextRendering, LatexForms) {
  EXPECT_EQ(latex("Z(i) = (x(i) + 1) / sqrt(y(i))"), "Z_{i} &= \\frac{x_{i} + 1}{\\sqrt{y_{i}}}");
  EXPECT_EQ(latex("Z(i) = (x(i) + 1) * pow(x(i), 2) * -3"),
            "Z_{i} &= \\left( x_{i} + 1 \\right) \\, {x_{i}}^{2} \\cdot -3");
  EXPECT_EQ(latex("Z(row) = select(x(row) <= 0, 0, exp(x(row)))"),
            "Z_{\\mathit{row}} &= \\begin{cases} 0 & \\text{if } x_{\\mathit{row}} \\le 0 \\\\ "
            "\\exp \\left( x_{\\mathit{row}} \\right) & \\text{else} \\end{cases}");
  EXPECT_EQ(latex("Z(i) = x(i/2) + x(i%3) + min(f32(i), inf)"),
            "Z_{i} &= x_{\\lfloor i / 2 \\rfloor} + x_{i \\bmod 3} + "
            "\\min \\left( \\mathrm{f32} \\left( i \\right), \\infty \\right)");
  EXPECT_EQ(latex("Z(i) = argmax(k)(x(wrap(i + k))) where k < 2"),
            "Z_{i} &= \\operatorname*{arg\\,max}_{k} x_{i + k} && 0 \\le k < 2,\\; "
            "x \\text{ is periodic in dimension 0}");
}

TEST(TextRendering, Definitions) {
  const Definition definition =
      Equations("M() = max(i)(x(i)); Z(i) = x(i) - M()").bind({{"x", {DType::f32, {4}}}});
  EXPECT_EQ(to_latex(definition), "\\begin{aligned}\n"
                                  "M &= \\max_{i} x_{i} && 0 \\le i < 4 \\\\\n"
                                  "Z_{i} &= x_{i} - M && 0 \\le i < 4\n"
                                  "\\end{aligned}\n");
}

TEST(TextRendering, Html) {
  EXPECT_EQ(Equations("Z(i) = sum(m)(x(zero(i + 2*m)) / 2) where i < 8, m < 3").to_html(),
            "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">\n"
            "<mtable columnalign=\"right left left\">\n"
            "<mtr><mtd><msub><mi>Z</mi><mrow><mi>i</mi></mrow></msub></mtd>"
            "<mtd><mo>=</mo><munder><mo>&#x2211;</mo><mrow><mi>m</mi></mrow></munder>"
            "<mfrac><mrow><msub><mi>x</mi><mrow><mi>i</mi><mo>+</mo><mn>2</mn>"
            "<mo>&#x2062;</mo><mi>m</mi></mrow></msub></mrow><mrow><mn>2</mn></mrow></mfrac></mtd>"
            "<mtd><mn>0</mn><mo>&#x2264;</mo><mi>i</mi><mo>&lt;</mo><mn>8</mn><mo>,</mo>"
            "<mn>0</mn><mo>&#x2264;</mo><mi>m</mi><mo>&lt;</mo><mn>3</mn><mo>,</mo>"
            "<mi>x</mi><mo>=</mo><mn>0</mn><mtext>&#xA0;outside dimension 0</mtext></mtd></mtr>\n"
            "</mtable>\n"
            "</math>\n");
}

// Every tag is closed in its order, for each op.
TEST(TextRendering, HtmlIsWellFormed) {
  const char* const texts[] = {
      "Z(i) = select(x(i) < 0 && !(y(i) == 2), -x(i), abs(floor(ceil(pow(y(i), 1e20)))))",
      "Z(i) = any(k)(x(i, k) != nan); Y(j) = mean(i)(x(i, j)) + product(k)(x(k%2, k/2)) - -inf",
      "Z(i) = x(clamp(i), reflect(2*i), constant(i - 1, 3)) where i < 9"};
  for (const char* const text : texts) {
    const std::string html = Equations(text).to_html();
    SCOPED_TRACE(html);
    std::vector<std::string> open;
    for (size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
      const size_t end = html.find('>', at);
      ASSERT_NE(end, std::string::npos);
      std::string tag = html.substr(at + 1, end - at - 1);
      tag = tag.substr(0, tag.find(' '));
      if (tag[0] != '/') {
        open.push_back(tag);
        continue;
      }
      ASSERT_FALSE(open.empty());
      EXPECT_EQ("/" + open.back(), tag);
      open.pop_back();
    }
    EXPECT_TRUE(open.empty());
  }
}

} // namespace
} // namespace fovea
