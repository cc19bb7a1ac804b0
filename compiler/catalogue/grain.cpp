#include <fovea/catalogue/grain.hpp>
#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <map>

namespace fovea::catalogue {
namespace {

using Loops = std::vector<DimensionInfo>;

double evaluations(const Loops& loops) {
  double count = 1;
  for (const DimensionInfo& loop : loops)
    count *= static_cast<double>(loop.extent);
  return count;
}

const Loops& loops_of(const StageInfo& stage, int update) {
  return update ? stage.updates[static_cast<size_t>(update - 1)].dimensions : stage.dimensions;
}

// Where a stage runs that does not run on its own.
struct Host {
  std::string stage;
  int update = 0;
};

class Reader {
 public:
  Reader(const Schedule& schedule, const std::vector<StageInfo>& stages)
      : whole_(stages), checked_(verify(schedule, stages)) {
    for (const StageInfo& stage : checked_.stages)
      by_name_.emplace(stage.name, &stage);
    for (const StageSchedule& part : checked_.schedule.stages())
      note(part);
  }

  Grain run() {
    for (const StageInfo& stage : checked_.stages)
      if (!hosts_.contains(stage.name) && runs(stage))
        for (int update = 0; update <= updates(stage); ++update)
          add_shared(stage, update);
    for (const StageInfo& stage : checked_.stages)
      if (runs(stage))
        for (int update = 0; update <= updates(stage); ++update)
          add_work(stage, update);
    return std::move(grain_);
  }

 private:
  static int updates(const StageInfo& stage) { return static_cast<int>(stage.updates.size()); }

  void note(const StageSchedule& part) {
    for (const Directive& directive : part.directives) {
      if (directive.name == "compute_root")
        at_root_.push_back(part.stage);
      if (directive.name != "compute_at")
        continue;
      const ScheduleArgument& host = directive.arguments[0];
      // Where no update is named, the loop is the stage's own if it has one of that name.
      const auto found = by_name_.find(host.word);
      int update = std::max(host.update, 0);
      if (host.update < 0 && found != by_name_.end() &&
          !has_loop(found->second->dimensions, directive.arguments[1].word))
        update = std::min(1, updates(*found->second));
      hosts_[part.stage] = {host.word, update};
    }
  }
  static bool has_loop(const Loops& loops, const std::string& name) {
    return std::ranges::any_of(loops, [&](const DimensionInfo& loop) { return loop.name == name; });
  }

  // Stages that are inlined do no work of their own.
  bool runs(const StageInfo& stage) const {
    return stage.result || !stage.updates.empty() || hosts_.contains(stage.name) ||
           std::ranges::find(at_root_, stage.name) != at_root_.end();
  }

  void add_shared(const StageInfo& stage, int update) {
    SharedLoop shared{.stage = stage.name, .update = update};
    int64_t outside = 1;
    bool found = false;
    for (const DimensionInfo& loop : loops_of(stage, update)) {
      if (loop.kind == LoopKind::parallel) {
        // One inside another shares what is left of its threads: together they are as many tasks.
        shared.tasks *= loop.extent;
        shared.times = found ? shared.times : outside;
        found = true;
      }
      outside *= loop.extent;
    }
    if (found)
      grain_.loops.push_back(std::move(shared));
  }

  // All of them; the checked stages know what is needed at once. Those that the schedule makes are
  // only there.
  double work_of(const StageInfo& stage, int update) const {
    const auto whole = std::ranges::find(whole_, stage.name, &StageInfo::name);
    const bool same = whole != whole_.end() && whole->updates.size() == stage.updates.size();
    return evaluations(loops_of(same ? *whole : stage, update));
  }

  void add_work(const StageInfo& stage, int update) {
    const double work = work_of(stage, update);
    Host place{stage.name, update};
    // A stage is placed inside one that comes later: there is no circle.
    for (auto host = hosts_.find(place.stage); host != hosts_.end();
         host = hosts_.find(place.stage))
      place = host->second;
    const auto shared = std::ranges::find_if(grain_.loops, [&](const SharedLoop& loop) {
      return loop.stage == place.stage && loop.update == place.update;
    });
    (shared == grain_.loops.end() ? grain_.alone : shared->work) += work;
  }

  const std::vector<StageInfo>& whole_;
  const CheckedSchedule checked_;
  std::map<std::string, const StageInfo*> by_name_;
  std::map<std::string, Host> hosts_;
  std::vector<std::string> at_root_;
  Grain grain_;
};

} // namespace

int64_t Grain::barriers() const {
  int64_t count = 0;
  for (const SharedLoop& loop : loops)
    count += loop.times;
  return count;
}

int64_t Grain::tasks() const {
  const auto most = std::ranges::max_element(loops, {}, &SharedLoop::work);
  return most == loops.end() ? 1 : most->tasks;
}

double Grain::utilisation(int threads) const {
  double time = alone, work = alone;
  for (const SharedLoop& loop : loops) {
    work += loop.work;
    time += loop.work * static_cast<double>(ceiling_quotient(loop.tasks, threads)) /
            static_cast<double>(loop.tasks);
  }
  return time > 0 ? work / (threads * time) : 1;
}

Grain grain_of(const Schedule& schedule, const std::vector<StageInfo>& stages) {
  return Reader(schedule, stages).run();
}

} // namespace fovea::catalogue
