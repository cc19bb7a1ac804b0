#pragma once
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/schedule_check.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

#include <string_view>
#include <vector>

// The catalogue of algorithms: the ways in which definitions can be computed, as the passes and
// the driver see them. Kernels implement it, the driver injects it.
namespace fovea::catalogue {

enum class Layout : uint8_t { row_major };

// How far an algorithm's floats may be from the exact ones; the stricter first.
enum class ErrorBound : uint8_t {
  running,   // within the interpreter's running bound: any order of the definition's own sums
  transform, // of a transform of the sums (Winograd, FFT): needs `precision: fast`
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

  virtual bool matches(const Definition& definition) const = 0;
  // May `epilogue`, which reads `anchor`'s result, be computed in the same kernel?
  virtual bool accepts_epilogue(const Definition& anchor, const Definition& epilogue) const = 0;
  virtual std::vector<Layout> accepted_layouts() const { return {Layout::row_major}; }
  // That the caller provides for one call, besides operands and results.
  virtual int64_t workspace_bytes(const Definition& definition) const {
    (void)definition;
    return 0;
  }
  virtual ErrorBound error_bound() const { return ErrorBound::running; }
  virtual Cost cost(const Definition& definition, const Target& target,
                    const Schedule& schedule) const = 0;

  virtual Schedule default_schedule(const Definition& definition, const Target& target) const = 0;
  // The stages and dimensions that a schedule may name.
  virtual std::vector<StageInfo> stages(const Definition& definition) const = 0;
};

class Catalogue {
 public:
  Catalogue() = default;
  explicit Catalogue(std::vector<const Algorithm*> algorithms)
      : algorithms_(std::move(algorithms)) {}

  const std::vector<const Algorithm*>& algorithms() const { return algorithms_; }
  // Throws fovea::Error, which lists the algorithms that there are.
  const Algorithm& find(std::string_view name) const;
  // Of those that match and keep to the error bound, the one of least cost under its default
  // schedule. Throws where there is none.
  const Algorithm& best(const Definition& definition, const Target& target,
                        ErrorBound bound = ErrorBound::transform) const;

 private:
  std::vector<const Algorithm*> algorithms_; // not owned: they live as long as the program
};

} // namespace fovea::catalogue
