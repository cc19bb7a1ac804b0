#pragma once
#include <fovea/equation/define.hpp>

#include <map>
#include <string>
#include <string_view>

// Equations as text, in the notation of equation/statement.hpp (docs/equations.md is its
// reference):
//   Equations blur("Z(i) = sum(m)(x(i + m) * w(m))");
//   Definition d = blur.bind({{"x", {DType::f32, {64}}}, {"w", {DType::f32, {3}}}});
// Whatever is wrong with a text is an Error with its line and a caret under the place.
namespace fovea {

namespace text {
struct Parsed;
}

class Equations {
 public:
  // Throws Error. `file` is what errors call the text.
  explicit Equations(std::string text, std::string_view file = "equation");

  // What the equations read and none of them defines: in the order of first appearance, or as the
  // text declares it.
  struct Read {
    std::string name;
    int rank = 0;
    DType dtype = DType::f32; // as declared
    bool typed = false;       // a whole type is declared, or the operand is a scalar
  };
  std::vector<Read> operands() const;
  std::vector<std::string> results() const;
  // Of the system, as declared; else its first result's.
  const std::string& name() const;

  // The definition for operands of these types, bound as an equation of C++ is; an extent of -1 is
  // found. `ranges`: extents of indices by name, where the text states none. Throws Error.
  Definition bind(const std::map<std::string, TensorType>& types = {},
                  const std::map<std::string, int64_t>& ranges = {}) const;
  // The same, for operands in their order.
  Definition bind_in_order(const Types& types) const;
  // The same of a layer: the operands from number `inputs` on are its weights.
  Definition bind_layer(const std::map<std::string, TensorType>& types, size_t inputs,
                        const LayerOptions& options) const;
  // Types of operands in their order, by name.
  std::map<std::string, TensorType> named(const Types& types) const;

  // The equations in the language's own form, which Equations(...) reads back; the equations as
  // LaTeX (an `aligned` environment); as HTML (a `math` element).
  std::string to_text() const;
  std::string to_latex() const;
  std::string to_html() const;

 private:
  std::shared_ptr<const text::Parsed> parsed_;
};

// The same of definitions. Equations(to_text(d)).bind() is `d` again, but for names.
std::string to_text(const Definition& definition);
std::string to_latex(const Definition& definition);
std::string to_html(const Definition& definition);

// An op of the user's own from text, like one of C++. `weights` names the last operands, which are
// the layer's own then:
//   auto blur = define(Equations("Z(c, i) = sum(m)(x(c, i + m) * w(c, m))"), {"w"});
//   Tensor y = x | blur({.kernel = {3}});
UserEquation define(const Equations& equations, const std::vector<std::string>& weights = {},
                    SourceLocation location = SourceLocation::current());

} // namespace fovea
