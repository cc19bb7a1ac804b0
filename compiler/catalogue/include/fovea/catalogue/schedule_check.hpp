#pragma once
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/target.hpp>

#include <optional>

// Whether a schedule fits the stages of an algorithm: everything that can be known before the
// kernel's compiler sees it, said in the schedule's own words.
namespace fovea::catalogue {

enum class LoopKind : uint8_t { serial, parallel, vectorized, unrolled };

struct DimensionInfo {
  std::string name;
  int64_t extent = 0;
  bool reduction = false;
  LoopKind kind = LoopKind::serial;
  bool exact = true;  // else the loop may be shorter, as where a consumer needs less of the stage
  int origin = -1;    // the stage's dimension that it is (a part of); -1: of none, or of several
  bool inner = false; // what a split has put inside
};

struct UpdateInfo {
  std::vector<DimensionInfo> dimensions; // the stage's, then those reduced; outermost first
  bool associative = false;              // provably, to the bit: integers
};

// What a stage reads, and in which of its parts.
struct ReadInfo {
  std::string tensor; // a stage or an operand
  int update = 0;
  std::vector<int> own = {}; // per dimension the reader's that it is read at; -1: something else
  std::vector<int64_t> extents = {}; // of an operand
  bool operand = false;
};

struct StageInfo {
  std::string name;
  std::vector<DimensionInfo> dimensions; // outermost first
  std::vector<UpdateInfo> updates;
  bool result = false; // lives in the caller's memory
  std::vector<ReadInfo> reads = {};
  int64_t element_bytes = 4;
};

struct CheckedSchedule {
  Schedule schedule;             // `tile` written out, and every tail named that extents decide
  std::vector<StageInfo> stages; // after it: `copy`, `pack` and `rfactor` made new ones, splits and
                                 // fuses new dimensions (outermost first)
  std::vector<std::string> warnings = {}; // legal, but slow: more registers than there are
};

// Throws fovea::Error: what, the reason, the nearest legal choice. Warns where a target is given.
CheckedSchedule verify(const Schedule& schedule, const std::vector<StageInfo>& stages,
                       const std::optional<Target>& target = std::nullopt);

} // namespace fovea::catalogue
