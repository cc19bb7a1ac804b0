#pragma once
#include <Halide.h>
#include <fovea/catalogue/schedule_check.hpp>

#include <map>
#include <string>
#include <vector>

// The one place where loops are scheduled.
namespace fovea::kernels {

struct StageFunc {
  Halide::Func func;
  std::vector<std::map<std::string, Halide::RVar>> reduced; // per update
};

// What an algorithm names: functions, their reduced dimensions; other dimensions go by their Var's.
class Stages {
 public:
  void add(const std::string& name, StageFunc stage);
  StageFunc& find(const std::string& name);
  const StageFunc& find(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  std::vector<std::pair<std::string, StageFunc>> stages_; // in the order of the algorithm
};

// `checked` comes from catalogue::verify, on the very same stages; the stages
// that directives make are among them. Reductions that the schedule leaves out run at the root.
void apply_schedule(Stages& stages, const catalogue::CheckedSchedule& checked);

} // namespace fovea::kernels
