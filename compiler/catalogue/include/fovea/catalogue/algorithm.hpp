#pragma once
#include <fovea/catalogue/machine.hpp>
#include <fovea/catalogue/problem.hpp>
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/schedule_check.hpp>

#include <limits>
#include <optional>
#include <string_view>
#include <vector>

// The catalogue of algorithms: the ways in which definitions can be computed, as the passes and
// the driver see them. Kernels implement it, the driver injects it.
namespace fovea::catalogue {

// How far an algorithm's floats may be from the exact ones; the stricter first.
enum class ErrorBound : uint8_t {
  running,   // within the interpreter's running bound: any order of the definition's own sums
  transform, // of a transform of the sums (Winograd, FFT): needs `precision: fast`
};

// By how much more than the bound of its own sums an equation's elements may be off.
struct TransformError {
  int equation = 0; // of the problem's definition
  double error = 0; // absolute
};

// An estimate to compare choices by, not a promise.
struct Cost {
  double seconds = 0;
  int64_t macs = 0;  // multiply-accumulates that the algorithm really does
  int64_t bytes = 0; // operands and results moved once
};

class Algorithm {
 public:
  virtual ~Algorithm() = default;

  virtual std::string_view name() const = 0;
  // One line for `explain`.
  virtual std::string_view summary() const = 0;

  // Does it compute this, from operands and to results in these forms? By the structure of the
  // definition: an equation that is a convolution is one, whatever it is called.
  virtual bool matches(const Problem& problem) const = 0;
  // May `epilogue`, which reads `anchor`'s result, be computed in the same kernel?
  virtual bool accepts_epilogue(const Definition& anchor, const Definition& epilogue) const = 0;
  // May elementwise equations that make `anchor`'s operand `operand`, of a tensor of its type and
  // others, be computed in the same kernel, each element once?
  virtual bool accepts_prologue(const Definition& anchor, int operand) const {
    (void)anchor, (void)operand;
    return false;
  }
  // Does it compute definitions with several reductions such that what lies between them stays in
  // the cache? Then what it matches may be made of several kernels, if it costs less than they do.
  virtual bool joins_reductions() const { return false; }
  // Besides row-major: the layout of an operand (a result) that suits the algorithm best, among
  // those that `matches` accepts; row-major where there is no better.
  virtual Layout preferred_operand_layout(const Problem&, int operand) const {
    (void)operand;
    return Layout::row_major();
  }
  virtual Layout preferred_result_layout(const Problem&, int result) const {
    (void)result;
    return Layout::row_major();
  }
  // How it wants an operand that is known before the kernel runs, such as a weight: packed or
  // transformed. A definition of one operand, of the operand's type, and one result. None: as it
  // is. It does not depend on the problem's forms.
  virtual std::optional<Definition> preparation(const Problem&, int operand) const {
    (void)operand;
    return std::nullopt;
  }
  // Memory beside operands and results that one thread needs at once while it runs the kernel: what
  // the kernel itself asks for, no estimate. Takes as long as making the kernel's loops.
  virtual int64_t workspace_bytes(const Problem&, const Schedule&) const { return 0; }
  // May the one result be written over operand `operand`, which nobody needs any more?
  virtual bool overwrites(const Problem&, const Schedule&, int operand) const {
    (void)operand;
    return false;
  }
  virtual ErrorBound error_bound() const { return ErrorBound::running; }
  // Where that is `transform`. `magnitudes`: of each operand, the largest that it has.
  virtual std::optional<TransformError>
  transform_error(const Problem&, const std::vector<double>& magnitudes) const {
    (void)magnitudes;
    return std::nullopt;
  }
  // Under the default schedule, without making it.
  virtual Cost cost(const Problem& problem, const Machine& machine) const = 0;

