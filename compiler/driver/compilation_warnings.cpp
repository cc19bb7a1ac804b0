#include "compiler/driver/compilation.hpp"

#include <fovea/catalogue/schedule_check.hpp>

#include <algorithm>

namespace fovea::driver {

void Compilation::warn(const Warning& warning) {
  if (options_.warning && warned_.insert(to_string(warning)).second)
    options_.warning(warning);
}

const KernelCache& Compilation::open_cache() {
  if (!cache_)
    cache_.emplace(KernelCache::Options{.folder = cache_folder()});
  if (const std::string& problem = cache_->problem(); !problem.empty())
    warn({.what = "the kernel cache cannot be used: " + problem,
          .path = cache_folder().string(),
          .hint = "every kernel is compiled each time, and this machine is taken for a usual one; "
                  "name another folder in CompileOptions::cache or $FOVEA_CACHE"});
  return *cache_;
}

void Compilation::warn_of_cache() {
  const KernelCache::Counts counts = cache_->counts();
  const std::string folder = cache_folder().string();
  if (counts.damaged > 0)
    warn({.what = "the kernel cache " + folder + " had damaged files, which were removed",
          .path = folder,
          .hint = "their kernels were compiled again; where this comes back, look at the disk"});
  if (counts.not_stored > 0)
    warn({.what = "the kernel cache " + folder + " does not take all kernels",
          .path = folder,
          .hint = "the next compilation makes them again; is there space on its disk, and may this "
                  "user write there?"});
}

SourceLocation Compilation::line_of(const std::string& layer) const {
  const auto& nodes = network_.nodes();
  const auto found = std::ranges::find(nodes, layer, &NodeInfo::layer);
  return found == nodes.end() ? SourceLocation{} : found->location;
}

void Compilation::warn_of_schedules() {
  for (const ir::Call& call : plan_.calls) {
    const auto given = choices_.find(call.layer);
    if (given == choices_.end() || given->second.schedule.empty())
      continue;
    const passes::LayerChoice& choice = given->second;
    const catalogue::Problem problem{call.definition, target_, call.forms};
    const auto stages = catalogue_.find(call.algorithm).stages(problem);
    for (const std::string& remark :
         catalogue::verify(Schedule::parse(call.schedule), stages, target_).warnings)
      warn({.what = "layer '" + call.layer + "': " + choice.schedule_origin() + ": " + remark,
            .where =
                choice.schedule_source.is_op ? choice.schedule_source.where : line_of(call.layer),
            .layer = call.layer});
  }
}

} // namespace fovea::driver
