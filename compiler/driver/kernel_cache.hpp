#pragma once
#include "compiler/driver/kernel_cache_key.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea::driver {

// Compiled kernels on disk, by everything that decides their code: the second compilation of a
// network finds its kernels here. A cache is no promise: whatever goes wrong with a file is a miss,
// and a kernel that cannot be kept is compiled again. Several threads may use one, and several
// processes the same folder, however they end. See docs/decisions/kernel-cache.md.
class KernelCache {
 public:
  struct Options {
    std::filesystem::path folder; // made where there is none; empty: nothing is kept
    // Beyond it, what was not used for longest goes.
    int64_t max_bytes = int64_t{512} << 20;
  };
  // Where the folder cannot be used, nothing is kept, and `problem()` says why.
  explicit KernelCache(Options options);
  ~KernelCache();

  // $FOVEA_CACHE where it is set ("off" or nothing: an empty path), else $XDG_CACHE_HOME/fovea,
  // else $HOME/.cache/fovea; an empty path where none of them is set.
  static std::filesystem::path default_folder();

  bool is_on() const;
  // One line; empty where the folder can be used, or none was wanted.
  const std::string& problem() const;

  std::optional<catalogue::KernelObject> find(const KernelKey& key) const;
  void store(const KernelKey& key, const catalogue::KernelObject& object) const;
  // What `find` finds, else what `compile` makes, which is stored. Of several threads that want the
  // same kernel at once, one compiles and the others wait for it; all get its error.
  catalogue::KernelObject get(const KernelKey& key,
                              const std::function<catalogue::KernelObject()>& compile) const;

  struct Entry {
    std::string digest; // of its key
    std::string what, target;
    int64_t bytes = 0; // on disk
    std::chrono::system_clock::time_point last_used;
  };
  // The last used first.
  std::vector<Entry> list() const;

  struct Cleared {
    int64_t files = 0, bytes = 0;
  };
  // Removes all that the cache keeps, and nothing else that lies in its folder.
  Cleared clear() const;

  // Since this object was made.
  struct Counts {
    int64_t hits = 0, misses = 0;
    int64_t stored = 0, not_stored = 0;
    int64_t damaged = 0; // files that were no entries, and were removed
    int64_t evicted = 0; // to make room
  };
  Counts counts() const;

 private:
  class State;
  const std::unique_ptr<State> state_;
};

// A compiler that asks the cache first. Both must outlive it; one cache serves one compiler.
std::unique_ptr<catalogue::KernelCompiler> with_cache(const catalogue::KernelCompiler& compiler,
                                                      const KernelCache& cache);

} // namespace fovea::driver