  virtual Schedule default_schedule(const Problem& problem) const = 0;
  // A slower one of less workspace, for where memory is short. None: there is none.
  virtual std::optional<Schedule> lean_schedule(const Problem&) const { return std::nullopt; }
  // The stages and dimensions that a schedule may name.
  virtual std::vector<StageInfo> stages(const Problem& problem) const = 0;
};

// The types of what a kernel of this problem is given and gives, as they are stored.
std::vector<TensorType> operand_types(const Algorithm& algorithm, const Problem& problem);
std::vector<TensorType> result_types(const Problem& problem);

// Every operand and result in the layout that suits the algorithm best.
Forms preferred_forms(const Algorithm& algorithm, const Problem& problem);

// The problem with those operands prepared that are known before the kernel runs and that the
// algorithm wants prepared. `known`: per operand, may be shorter.
Problem with_preparations(const Algorithm& algorithm, Problem problem,
                          const std::vector<bool>& known);

// What a choice may not exceed.
struct Limits {
  static constexpr int64_t any = std::numeric_limits<int64_t>::max();
  ErrorBound error_bound = ErrorBound::transform;
  int64_t workspace_bytes = any; // Algorithm::workspace_bytes
};

// Whether an algorithm can be chosen for a problem, and if not, what speaks against it.
enum class Verdict : uint8_t { possible, no_match, transforms_sums, exceeds_workspace };

struct Candidate {
  const Algorithm* algorithm = nullptr;
  Verdict verdict = Verdict::possible;
  Problem problem = {};                  // with its preparations; of those that match
  int64_t workspace_bytes = -1;          // -1: not asked for, as there is no limit
  std::optional<Schedule> schedule = {}; // where it is not the default one

  Schedule own_schedule() const {
    return schedule ? *schedule : algorithm->default_schedule(problem);
  }
};

// One that is possible judged by its workspace, too, under the default schedule.
void judge_workspace(Candidate& candidate, const Limits& limits);

// A candidate that is possible. Schedules take longer to make than costs: the one that is wanted is
// asked for its own.
struct Choice : Candidate {
  Cost cost = {};
};

class Catalogue {
 public:
  Catalogue() = default;
  explicit Catalogue(std::vector<const Algorithm*> algorithms)
      : algorithms_(std::move(algorithms)) {}

  const std::vector<const Algorithm*>& algorithms() const { return algorithms_; }
  // Throws fovea::Error, which lists the algorithms that there are.
  const Algorithm& find(std::string_view name) const;

  // THE judgement of whether `algorithm` computes `problem` within the limits, where the operands
  // in `known` are known before the kernel runs: under its default schedule, else under its lean
  // one.
  static Candidate judge(const Algorithm& algorithm, const Problem& problem,
                         const std::vector<bool>& known, const Limits& limits);
  // Of all algorithms, in the catalogue's order. Lean schedules are for where no default one is
  // possible. All that chooses among algorithms asks here.
  std::vector<Candidate> judge_all(const Problem& problem, const std::vector<bool>& known,
                                   const Limits& limits) const;
  // Those of them that are possible.
  std::vector<Candidate> matching(const Problem& problem, const std::vector<bool>& known,
                                  const Limits& limits) const;
  // Likewise, each in the forms that it prefers, of those that can compute the problem with all
  // tensors row-major.
  std::vector<Candidate> matching_as_preferred(const Problem& problem,
                                               const std::vector<bool>& known,
                                               const Limits& limits) const;
  // Those of `matching`, the one of least cost first.
  std::vector<Choice> choices(const Problem& problem, const std::vector<bool>& known,
                              const Machine& machine, const Limits& limits = {}) const;
  // The first of them. Throws where there is none; where the workspace is too small for all, the
  // message says the least that is possible.
  Choice best(const Problem& problem, const std::vector<bool>& known, const Machine& machine,
              const Limits& limits = {}) const;

 private:
  std::vector<const Algorithm*> algorithms_; // not owned: they live as long as the program
};

} // namespace fovea::catalogue
