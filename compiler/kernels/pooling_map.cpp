#include "compiler/kernels/channel_vectors_schedule.hpp"
#include "compiler/kernels/interleave.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/pooling.hpp"
#include "compiler/kernels/reads.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;
using catalogue::Problem;
using catalogue::Target;

constexpr int64_t least_terms = 4;

// The only reduced index walks along neighbours of one tensor, each row by itself.
bool reduces_rows(const Definition& simplified) {
  const Equation& equation = simplified.equations[0];
  if (!equation.reduction || equation.reduced.size() != 1 ||
      equation.reduced[0].extent < least_terms || equation.free.empty())
    return false;
  const Node& read = without_casts(*equation.body);
  return read.kind == Node::Kind::read && read.subscripts.size() == equation.free.size() + 1 &&
         reads_own_element(read);
}

struct Rows {
  Definition stages;
  int64_t parts = 1;
  int64_t rows = 1; // at once
};

Rows rows_of(const Problem& problem) {
  Definition definition = simplify(problem.definition);
  const int64_t terms = definition.equations[0].reduced[0].extent;
  Rows rows;
  rows.parts = part_count(terms, problem.target.lanes(4), 1);
  rows.rows = std::min<int64_t>(definition.equations[0].free.back().extent,
                                problem.target.vector_registers() / 4);
  interleave(definition, 0, 0, rows.parts);
  rows.stages = split_stages(definition);
  return rows;
}

class Scheduler {
 public:
  Scheduler(const Rows& rows, const Target& target)
      : rows_(rows), target_(target),
        root_(rows.stages.equations[static_cast<size_t>(rows.stages.results[0])]) {}

  std::string text() {
    root();
    for (const Equation& equation : rows_.stages.equations)
      if (equation.free.size() == root_.free.size() + 1 &&
          (equation.reduction || equation.free.back().extent < rows_.parts))
        partial(equation);
    return text_.str();
  }

 private:
  void root() {
    const std::string& row = root_.free.back().name;
    std::string outer = row + "_t";
    text_ << root_.name << ": split(" << row << ", " << outer << ", " << row << "_u, " << rows_.rows
          << ")";
    text_ << (rows_.rows >= 4 ? " vectorize(" : " unroll(") << row << "_u)";
    level_ = outer;
    if (runs_in_parallel(rows_.stages, target_)) {
      const int64_t tasks = ceiling_quotient(root_.free.back().extent, rows_.rows);
      const int64_t share = std::max<int64_t>(tasks / (4 * target_.threads), 1);
      text_ << " split(" << outer << ", " << row << "_p, " << row << "_s, " << share << ", guard)";
      level_ = row + "_s";
      std::string all = row + "_p";
      for (size_t k = root_.free.size() - 1; k-- > 0;) {
        const std::string fused = "par" + std::to_string(k);
        text_ << " fuse(" << all << ", " << root_.free[k].name << ", " << fused << ")";
        all = fused;
      }
      text_ << " parallel(" << all << ")";
    }
    text_ << "\n";
  }

  // Sums in parts, and the halves that they are folded to.
  void partial(const Equation& equation) {
    const std::string lane = equation.free.back().name;
    const std::string row = equation.free[equation.free.size() - 2].name;
    const std::string widened = " reorder(" + lane + ", " + row;
    const std::string vectors = ") vectorize(" + lane + ") unroll(" + row + ")";
    text_ << equation.name << ": compute_at(" << root_.name << ", " << level_ << ")" << widened
          << vectors << "\n";
    if (equation.reduction)
      text_ << equation.name << ".1:" << widened << ", " << equation.reduced[0].name << vectors
            << "\n";
  }

  const Rows& rows_;
  const Target& target_;
  const Equation& root_;
  std::string level_;
  std::ostringstream text_;
};

} // namespace

bool is_whole_map(const Problem& problem) {
  return problem.forms.all_plain() && reduces_rows(simplify(problem.definition));
}

Definition whole_map_stages(const Problem& problem) {
  return rows_of(problem).stages;
}

catalogue::Schedule whole_map_schedule(const Problem& problem) {
  const Rows rows = rows_of(problem);
  return catalogue::Schedule::parse(Scheduler(rows, problem.target).text());
}

double whole_map_cycles(const Problem& problem) {
  constexpr double folded_row = 3; // measured, several rows at once
  const Equation& first = problem.definition.equations[0];
  const auto rows = static_cast<double>(first.shape().elements());
  const int64_t terms = evaluation_count(first) / first.shape().elements();
  return rows *
         (static_cast<double>(ceiling_quotient(terms, problem.target.lanes(4))) + folded_row);
}

} // namespace fovea::kernels
