#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <set>

namespace fovea::kernels {
namespace {

// A copy larger than this many times its tensor is not worth its memory.
constexpr int64_t most_padding = 4;

std::string identifier(const std::string& name, const std::string& otherwise) {
  std::string result;
  for (const char c : name)
    result += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (result.empty())
    return otherwise;
  return std::isdigit(static_cast<unsigned char>(result[0])) ? "_" + result : result;
}

std::string unused(std::string name, std::set<std::string>& used) {
  std::string candidate = name;
  for (int k = 2; !used.insert(candidate).second; ++k)
    candidate = name + "_" + std::to_string(k);
  return candidate;
}

class Splitter {
 public:
  explicit Splitter(const Definition& source) : source_(source) {
    result_.name = source.name;
    for (const Operand& operand : source.operands) {
      result_.operands.push_back({unused(identifier(operand.name, "V"), names_), operand.type});
      moved_.push_back(static_cast<int>(moved_.size()));
    }
  }

  Definition run() {
    for (const Equation& equation : source_.equations)
      reserve(equation);
    for (size_t e = 0; e < source_.equations.size(); ++e) {
      Equation equation = source_.equations[e];
      equation.name = reserved_[e];
      name_ranges(equation);
      if (equation.reduction)
        add_reduction(std::move(equation));
      else
        add_pure(std::move(equation));
    }
    for (const int result : source_.results)
      add_result(moved_[static_cast<size_t>(source_.tensor_of_equation(result))]);
    return std::move(result_);
  }

 private:
  void reserve(const Equation& equation) {
    reserved_.push_back(unused(identifier(equation.name, "Z"), names_));
  }

  static void name_ranges(Equation& equation) {
    std::set<std::string> used;
    for (std::vector<IndexRange>* ranges : {&equation.free, &equation.reduced})
      for (IndexRange& range : *ranges)
        range.name = unused(identifier(range.name, "d"), used);
  }

  // Each result has a stage of its own, also where the definition names an equation twice.
  void add_result(int tensor) {
    int equation = tensor - static_cast<int>(result_.operands.size());
    std::vector<int>& results = result_.results;
    if (contains(results, equation)) {
      Equation copy = result_.equations[static_cast<size_t>(equation)];
      copy.name = unused(copy.name, names_);
      copy.body = make_read(tensor, copy.type, own_subscripts(copy));
      equation = add(std::move(copy)) - static_cast<int>(result_.operands.size());
    }
    results.push_back(equation);
  }

  int add(Equation equation) {
    result_.equations.push_back(std::move(equation));
    return result_.tensor_of_equation(static_cast<int>(result_.equations.size()) - 1);
  }

  Expr moved(const Expr& body) const {
    return rebuild(body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read)
        node.tensor = moved_[static_cast<size_t>(node.tensor)];
      return node_of(std::move(node));
    });
  }

  void add_pure(Equation equation) {
    equation.body = make_cast(moved(equation.body), equation.type);
    moved_.push_back(add(std::move(equation)));
  }

  void add_reduction(Equation equation) {
    Equation value = equation; // Z = its sum
    const std::vector<Interval> intervals = intervals_of(equation);
    const bool empty = std::any_of(intervals.begin(), intervals.end(),
                                   [](const Interval& interval) { return interval.high < 0; });
    equation.body = moved(equation.body);
    if (!empty)
      equation.body = rebuild(equation.body, [&](Node node) -> Expr {
        return node.kind == Node::Kind::read ? padded(std::move(node), intervals)
                                             : node_of(std::move(node));
      });
    equation.name = unused(value.name + "_" + std::string(name_of(*equation.reduction)), names_);
    equation.accumulator = own_type(equation);
    equation.type = equation.accumulator;
    equation.body = make_cast(equation.body, equation.accumulator);
    const DType accumulator = equation.accumulator;
    std::vector<Subscript> own = own_subscripts(equation);
    value.body =
        make_cast(make_read(add(std::move(equation)), accumulator, std::move(own)), value.type);
    value.reduction.reset();
    value.reduced.clear();
    moved_.push_back(add(std::move(value)));
  }

