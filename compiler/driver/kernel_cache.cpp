#include "compiler/driver/kernel_cache.hpp"

#include "compiler/driver/kernel_cache_entry.hpp"
#include "compiler/driver/kernel_cache_folder.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <tuple>

namespace fovea::driver {
namespace {

constexpr std::string_view entry_ending = ".kernel";
constexpr const char* lock_name = "lock";
constexpr time_t leftover_seconds = 3600;

std::string file_name(const std::string& digest) {
  return digest + std::string(entry_ending);
}

bool is_entry(std::string_view name) {
  const size_t digits = name.size() - std::min(name.size(), entry_ending.size());
  return digits == 32 && name.substr(digits) == entry_ending &&
         name.substr(0, digits).find_first_not_of("0123456789abcdef") == name.npos;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

auto used_later(const PrivateFolder::File& a, const PrivateFolder::File& b) {
  return std::tie(a.used.tv_sec, a.used.tv_nsec, a.name) >
         std::tie(b.used.tv_sec, b.used.tv_nsec, b.name);
}

struct Counters {
  std::atomic<int64_t> hits = 0, misses = 0, stored = 0, not_stored = 0, damaged = 0, evicted = 0;
};

} // namespace

class KernelCache::State {
 public:
  explicit State(Options options) : max_bytes_(options.max_bytes) {
    if (!options.folder.empty())
      folder_.emplace(options.folder);
  }

  bool is_on() const { return folder_ && folder_->is_open(); }
  const std::string& problem() const {
    static const std::string none;
    return folder_ ? folder_->problem() : none;
  }

  std::optional<catalogue::KernelObject> find(const KernelKey& key) {
    std::optional<CacheEntry> entry = is_on() ? read(file_name(digest_of(key))) : std::nullopt;
    if (!entry || entry->key.text != key.text) { // another one of the same digest
      ++counters.misses;
      return std::nullopt;
    }
    ++counters.hits;
    return std::move(entry->object);
  }

  void store(const KernelKey& key, const catalogue::KernelObject& object) {
    if (!is_on())
      return;
    try {
      keep(key, object);
    } catch (const std::exception&) { // no memory, say: the kernel itself is there
      ++counters.not_stored;
    }
  }

  catalogue::KernelObject get(const KernelKey& key,
                              const std::function<catalogue::KernelObject()>& compile) {
    std::promise<catalogue::KernelObject> promise;
    std::shared_future<catalogue::KernelObject> theirs;
    {
      const std::lock_guard lock(mutex_);
      const auto [place, is_new] = in_work_.try_emplace(key.text);
      if (is_new)
        place->second = promise.get_future().share();
      else
        theirs = place->second;
    }
    if (theirs.valid())
      return theirs.get();
    return made(key, compile, promise);
  }

  std::vector<Entry> list() {
    std::vector<PrivateFolder::File> files = entries();
    std::sort(files.begin(), files.end(), used_later);
    std::vector<Entry> list;
    for (const PrivateFolder::File& file : files)
      if (const auto entry = parse_entry(folder_->read(file.name, PrivateFolder::Use::none).bytes))
        list.push_back({.digest = file.name.substr(0, file.name.size() - entry_ending.size()),
                        .what = entry->key.what,
                        .target = entry->key.target,
                        .bytes = file.bytes,
                        .last_used = std::chrono::system_clock::from_time_t(file.used.tv_sec)});
    return list;
  }

  Cleared clear() {
    Cleared cleared;
    if (!is_on())
      return cleared;
    for (const PrivateFolder::File& file : folder_->files())
      if ((is_entry(file.name) || PrivateFolder::is_temporary(file.name)) &&
          folder_->remove(file.name)) {
        ++cleared.files;
        cleared.bytes += file.bytes;
      }
    return cleared;
  }

  Counters counters;

 private:
  void keep(const KernelKey& key, const catalogue::KernelObject& object) {
    const std::string bytes = to_bytes(key, object);
    const auto size = static_cast<int64_t>(bytes.size());
    if (size > max_bytes_ || !folder_->write(file_name(digest_of(key)), bytes)) {
      ++counters.not_stored;
      return;
    }
    ++counters.stored;
    make_room(size);
  }

  std::optional<CacheEntry> read(const std::string& name) {
    PrivateFolder::Content content = folder_->read(name, PrivateFolder::Use::now);
    if (content.found == PrivateFolder::Found::nothing)
      return std::nullopt;
    std::optional<CacheEntry> entry;
    if (content.found == PrivateFolder::Found::file)
      entry = parse_entry(content.bytes);
    if (!entry) {
      folder_->remove(name);
      ++counters.damaged;
    }
    return entry;
  }

  // The work that this thread took on: whatever comes of it, the others hear of it.
  catalogue::KernelObject made(const KernelKey& key,
                               const std::function<catalogue::KernelObject()>& compile,
                               std::promise<catalogue::KernelObject>& promise) {
    const auto finish = [&] {
      const std::lock_guard lock(mutex_);
      in_work_.erase(key.text);
    };
    try {
      std::optional<catalogue::KernelObject> object = find(key);
      if (!object) {
        object = compile();
        store(key, *object);
      }
      promise.set_value(*object);
      finish();
      return std::move(*object);
    } catch (...) {
      promise.set_exception(std::current_exception());
      finish();
      throw;
    }
  }

