#pragma once
#include "compiler/catalogue/stage_table.hpp"

// Where stages run: inside which loops, as long as everything that reads them runs there, too.
namespace fovea::catalogue {

class PlaceCheck : protected StageTable {
 public:
  using StageTable::StageTable;

 protected:
  // Before the loops are known: which stages run on their own.
  void note_place(const StageSchedule& part);
  // With the loops: is each compute_at and store_at around all uses?
  void resolve_levels();
  void check_storage(const StageSchedule& part);

 private:
  // Part `update` of a stage that reads another; `own` as in ReadInfo.
  struct Use {
    std::string stage;
    int update = 0;
    std::vector<int> own = {};
  };
  std::vector<Use> uses_of(const std::string& name);
  bool encloses(const Level& level, const Use& use, size_t depth = 0);
  bool encloses(const Level& level, const std::vector<Use>& uses);
  // How much of dimension `d` is needed at once where the stage runs; none: not known.
  std::optional<int64_t> needed(const Level& level, const Use& use, size_t d);
  void refine_extents(CheckedStage& stage, const std::vector<Use>& uses);
  bool is_inside_vectors(const Level& level);
  // The level that a directive names; the updates are tried where it names none.
  Level level_of(const Directive& directive, const std::string& stage);
  std::string legal_levels(const std::string& stage);
  const Directive* find_directive_of(const std::string& stage, const std::string& name);
};

} // namespace fovea::catalogue