  // What maxima and minima run in: they round nothing.
  static DType own_type(const Equation& equation) {
    const bool rounds =
        equation.reduction == ReduceKind::sum || equation.reduction == ReduceKind::product;
    return rounds ? equation.accumulator : equation.body->type;
  }

  // The read itself, or that of a copy to which the boundary rules have been applied.
  Expr padded(Node read, const std::vector<Interval>& intervals) {
    const TensorType type = result_.type_of(read.tensor);
    Equation copy;
    std::vector<Subscript> rules, own;
    bool needed = false, possible = true;
    for (size_t d = 0; d < read.subscripts.size(); ++d) {
      const Subscript& subscript = read.subscripts[d];
      Interval walked{0, type.shape[static_cast<int>(d)] - 1};
      if (subscript.computed) { // the copy has the whole dimension
        copy.free.push_back({"p" + std::to_string(d), type.shape[static_cast<int>(d)]});
        rules.push_back({IndexExpr::of(static_cast<int>(d)), Boundary::none, nullptr});
        own.push_back(subscript);
        continue;
      }
      if (subscript.boundary != Boundary::none) {
        needed = true;
        walked = range_of(subscript.index, intervals);
        possible &= !subscript.fill || subscript.fill->kind == Node::Kind::constant;
        possible &= walked.low > -(int64_t{1} << 30) && walked.high < (int64_t{1} << 30);
      }
      if (!possible)
        break;
      copy.free.push_back({"p" + std::to_string(d), walked.high - walked.low + 1});
      const IndexExpr shifted = IndexExpr::of(static_cast<int>(d)) + IndexExpr{walked.low, {}};
      rules.push_back({shifted, subscript.boundary, subscript.fill});
      own.push_back({subscript.index - IndexExpr{walked.low, {}}, Boundary::none, nullptr});
    }
    Expr same = node_of(read);
    if (!needed || !possible)
      return same;
    const int64_t elements = copy.shape().elements();
    if (elements < 0 || elements > std::max<int64_t>(most_padding * type.shape.elements(), 4096))
      return same;
    copy.type = copy.accumulator = type.dtype;
    copy.body = make_read(read.tensor, type.dtype, std::move(rules));
    return make_read(copy_of(std::move(copy), read.tensor), type.dtype, std::move(own));
  }

  // One copy serves all reads that need the same.
  int copy_of(Equation copy, int tensor) {
    for (const auto& [number, known] : copies_)
      if (same_copy(result_.equations[static_cast<size_t>(number)], copy))
        return known;
    const std::string base =
        tensor < static_cast<int>(result_.operands.size())
            ? result_.operands[static_cast<size_t>(tensor)].name
            : result_.equations[static_cast<size_t>(tensor) - result_.operands.size()].name;
    copy.name = unused(base + "_pad", names_);
    const int number = static_cast<int>(result_.equations.size());
    copies_.emplace_back(number, add(std::move(copy)));
    return copies_.back().second;
  }

  static bool same_copy(const Equation& a, const Equation& b) {
    if (a.body->tensor != b.body->tensor || !(a.shape() == b.shape()))
      return false;
    for (size_t d = 0; d < a.body->subscripts.size(); ++d) {
      const Subscript &x = a.body->subscripts[d], &y = b.body->subscripts[d];
      if (!(x.index == y.index) || x.boundary != y.boundary || !x.fill != !y.fill)
        return false;
      if (x.fill && (x.fill->constant != y.fill->constant || x.fill->integer != y.fill->integer))
        return false;
    }
    return true;
  }

  const Definition& source_;
  Definition result_;
  std::vector<int> moved_; // the source's tensors in the result
  std::vector<std::string> reserved_;
  std::set<std::string> names_;
  std::vector<std::pair<int, int>> copies_; // equation, tensor
};

} // namespace

Definition split_stages(const Definition& simplified) {
  return Splitter(simplified).run();
}

} // namespace fovea::kernels
