#pragma once
#include <fovea/catalogue/schedule_check.hpp>

#include <cstddef>
#include <string>
#include <vector>

// The stages and dimensions that a schedule's words stand for, while it is checked.
namespace fovea::catalogue {

using Dimensions = std::vector<DimensionInfo>;

// Where a stage runs; extents are known for those that run whole.
enum class Place : uint8_t { by_default, inlined, root, at };

// A loop that stages can run in.
struct Level {
  std::string stage, dimension;
  int update = 0;
};

struct CheckedStage {
  StageInfo info;
  Place place = Place::by_default;
  bool renamed = false;                            // a split or fuse has named new dimensions
  std::vector<int> atomic = {};                    // updates
  std::optional<Level> level = {};                 // with Place::at, once it is known to be one
  std::vector<std::optional<int64_t>> needed = {}; // of each dimension at once, there

  Dimensions& loops(int update) {
    return update ? info.updates[static_cast<size_t>(update - 1)].dimensions : info.dimensions;
  }
  bool extents_known() const { return info.result || place == Place::root; }
  bool has_loops() const {
    return info.result || !info.updates.empty() || place == Place::root || place == Place::at;
  }
};

class StageTable {
 public:
  StageTable(const Schedule& schedule, const std::vector<StageInfo>& stages);

 protected:
  // `copy`, `pack` and `rfactor` make new ones.
  void make_stages();
  CheckedStage& find(const std::string& name);
  CheckedStage& stage_of(const StageSchedule& part);

  DimensionInfo& dimension(CheckedStage& stage, int update, const std::string& name);
  // A dimension of the stage as the algorithm names it: storage knows no splits.
  const DimensionInfo& original(CheckedStage& stage, const std::string& name);
  void new_name(CheckedStage& stage, int update, const std::string& name);
  static std::ptrdiff_t position(const Dimensions& loops, const std::string& name);
  static std::vector<std::string> pure_names(CheckedStage& stage, int update);
  static std::string nearest_divisor(int64_t extent, int64_t factor);
  static std::string stage_text(const std::string& stage, int update);
  static std::string stage_text(const StageSchedule& part) {
    return stage_text(part.stage, part.update);
  }

  [[noreturn]] void fail(const std::string& what, const std::string& expected,
                         const std::string& got, const std::string& hint = "") const;

  const Schedule& schedule_;
  std::vector<CheckedStage> stages_;
  const StageSchedule* here_ = nullptr; // what is being checked
  const Directive* directive_ = nullptr;

 private:
  void make_copy(const StageSchedule& part, const Directive& directive);
  void make_pack(const StageSchedule& part, const Directive& directive);
  void make_partial(const StageSchedule& part, const Directive& directive);
  void add(StageInfo info);
  static std::vector<std::string> reduced_names(CheckedStage& stage);
};

// The loops that a schedule can name: not those that `vectorize` and `unroll` make.
std::vector<std::string> names_of(const Dimensions& dimensions);

} // namespace fovea::catalogue
