#pragma once
#include <fovea/catalogue/schedule.hpp>

// Whether a schedule fits the stages of an algorithm: everything that can be known before the
// kernel's compiler sees it, said in the schedule's own words.
namespace fovea::catalogue {

struct DimensionInfo {
  std::string name;
  int64_t extent = 0;
  bool reduction = false;
};

struct UpdateInfo {
  std::vector<DimensionInfo> dimensions; // the stage's, then those reduced; outermost first
  bool associative = false; // provably, to the bit: integers
};

struct StageInfo {
  std::string name;
  std::vector<DimensionInfo> dimensions; // outermost first
  std::vector<UpdateInfo> updates;
  bool result = false; // lives in the caller's memory
};

// The stages after the schedule: `copy` and `rfactor` make new ones, splits and fuses new
// dimensions (listed outermost first). Throws fovea::Error: what, the reason, the nearest choice.
std::vector<StageInfo> verify(const Schedule& schedule, const std::vector<StageInfo>& stages);

// The tail that `auto` stands for: an exact one where the factor divides, else shift_inwards where
// the stage is no update and long enough, else guard.
std::string_view automatic_tail(int64_t extent, int64_t factor, bool is_update);

} // namespace fovea::catalogue
