#include "compiler/kernels/pointwise.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;
using catalogue::Problem;
using catalogue::Target;

constexpr int64_t most_nodes = 200; // of one expression
constexpr int64_t quad = 4;
constexpr int64_t least_side = 3; // of a square
constexpr int64_t least_parallel_bytes = 512 << 10;

// --- one equation -------------------------------------------------------------------------------

// What the producer is at the subscripts of `read`; none where a boundary rule has no place in it.
std::optional<Expr> value_at(const Definition& definition, const Equation& producer,
                             const Node& read) {
  std::vector<IndexExpr> indices;
  for (const Subscript& subscript : read.subscripts)
    indices.push_back(subscript.index);
  bool possible = true;
  const Expr value = rebuild(producer.body, [&](Node node) -> Expr {
    if (node.kind == Node::Kind::index) {
      for (size_t k = 0; k < read.subscripts.size(); ++k)
        possible &= read.subscripts[k].boundary == Boundary::none;
      node.index = substitute(node.index, indices);
    }
    for (size_t d = 0; d < node.subscripts.size(); ++d) {
      Subscript& own = node.subscripts[d];
      const bool ruled = own.boundary != Boundary::none;
      Boundary rule = Boundary::none;
      for (size_t k = 0; k < read.subscripts.size(); ++k) {
        if (read.subscripts[k].boundary == Boundary::none)
          continue;
        const int64_t extent = definition.type_of(node.tensor).shape[static_cast<int>(d)];
        if (own.index.is_index(static_cast<int>(k)) && !ruled &&
            read.subscripts[k].boundary == Boundary::clamp && extent == producer.free[k].extent)
          rule = Boundary::clamp;
        else
          for (const IndexTerm& term : own.index.terms)
            possible &= term.kind == IndexTerm::Kind::index && term.index != static_cast<int>(k);
      }
      own.index = substitute(own.index, indices);
      if (rule == Boundary::clamp)
        own.boundary = rule;
    }
    return node_of(std::move(node));
  });
  return possible ? std::optional(value) : std::nullopt;
}

int64_t node_count(const Expr& expr) {
  int64_t count = 0;
  for_each_node(expr, [&](const Node&) { ++count; });
  return count;
}

// The definition as one equation over the operands; none where it is more than that.
std::optional<Definition> as_one_equation(const Definition& definition) {
  const bool is_f32 =
      std::all_of(definition.operands.begin(), definition.operands.end(),
                  [](const Operand& operand) { return operand.type.dtype == DType::f32; });
  const bool is_pure = std::all_of(
      definition.equations.begin(), definition.equations.end(),
      [](const Equation& equation) { return !equation.reduction && equation.type == DType::f32; });
  if (definition.results.size() != 1 || !is_f32 || !is_pure || has_gather(definition))
    return std::nullopt;
  Definition one = definition;
  const int operands = static_cast<int>(one.operands.size());
  for (Equation& equation : one.equations) {
    bool possible = true;
    equation.body = rebuild(equation.body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read && node.tensor >= operands) {
        const auto value =
            value_at(one, one.equations[static_cast<size_t>(node.tensor - operands)], node);
        if (value)
          return *value;
        possible = false;
      }
      return node_of(std::move(node));
    });
    if (!possible || node_count(equation.body) > most_nodes)
      return std::nullopt;
  }
  one.equations = {one.equations[static_cast<size_t>(one.results[0])]};
  one.results = {0};
  return one;
}

// --- squares -------------------------------------------------------------------------------------

// The divisor of an index that stands under floors and remainders; 0: none, or several.
int64_t block_of(const Equation& equation, int k) {
  int64_t block = 0;
  bool same = true;
  for_each_node(equation.body, [&](const Node& node) {
    for (const Subscript& subscript : node.subscripts)
      for (const IndexTerm& term : subscript.index.terms)
        if (term.kind != IndexTerm::Kind::index && term.inner->is_index(k)) {
          same &= block == 0 || block == term.divisor;
          block = term.divisor;
        }
  });
  return same ? block : 0;
}

// Dimensions that are read in blocks become two, where they are whole blocks.
void split_blocks(Definition& definition) {
  for (int k = 0; k < static_cast<int>(definition.equations[0].free.size()); ++k) {
    const int64_t block = block_of(definition.equations[0], k);
    const int64_t extent = definition.equations[0].free[static_cast<size_t>(k)].extent;
    if (block > 1 && extent % block == 0 && extent > block) {
      split_equation(definition, 0, k, block);
      definition = narrow_ranges(definition);
    }
  }
}

