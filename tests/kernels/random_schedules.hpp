#pragma once
#include "tests/kernels/forms.hpp"

#include <fovea/catalogue/schedule_check.hpp>

#include <string>

// Schedules that somebody might write, at random.
namespace fovea::kernel_test {

// Directive by directive; what `verify` refuses is left out.
std::string random_legal_schedule(const std::vector<catalogue::StageInfo>& stages, Random& random);
// A legal one with an error put in: a name that there is not, a loop that is gone, a number out of
// range, a directive in the wrong place. May be legal all the same.
std::string random_broken_schedule(const std::vector<catalogue::StageInfo>& stages, Random& random);

// What became of a kernel under a schedule.
struct Outcome {
  enum class Kind { right, refused, wrong, crashed } kind = Kind::crashed;
  std::string message; // of the refusal, or what is wrong
};
// Compiles, runs and compares in a process of its own, so that a crash is an outcome, too.
Outcome outcome_of(const Algorithm& algorithm, const Problem& problem, const std::string& schedule);

} // namespace fovea::kernel_test
