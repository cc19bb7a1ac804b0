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
  bool associative = false;              // provably, to the bit: integers
};

struct StageInfo {
  std::string name;
  std::vector<DimensionInfo> dimensions; // outermost first
  std::vector<UpdateInfo> updates;
  bool result = false; // lives in the caller's memory
};

struct CheckedSchedule {
  Schedule schedule;             // with every tail named that extents decide
  std::vector<StageInfo> stages; // after it: `copy` and `rfactor` made new ones, splits and fuses
                                 // new dimensions (outermost first)
};

// Throws fovea::Error: what, the reason, the nearest legal choice.
CheckedSchedule verify(const Schedule& schedule, const std::vector<StageInfo>& stages);

} // namespace fovea::catalogue