  std::vector<PrivateFolder::File> entries() const {
    if (!is_on())
      return {};
    std::vector<PrivateFolder::File> files = folder_->files();
    std::erase_if(files, [](const PrivateFolder::File& file) { return !is_entry(file.name); });
    return files;
  }

  // Counts what it stores itself and looks into the folder at first and then after each sixteenth
  // of what fits, which other processes may have filled meanwhile.
  void make_room(int64_t stored) {
    const std::lock_guard lock(room_);
    stored_since_ += stored;
    if (known_bytes_ && *known_bytes_ + stored_since_ <= max_bytes_ &&
        stored_since_ <= max_bytes_ / 16)
      return;
    const std::optional<FileDescriptor> alone = folder_->try_lock(lock_name);
    if (!alone) // another process is at it
      return;
    sweep_leftovers();
    known_bytes_ = evict();
    stored_since_ = 0;
  }

  // The bytes that stay.
  int64_t evict() {
    std::vector<PrivateFolder::File> files = entries();
    int64_t bytes = 0;
    for (const PrivateFolder::File& file : files)
      bytes += file.bytes;
    if (bytes <= max_bytes_)
      return bytes;
    // Some more than needed, so that the next store need not do it again.
    std::sort(files.begin(), files.end(), used_later);
    for (; bytes > max_bytes_ / 8 * 7 && files.size() > 1; files.pop_back())
      if (folder_->remove(files.back().name)) {
        bytes -= files.back().bytes;
        ++counters.evicted;
      }
    return bytes;
  }

  // A write takes no hour: its process was killed.
  void sweep_leftovers() {
    for (const PrivateFolder::File& file : folder_->files())
      if (PrivateFolder::is_temporary(file.name) &&
          time(nullptr) - file.used.tv_sec > leftover_seconds)
        folder_->remove(file.name);
  }

  const int64_t max_bytes_;
  std::optional<PrivateFolder> folder_;

  std::mutex mutex_; // of what follows
  std::map<std::string, std::shared_future<catalogue::KernelObject>> in_work_;

  std::mutex room_; // of what follows
  std::optional<int64_t> known_bytes_;
  int64_t stored_since_ = 0;
};

KernelCache::KernelCache(Options options) : state_(std::make_unique<State>(std::move(options))) {}

KernelCache::~KernelCache() = default;

std::filesystem::path KernelCache::default_folder() {
  if (std::getenv("FOVEA_CACHE")) {
    const std::string folder = environment("FOVEA_CACHE");
    return folder == "off" ? "" : folder;
  }
  // The XDG base directory specification: relative paths are to be ignored.
  if (const std::filesystem::path caches = environment("XDG_CACHE_HOME"); caches.is_absolute())
    return caches / "fovea";
  if (const std::filesystem::path home = environment("HOME"); home.is_absolute())
    return home / ".cache" / "fovea";
  return {};
}

bool KernelCache::is_on() const {
  return state_->is_on();
}

const std::string& KernelCache::problem() const {
  return state_->problem();
}

std::optional<catalogue::KernelObject> KernelCache::find(const KernelKey& key) const {
  return state_->find(key);
}

void KernelCache::store(const KernelKey& key, const catalogue::KernelObject& object) const {
  state_->store(key, object);
}

catalogue::KernelObject
KernelCache::get(const KernelKey& key,
                 const std::function<catalogue::KernelObject()>& compile) const {
  return state_->get(key, compile);
}

std::vector<KernelCache::Entry> KernelCache::list() const {
  return state_->list();
}

KernelCache::Cleared KernelCache::clear() const {
  return state_->clear();
}

KernelCache::Counts KernelCache::counts() const {
  const Counters& now = state_->counters;
  return {.hits = now.hits,
          .misses = now.misses,
          .stored = now.stored,
          .not_stored = now.not_stored,
          .damaged = now.damaged,
          .evicted = now.evicted};
}

namespace {

class CachingCompiler : public catalogue::KernelCompiler {
 public:
  CachingCompiler(const KernelCompiler& compiler, const KernelCache& cache)
      : compiler_(compiler), cache_(cache) {}

  catalogue::KernelObject compile(const catalogue::KernelRequest& request) const override {
    return cache_.get(cache_key(request), [&] { return compiler_.compile(request); });
  }
  catalogue::KernelDump dump(const catalogue::KernelRequest& request) const override {
    return compiler_.dump(request);
  }

 private:
  const KernelCompiler& compiler_;
  const KernelCache& cache_;
};

} // namespace

std::unique_ptr<catalogue::KernelCompiler> with_cache(const catalogue::KernelCompiler& compiler,
                                                      const KernelCache& cache) {
  return std::make_unique<CachingCompiler>(compiler, cache);
}

} // namespace fovea::driver
