#include "compiler/catalogue/stage_table.hpp"

#include "compiler/catalogue/directives.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <numeric>

namespace fovea::catalogue {

std::vector<std::string> names_of(const Dimensions& dimensions) {
  std::vector<std::string> names;
  for (const DimensionInfo& dimension : dimensions)
    if (dimension.name.find('.') == std::string::npos)
      names.push_back(dimension.name);
  return names;
}

StageTable::StageTable(const Schedule& schedule, const std::vector<StageInfo>& stages)
    : schedule_(schedule) {
  for (const StageInfo& info : stages)
    stages_.push_back({info});
}

void StageTable::make_stages() {
  for (const StageSchedule& part : schedule_.stages()) {
    here_ = &part;
    for (const Directive& directive : part.directives) {
      directive_ = &directive;
      if (directive.name == "copy")
        make_copy(part, directive);
      else if (directive.name == "pack")
        make_pack(part, directive);
      else if (directive.name == "rfactor")
        make_partial(part, directive);
    }
    directive_ = nullptr;
    stage_of(part);
  }
}

void StageTable::make_copy(const StageSchedule& part, const Directive& directive) {
  StageInfo copy = stage_of(part).info;
  if (copy.result)
    fail("a result has no consumer that could read a copy", "an inner stage", part.stage);
  copy.name = directive.arguments[0].word;
  copy.updates.clear();
  std::vector<int> own(copy.dimensions.size());
  std::iota(own.begin(), own.end(), 0);
  copy.reads = {{part.stage, 0, std::move(own)}};
  const std::string only = directive.arguments.size() > 1 ? directive.arguments[1].word : "";
  if (!only.empty())
    find(only);
  bool is_read = false;
  for (CheckedStage& consumer : stages_)
    for (ReadInfo& read : consumer.info.reads)
      if (read.tensor == part.stage && (only.empty() || consumer.info.name == only)) {
        read.tensor = copy.name;
        is_read = true;
      }
  if (!is_read)
    fail("'" + only + "' does not read '" + part.stage + "'", "a stage that does", only);
  add(std::move(copy));
}

void StageTable::make_pack(const StageSchedule& part, const Directive& directive) {
  CheckedStage& stage = stage_of(part);
  const std::string &operand = directive.arguments[0].word, &name = directive.arguments[1].word;
  StageInfo pack{name, {}, {}, false, {}, stage.info.element_bytes};
  std::vector<std::string> operands;
  for (ReadInfo& read : stage.info.reads) {
    if (!read.operand)
      continue;
    if (std::find(operands.begin(), operands.end(), read.tensor) == operands.end())
      operands.push_back(read.tensor);
    if (read.tensor != operand)
      continue;
    pack.reads = {read};
    pack.reads[0].update = 0;
    read = {name, read.update, read.own};
  }
  if (pack.reads.empty()) {
    fail("stage '" + part.stage + "' reads no operand '" + operand + "'",
         "one of " + listed(operands), "'" + operand + "'", nearest_hint(operand, operands));
  }
  for (const int64_t extent : pack.reads[0].extents)
    pack.dimensions.push_back({"p" + std::to_string(pack.dimensions.size()), extent, false});
  add(std::move(pack));
}

// dim of extent n becomes lane + factor * dim, dim of extent n / factor.
void StageTable::make_partial(const StageSchedule& part, const Directive& directive) {
  CheckedStage& stage = stage_of(part);
  if (part.update != 1 || stage.info.updates.size() != 1)
    fail("rfactor belongs to a reduction's update", "stage.1", stage_text(part));
  DimensionInfo& reduced = dimension(stage, 1, directive.arguments[0].word);
  if (!reduced.reduction)
    fail("'" + reduced.name + "' is not reduced", "a reduction's dimension", reduced.name,
         "reduced are " + listed(reduced_names(stage)));
  const int64_t factor = directive.arguments[2].number;
  if (factor < 1 || reduced.extent % factor != 0)
    fail("the factor must divide the extent " + std::to_string(reduced.extent) + " of '" +
             reduced.name + "'",
         "a divisor", std::to_string(factor), nearest_divisor(reduced.extent, factor));
  const std::string lane = directive.arguments[1].word;
  new_name(stage, 1, lane);

  StageInfo partial = stage.info;
  partial.name = directive.arguments[3].word;
  partial.result = false;
  partial.dimensions.push_back({lane, factor, false});
  Dimensions loops = partial.dimensions;
  Dimensions kept = stage.info.dimensions;
  for (DimensionInfo old : stage.info.updates[0].dimensions)
    if (old.reduction) {
      old.extent /= old.name == reduced.name ? factor : 1;
      loops.push_back(old);
    }
  partial.updates[0].dimensions = std::move(loops);
  kept.push_back({lane, factor, true});
  stage.info.updates[0].dimensions = std::move(kept);
  std::vector<int> own(partial.dimensions.size(), -1); // the lane is reduced
  std::iota(own.begin(), own.end() - 1, 0);
  stage.info.reads = {{partial.name, 1, std::move(own)}};
  add(std::move(partial));
}

void StageTable::add(StageInfo info) {
  if (info.name[0] == '_')
    fail("names that begin with '_' are the compiler's", "a letter in front", info.name);
  for (const CheckedStage& other : stages_) {
    if (other.info.name == info.name)
      fail("there is a stage '" + info.name + "' already", "a new name", info.name);
    for (const ReadInfo& read : other.info.reads)
      if (read.operand && read.tensor == info.name)
        fail("there is an operand '" + info.name + "' already", "a new name", info.name);
  }
  stages_.push_back({std::move(info)});
}

CheckedStage& StageTable::find(const std::string& name) {
  std::vector<std::string> names;
  for (CheckedStage& stage : stages_) {
    if (stage.info.name == name)
      return stage;
    names.push_back(stage.info.name);
  }
  fail("there is no stage '" + name + "'", "one of " + listed(names), "'" + name + "'",
       nearest_hint(name, names));
}

CheckedStage& StageTable::stage_of(const StageSchedule& part) {
  CheckedStage& stage = find(part.stage);
  if (part.update > static_cast<int>(stage.info.updates.size()))
    fail("stage '" + part.stage + "' has no update " + std::to_string(part.update),
         stage.info.updates.empty()
             ? "no update: it reduces nothing"
             : "an update of 1 to " + std::to_string(stage.info.updates.size()),
         stage_text(part));
  return stage;
}

DimensionInfo& StageTable::dimension(CheckedStage& stage, int update, const std::string& name) {
  Dimensions& loops = stage.loops(update);
  for (DimensionInfo& loop : loops)
    if (loop.name == name)
      return loop;
  fail("stage '" + stage_text(stage.info.name, update) + "' has no dimension '" + name + "'",
       "one of " + listed(names_of(loops)), "'" + name + "'", nearest_hint(name, names_of(loops)));
}

const DimensionInfo& StageTable::original(CheckedStage& stage, const std::string& name) {
  if (stage.renamed)
    fail("`" + directive_->name + "` names the stage's own dimensions",
         "to stand before split and fuse", directive_->name);
  return dimension(stage, 0, name);
}

void StageTable::new_name(CheckedStage& stage, int update, const std::string& name) {
  if (name[0] == '_')
    fail("names that begin with '_' are the compiler's", "a letter in front", "'" + name + "'");
  for (const DimensionInfo& loop : stage.loops(update))
    if (loop.name == name)
      fail("stage '" + stage.info.name + "' has a dimension '" + name + "' already", "a new name",
           "'" + name + "'");
}

std::ptrdiff_t StageTable::position(const Dimensions& loops, const std::string& name) {
  return std::find_if(loops.begin(), loops.end(),
                      [&](const DimensionInfo& loop) { return loop.name == name; }) -
         loops.begin();
}

std::vector<std::string> StageTable::reduced_names(CheckedStage& stage) {
  Dimensions reduced = stage.loops(1);
  std::erase_if(reduced, [](const DimensionInfo& loop) { return !loop.reduction; });
  return names_of(reduced);
}

std::vector<std::string> StageTable::pure_names(CheckedStage& stage, int update) {
  Dimensions pure = stage.loops(update);
  std::erase_if(pure, [](const DimensionInfo& loop) { return loop.reduction; });
  return names_of(pure);
}

std::string StageTable::nearest_divisor(int64_t extent, int64_t factor) {
  for (int64_t divisor = std::min(extent, factor); divisor > 1; --divisor)
    if (extent % divisor == 0)
      return "a factor of " + std::to_string(divisor) + " divides " + std::to_string(extent);
  return "";
}

std::string StageTable::stage_text(const std::string& stage, int update) {
  return update ? stage + "." + std::to_string(update) : stage;
}

void StageTable::fail(const std::string& what, const std::string& expected, const std::string& got,
                      const std::string& hint) const {
  const SchedulePosition at = directive_ ? directive_->position : here_->position;
  const std::string where =
      at.line ? " " + std::to_string(at.line) + ":" + std::to_string(at.column) : "";
  throw Error(
      {.what = "schedule" + where + ": " + what, .expected = expected, .got = got, .hint = hint});
}

} // namespace fovea::catalogue