// The dimension along which a read's elements are neighbours; -1: none.
int neighbours_of(const Equation& equation, const std::vector<Stride>& read) {
  for (size_t k = 0; k < equation.free.size(); ++k)
    if (read[k].regular && read[k].elements == 1 && equation.free[k].extent >= least_side)
      return static_cast<int>(k);
  return -1;
}

struct Turned {
  Definition definition;   // one equation, before the squares
  int across = 0;          // the dimension that is read along
  int along = 0;           // that which is written along: the last, or the last but one of quads
  bool in_quads = false;   // the last dimension is a quarter of a square
  std::vector<bool> reads; // which of the equation's reads are turned, as strides_of has them
};

std::optional<Turned> turned(const Problem& problem) {
  const auto& prepared = problem.forms.prepared;
  if (contains(prepared, true))
    return std::nullopt;
  auto one = as_one_equation(simplify(in_stored_forms(problem)));
  if (!one || one->equations[0].shape().elements() <= 0)
    return std::nullopt;
  split_blocks(*one);
  Turned result{.definition = std::move(*one), .reads = {}};
  const Equation& equation = result.definition.equations[0];
  result.along = static_cast<int>(equation.free.size()) - 1;
  if (result.along < 1 || equation.free.back().extent < least_side)
    return std::nullopt;
  const auto strides = strides_of(result.definition, equation);
  int64_t largest = 0;
  for (const std::vector<Stride>& read : strides) {
    const int k = neighbours_of(equation, read);
    const Stride& last = read[static_cast<size_t>(result.along)];
    const bool is_turned = k >= 0 && k != result.along && (!last.regular || last.elements > 1);
    if (is_turned && equation.free[static_cast<size_t>(k)].extent > largest) {
      largest = equation.free[static_cast<size_t>(k)].extent;
      result.across = k;
    }
  }
  if (largest == 0)
    return std::nullopt;
  for (const std::vector<Stride>& read : strides) {
    const Stride& last = read[static_cast<size_t>(result.along)];
    result.reads.push_back(neighbours_of(equation, read) == result.across &&
                           (!last.regular || last.elements > 1));
  }
  // Four neighbours at a time are interleaved; these are then put side by side as they are loaded.
  if (equation.free.back().extent % quad == 0 && equation.free.back().extent > quad) {
    split_equation(result.definition, 0, result.along, quad);
    result.definition = narrow_ranges(result.definition);
    result.in_quads = true;
  }
  return result;
}

// Each turned read becomes an equation of its own, in the result's order.
Definition with_squares(const Turned& turned) {
  Definition definition = turned.definition;
  std::vector<Equation> squares;
  const Equation& whole = turned.definition.equations[0];
  size_t number = 0;
  const int first = static_cast<int>(definition.operands.size());
  Equation result = whole;
  result.body = rebuild(whole.body, [&](Node node) -> Expr {
    if (node.kind != Node::Kind::read || !turned.reads[number++])
      return node_of(std::move(node));
    Equation square = whole;
    square.name = definition.operands[static_cast<size_t>(node.tensor)].name + "_turned";
    square.type = square.accumulator = node.type;
    const DType type = node.type;
    square.body = node_of(std::move(node));
    squares.push_back(std::move(square));
    return make_read(first + static_cast<int>(squares.size()) - 1, type, own_subscripts(whole));
  });
  definition.equations = std::move(squares);
  definition.equations.push_back(std::move(result));
  definition.results = {static_cast<int>(definition.equations.size()) - 1};
  return split_stages(definition);
}

// --- the schedule --------------------------------------------------------------------------------

bool is_parallel(const Target& target, int64_t bytes) {
  return target.threads > 1 && bytes >= least_parallel_bytes;
}

