#pragma once
#include <fovea/catalogue/machine.hpp>
#include <fovea/catalogue/problem.hpp>
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/schedule_check.hpp>

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
  // Memory beside operands and results that one call needs, shared by its threads.
  virtual int64_t workspace_bytes(const Problem&) const { return 0; }
  virtual ErrorBound error_bound() const { return ErrorBound::running; }
  // Where that is `transform`. `magnitudes`: of each operand, the largest that it has.
  virtual std::optional<TransformError>
  transform_error(const Problem&, const std::vector<double>& magnitudes) const {
    (void)magnitudes;
    return std::nullopt;
  }
  virtual Cost cost(const Problem& problem, const Schedule& schedule,
                    const Machine& machine) const = 0;

  virtual Schedule default_schedule(const Problem& problem) const = 0;
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

struct Choice {
  const Algorithm* algorithm = nullptr;
  Forms forms;       // the problem's, with its preparations
  Schedule schedule; // the algorithm's default
  Cost cost;
};

class Catalogue {
 public:
  Catalogue() = default;
  explicit Catalogue(std::vector<const Algorithm*> algorithms)
      : algorithms_(std::move(algorithms)) {}

  const std::vector<const Algorithm*>& algorithms() const { return algorithms_; }
  // Throws fovea::Error, which lists the algorithms that there are.
  const Algorithm& find(std::string_view name) const;
  // Those that match and keep to the error bound, each under its default schedule and with the
  // operands in `known` prepared, the one of least cost first.
  std::vector<Choice> choices(const Problem& problem, const std::vector<bool>& known,
                              const Machine& machine,
                              ErrorBound bound = ErrorBound::transform) const;
  // The first of them. Throws where there is none.
  Choice best(const Problem& problem, const std::vector<bool>& known, const Machine& machine,
              ErrorBound bound = ErrorBound::transform) const;

 private:
  std::vector<const Algorithm*> algorithms_; // not owned: they live as long as the program
};

} // namespace fovea::catalogue
