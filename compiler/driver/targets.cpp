#include "compiler/driver/targets.hpp"

#include "compiler/emit/core_files.hpp"
#include "compiler/emit/program.hpp"

#include <algorithm>

namespace fovea::driver {
namespace {

using catalogue::Target;

// Emission knows no user's line.
void check_architecture(const Target& target, SourceLocation location) {
  try {
    emission::core_archive(target.arch);
  } catch (const Error& error) {
    ErrorParts parts = error.parts();
    parts.where = location;
    throw Error(std::move(parts));
  }
}

void check_several(const EmitOptions& options, SourceLocation location) {
  if (options.compile.target)
    throw Error({.what = "EmitOptions: targets and compile.target are both set",
                 .where = location,
                 .hint = "name all targets in one place"});
  const std::vector<Target>& targets = options.targets;
  for (size_t k = 1; k < targets.size(); ++k)
    for (size_t j = 0; j < k; ++j) {
      if (targets[j].arch != targets[k].arch || targets[j].os != targets[k].os)
        throw Error({.what = "EmitOptions::targets: a library is for one architecture",
                     .where = location,
                     .expected = targets[j].arch + "-" + targets[j].os,
                     .got = targets[k].arch + "-" + targets[k].os,
                     .hint = "emit a library for each"});
      if (target_name(targets[j]) == target_name(targets[k]))
        throw Error({.what = "EmitOptions::targets: two have the same instructions: " +
                             target_name(targets[k]),
                     .where = location,
                     .hint = "a processor could not tell them apart"});
    }
}

} // namespace

std::vector<CompileOptions> options_for_targets(const EmitOptions& options,
                                                SourceLocation location) {
  std::vector<CompileOptions> list;
  if (options.targets.empty())
    list.push_back(options.compile);
  else
    check_several(options, location);
  for (const Target& target : options.targets) {
    list.push_back(options.compile);
    list.back().target = target;
  }
  for (const CompileOptions& each : list)
    check_architecture(each.target.value_or(Target::host()), location);
  // What builds on other features has a higher bit than they, so that a set of features comes
  // before its subsets.
  std::ranges::stable_sort(list, std::ranges::greater(), [](const CompileOptions& each) {
    return emission::cpu_features(each.target.value_or(Target::host()));
  });
  return list;
}

} // namespace fovea::driver