std::string text_of(const Turned& turned, const Definition& stages, const Target& target,
                    int64_t bytes) {
  const Equation& root = stages.equations.back();
  const int64_t lanes = target.lanes(4);
  const std::string along = root.free[static_cast<size_t>(turned.along)].name;
  const std::string across = root.free[static_cast<size_t>(turned.across)].name;
  std::ostringstream text;
  text << root.name << ":";
  const auto split = [&](int k, int64_t most) {
    const IndexRange& range = root.free[static_cast<size_t>(k)];
    const int64_t side = std::min(most, range.extent);
    text << " split(" << range.name << ", " << range.name << "_t, " << range.name << "_u, " << side
         << ")";
    return ceiling_quotient(range.extent, side);
  };
  const int64_t squares_across = split(turned.across, lanes);
  const int64_t squares_along = split(turned.along, turned.in_quads ? lanes / quad : lanes);
  // Outermost first: whatever else there is, then the squares, along what is read innermost.
  std::vector<Loop> outer;
  for (int k = 0; k < turned.along; ++k)
    if (k != turned.across)
      outer.push_back(
          {root.free[static_cast<size_t>(k)].name, root.free[static_cast<size_t>(k)].extent});
  outer.push_back({along + "_t", squares_along});
  outer.push_back({across + "_t", squares_across});
  const std::string vector = (turned.in_quads ? root.free.back().name + ", " : "") + along + "_u";
  text << " reorder(" << vector << ", " << across << "_u";
  for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
    text << ", " << loop->name;
  text << ") vectorize(" << vector << ") unroll(" << across << "_u)";
  std::string level = outer.back().name;
  if (is_parallel(target, bytes)) {
    const size_t count = loops_to_share(outer, target.threads);
    const Loop task = run_in_parallel(text, outer, count);
    if (count == outer.size())
      level = task.name;
  }
  text << "\n";
  for (size_t e = 0; e + 1 < stages.equations.size(); ++e) {
    const Equation& square = stages.equations[e];
    const std::string& from = square.free[static_cast<size_t>(turned.across)].name;
    const std::string& to = square.free[static_cast<size_t>(turned.along)].name;
    const std::string quads = turned.in_quads ? square.free.back().name + ", " + to : to;
    text << square.name << ": compute_at(" << root.name << ", " << level << ")";
    if (turned.in_quads) {
      text << " reorder_storage(" << square.free.back().name << ", " << from << ", " << to;
      for (int k = turned.along - 1; k >= 0; --k)
        if (k != turned.across)
          text << ", " << square.free[static_cast<size_t>(k)].name;
      text << ")";
    }
    text << " reorder(" << from << ", " << quads << ") vectorize(" << from << ") unroll(" << quads
         << ")\n";
  }
  return text.str();
}

int64_t stored_bytes(const Definition& definition) {
  int64_t bytes = definition.equations[0].shape().elements() * 4;
  for (const Operand& operand : definition.operands)
    bytes += operand.type.bytes();
  return bytes;
}

} // namespace

bool is_turned(const Problem& problem) {
  return turned(problem).has_value();
}

Definition turned_stages(const Problem& problem) {
  return with_squares(*turned(problem));
}

catalogue::Schedule turned_schedule(const Problem& problem) {
  const Turned found = *turned(problem);
  const Definition stages = with_squares(found);
  return catalogue::Schedule::parse(
      text_of(found, stages, problem.target, stored_bytes(found.definition)));
}

Work turned_work(const Problem& problem, const catalogue::Machine& machine) {
  const Turned found = *turned(problem);
  const Equation& equation = found.definition.equations[0];
  const int64_t lanes = problem.target.lanes(4);
  // Squares at borders are as dear as whole ones.
  double elements = 1;
  for (size_t k = 0; k < equation.free.size(); ++k) {
    const int64_t extent = equation.free[k].extent;
    const int64_t side = static_cast<int>(k) == found.across  ? lanes
                         : static_cast<int>(k) != found.along ? 1
                         : found.in_quads                     ? lanes / quad
                                                              : lanes;
    elements *= static_cast<double>(ceiling_quotient(extent, std::min(extent, side)) *
                                    std::min(extent, side));
  }
  // A square of n vectors is turned in log2 n steps, each a shuffle of all vectors, one a cycle;
  // about twice as many where they are not interleaved in fours.
  const double reads =
      static_cast<double>(std::count(found.reads.begin(), found.reads.end(), true));
  const double steps = std::log2(static_cast<double>(lanes)) * (found.in_quads ? 1 : 2);
  double others = 0;
  for_each_node(equation.body,
                [&](const Node& node) { others += node.kind == Node::Kind::op ? 0.5 : 0; });
  const double cycles = elements / static_cast<double>(lanes) * (reads * steps + others);
  return {.seconds = cycles * machine.cycle(problem.target),
          .shared = is_parallel(problem.target, stored_bytes(found.definition)) ? 1.0 : 0.0};
}

} // namespace fovea::kernels
