#include "compiler/command/command.hpp"
#include "compiler/command/table.hpp"
#include "compiler/driver/kernel_cache.hpp"

#include <fovea/catalogue/target.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace fovea::command {
namespace {

using driver::KernelCache;

struct CacheFlags {
  std::string folder; // empty: the default
  bool as_json = false;

  void add_to(CLI::App& verb) {
    verb.add_option("--folder", folder,
                    "the cache's folder (default: $FOVEA_CACHE, else fovea in the user's cache "
                    "folder)")
        ->option_text("DIR");
    verb.add_flag("--json", as_json, "for machines");
  }
  std::filesystem::path path() const {
    return folder.empty() ? KernelCache::default_folder() : std::filesystem::path(folder);
  }
};

// To look into a folder is no reason to make it: where there is none, the cache is empty.
KernelCache open_cache(const std::filesystem::path& folder) {
  std::error_code unknown;
  const bool exists = std::filesystem::exists(std::filesystem::symlink_status(folder, unknown));
  return KernelCache({.folder = exists ? folder : std::filesystem::path()});
}

void check(const KernelCache& cache) {
  if (!cache.problem().empty())
    throw Error({.what = "the kernel cache is not used: " + cache.problem(), .where = nowhere});
}

// "the kernel cache is off", or where it is.
std::string whereabouts(const std::filesystem::path& folder) {
  return folder.empty() ? "the kernel cache is off" : "kernel cache " + folder.string();
}

Json folder_json(const std::filesystem::path& folder) {
  return folder.empty() ? Json() : Json(folder.string());
}

// "x86-64 avx2": as much as a column has room for.
std::string short_name_of(const catalogue::Target& target) {
  const char* vectors = target.avx512  ? " avx512"
                        : target.avx2  ? " avx2"
                        : target.avx   ? " avx"
                        : target.sse41 ? " sse41"
                                       : "";
  return target.arch + vectors;
}

std::string short_target(const std::string& text) {
  try {
    return short_name_of(catalogue::parse_target(text));
  } catch (const Error&) { // written by another version
    return text;
  }
}

// "5 min"; "3 h"; "12 d"
std::string age_of(const KernelCache::Entry& entry) {
  using std::chrono::duration_cast, std::chrono::minutes;
  const auto age = std::chrono::system_clock::now() - entry.last_used;
  const auto passed = std::max<int64_t>(0, duration_cast<minutes>(age).count());
  if (passed < 60)
    return fmt::format("{} min", passed);
  return passed < 48 * 60 ? fmt::format("{} h", passed / 60)
                          : fmt::format("{} d", passed / (24 * 60));
}

void print_table(const std::filesystem::path& folder,
                 const std::vector<KernelCache::Entry>& entries) {
  std::printf("%s%s\n", whereabouts(folder).c_str(),
              !folder.empty() && entries.empty() ? " is empty" : "");
  if (entries.empty())
    return;
  Table table({{"key"},
               {"kernel", Table::Align::left, true},
               {"target", Table::Align::left, true},
               {"size", Table::Align::right},
               {"unused for", Table::Align::right}});
  int64_t bytes = 0;
  for (const KernelCache::Entry& entry : entries) {
    table.add({entry.digest.substr(0, 12), entry.what, short_target(entry.target),
               human_bytes(entry.bytes), age_of(entry)});
    bytes += entry.bytes;
  }
  table.rule();
  table.add({"total",
             with_commas(static_cast<int64_t>(entries.size())) +
                 (entries.size() == 1 ? " kernel" : " kernels"),
             "", human_bytes(bytes), ""});
  std::fputs(table.to_string().c_str(), stdout);
}

void list(const CacheFlags& flags) {
  const KernelCache cache = open_cache(flags.path());
  check(cache);
  const std::vector<KernelCache::Entry> entries = cache.list();
  if (!flags.as_json) {
    print_table(flags.path(), entries);
    return;
  }
  Json kernels = Json::array();
  int64_t bytes = 0;
  for (const KernelCache::Entry& entry : entries) {
    const std::time_t used = std::chrono::system_clock::to_time_t(entry.last_used);
    kernels.push_back({{"key", entry.digest},
                       {"kernel", entry.what},
                       {"target", entry.target},
                       {"bytes", entry.bytes},
                       {"last_used", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(used))}});
    bytes += entry.bytes;
  }
  print_json({{"folder", folder_json(flags.path())}, {"kernels", kernels}, {"bytes", bytes}});
}

void clear(const CacheFlags& flags) {
  const KernelCache cache = open_cache(flags.path());
  check(cache);
  const KernelCache::Cleared cleared = cache.clear();
  if (flags.as_json)
    print_json({{"folder", folder_json(flags.path())},
                {"files", cleared.files},
                {"bytes", cleared.bytes}});
  else
    std::printf("%s: %s %s removed, %s\n", whereabouts(flags.path()).c_str(),
                with_commas(cleared.files).c_str(), cleared.files == 1 ? "file" : "files",
                human_bytes(cleared.bytes).c_str());
}

void add(CLI::App& verb, const char* name, const char* summary, void (*run)(const CacheFlags&)) {
  CLI::App* part = verb.add_subcommand(name, summary);
  auto flags = std::make_shared<CacheFlags>();
  flags->add_to(*part);
  part->callback([flags, run] { run(*flags); });
}

} // namespace

void add_cache(CLI::App& fovea) {
  CLI::App* verb = add_verb(fovea, "cache",
                            "Look at compiled kernels, which are kept for the next time. Whatever "
                            "is removed is compiled again when it is needed.",
                            "  fovea cache list\n"
                            "  fovea cache list --json --folder build/cache\n"
                            "  fovea cache clear\n");
  verb->require_subcommand(1);
  add(*verb, "list", "Show what the cache holds, the last used first.", list);
  add(*verb, "clear", "Remove every kernel.", clear);
}

} // namespace fovea::command
