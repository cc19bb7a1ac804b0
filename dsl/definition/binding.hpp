#pragma once
#include <fovea/equation/statement.hpp>
#include <fovea/error.hpp>

#include <functional>
#include <map>
#include <set>

// How equations as written, in C++ or as text, become a Definition: what both forms share.
namespace fovea::binding {

using Ranges = std::map<int, int64_t>; // symbol -> extent

// Whom an error is about. Parts that are not known are null or -1.
struct Blame {
  const Statement* statement = nullptr;
  const Node* node = nullptr; // as written
  int dimension = -1;         // of the read `node`
  int symbol = -1;            // of an index
};
// Adds to an error where in a text its culprit stands.
using Locate = std::function<void(const Blame&, ErrorParts&)>;

// Equations that are bound together.
struct System {
  std::string name;
  std::vector<Operand> operands;
  std::vector<StatementPtr> statements; // bound in this order, whether they are read or not
  std::vector<StatementPtr> results;    // bound after them, where they are not among them
  SourceLocation location = {};
  Locate locate = nullptr;
  std::map<std::string, int64_t> extents = {}; // of indices whose equations state none, by name
  size_t inputs = SIZE_MAX;                    // the operands from this number on are weights
  bool is_layer() const { return inputs < operands.size(); }
};

// Throws Error, as fovea::bind does.
Definition bind(System system);
// The same of a layer, whose options say what its equations leave open.
Definition bind_layer(System system, const LayerOptions& options);

// Throws the errors of one system, with its name and place.
class Reporter {
 public:
  Reporter(std::string name, SourceLocation location, Locate locate)
      : name_(std::move(name)), location_(location), locate_(std::move(locate)) {}
  [[noreturn]] void fail(Blame blame, ErrorParts parts) const;
  // The statement that is being bound.
  const Statement* statement = nullptr;

 private:
  std::string name_;
  SourceLocation location_;
  Locate locate_;
};

// The tensors that a system's reads stand for; binding one binds the equation behind it first.
class Tensors {
 public:
  virtual ~Tensors() = default;
  virtual TensorType type_of(const Node& read) = 0;
  virtual std::string name_of(const Node& read) = 0;
  virtual std::string name_of(int symbol) const = 0;
};

// The ranges of indices.
class RangeInference {
 public:
  RangeInference(Tensors& tensors, const Reporter& reporter, const System& system)
      : tensors_(tensors), reporter_(reporter), system_(system) {}
  // Of the free indices of an equation, and of the indices of a reduction.
  Ranges free(const std::vector<DeclaredIndex>& left, const Expr& body);
  Ranges reduced(const Node& reduction);

 private:
  void infer_alone(const Expr& body, const std::set<int>& symbols, Ranges& ranges);
  void infer_maximal(const Expr& body, const std::set<int>& open, const Ranges& known,
                     Ranges& limits);
  void limit_by(const IndexExpr& index, int64_t extent, const std::set<int>& open,
                const Ranges& known, Ranges& limits);
  void check_extent(int symbol, int64_t extent) const;
  int64_t stated(const DeclaredIndex& index) const;
  std::string way_to_state(const DeclaredIndex& index, const char* where) const;

  Tensors& tensors_;
  const Reporter& reporter_;
  const System& system_;
};

// What argmax, argmin, any and all stand for in terms of the other folds; other nodes as they are.
// Indices that the outcome binds twice get symbols from `fresh` on.
Expr expanded(const Expr& reduction, int& fresh);

// The same expression where no reduction binds a symbol of `bound`, nor one that a reduction around
// it binds: those that do get symbols of their own.
Expr unhidden(const Expr& expr, const std::set<int>& bound, int& fresh);

// The symbols that an expression uses and does not bind.
std::set<int> symbols_of(const Expr& expr);
void add_symbols_of(const IndexExpr& expr, std::set<int>& symbols);

} // namespace fovea::binding
