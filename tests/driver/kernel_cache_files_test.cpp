// What may lie in the cache's folder, and what becomes of it when processes are killed.
#define XXH_INLINE_ALL
#include "kernel_cache_fakes.hpp"

#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;

KernelObject tiny_object() {
  KernelObject object = object_for(request_number(1));
  object.object.resize(40);
  return object;
}

class KernelCacheFile : public ::testing::Test {
 protected:
  const ScratchFolder folder_;
  const KernelCache cache_{{.folder = folder_.path()}};
  const KernelKey key_ = cache_key(request_number(1));
  const fs::path file_ = file_of(folder_.path(), key_);

  std::string stored_bytes() {
    cache_.store(key_, tiny_object());
    return bytes_of(file_);
  }
  void expect_miss_and_removal() {
    const int64_t damaged = cache_.counts().damaged;
    ASSERT_FALSE(cache_.find(key_));
    ASSERT_FALSE(fs::exists(fs::symlink_status(file_)));
    ASSERT_EQ(cache_.counts().damaged, damaged + 1);
  }
};

TEST_F(KernelCacheFile, each_byte_counts) {
  const std::string good = stored_bytes();
  ASSERT_GT(good.size(), 500u);
  for (size_t k = 0; k < good.size(); ++k)
    for (const int flip : {0x01, 0x80, 0xff}) {
      SCOPED_TRACE("byte " + std::to_string(k) + " xor " + std::to_string(flip));
      std::string bad = good;
      bad[k] = static_cast<char>(bad[k] ^ flip);
      write_bytes(file_, bad);
      expect_miss_and_removal();
      if (HasFatalFailure())
        return;
    }
  write_bytes(file_, good);
  ASSERT_TRUE(cache_.find(key_));
}

TEST_F(KernelCacheFile, a_part_is_no_entry) {
  const std::string good = stored_bytes();
  for (size_t size = 0; size < good.size(); ++size) {
    SCOPED_TRACE(size);
    write_bytes(file_, good.substr(0, size));
    expect_miss_and_removal();
    if (HasFatalFailure())
      return;
  }
  for (const std::string& bad : {good + '\0', good + good, std::string(good.size(), '\0')}) {
    write_bytes(file_, bad);
    expect_miss_and_removal();
  }
}

std::string with_hash(std::string bytes) {
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits(bytes.data(), bytes.size()));
  return bytes.append(reinterpret_cast<const char*>(hash.digest), sizeof(hash.digest));
}

// The hash is no secret: the reader itself must stand anything.
TEST_F(KernelCacheFile, a_right_hash_over_nonsense_does_no_harm) {
  const std::string good = stored_bytes(), body = good.substr(0, good.size() - 16);
  ASSERT_EQ(with_hash(body), good);
  SCOPED_TRACE("FOVEA_TEST_SEED=" + std::to_string(test_seed()));
  std::mt19937 engine(test_seed());
  const auto any = [&](size_t below) { return static_cast<size_t>(engine() % below); };
  const int rounds = std::getenv("FOVEA_TEST_ALL") ? 100000 : 1000;
  int hits = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string bad = body;
    for (size_t changes = 1 + any(3); changes > 0; --changes)
      switch (any(4)) {
      case 0: // a length or a count, huge or negative
        bad.replace(any(bad.size() - 8), 8,
                    std::string(8, static_cast<char>(0xff - any(2) * 0x80)));
        break;
      case 1:
        bad[any(bad.size())] = static_cast<char>(engine());
        break;
      case 2:
        bad.erase(any(bad.size() - 20), any(20));
        break;
      case 3:
        bad.insert(any(bad.size()), any(20), static_cast<char>(engine()));
        break;
      }
    write_bytes(file_, with_hash(bad));
    hits += cache_.find(key_).has_value(); // where only the kernel changed, that is what it is
  }
  EXPECT_LT(hits, rounds / 2);
}

TEST_F(KernelCacheFile, nothing_is_read_beyond_the_end) {
  const std::string good = stored_bytes(), body = good.substr(0, good.size() - 16);
  const size_t size_at = std::string("fovea kernel\n").size() + 8;
  for (size_t size = size_at + 8; size < body.size(); ++size) {
    SCOPED_TRACE(size);
    std::string part = body.substr(0, size);
    for (size_t k = 0; k < 8; ++k) // the size that it says it has is right, and so is the hash
      part[size_at + k] = static_cast<char>((size + 16) >> (8 * k) & 0xff);
    write_bytes(file_, with_hash(part));
    expect_miss_and_removal();
    if (HasFatalFailure())
      return;
  }
}

TEST_F(KernelCacheFile, other_formats_are_not_read) {
  const std::string good = stored_bytes(), body = good.substr(0, good.size() - 16);
  const size_t head = std::string("fovea kernel\n").size() + 16; // magic, version, size
  for (size_t k = 0; k < head; ++k) {
    std::string bad = body;
    ++bad[k];
    write_bytes(file_, with_hash(bad));
    expect_miss_and_removal();
  }
  write_bytes(file_, with_hash(body + '\0'));
  expect_miss_and_removal();
}

TEST_F(KernelCacheFile, only_a_regular_file_of_this_user_is_read) {
  const std::string good = stored_bytes();
  const fs::path aside = folder_.path() / "aside";

  fs::rename(file_, aside);
  fs::create_symlink(aside, file_);
  expect_miss_and_removal();
  EXPECT_EQ(bytes_of(aside), good);

  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  expect_miss_and_removal();

  fs::create_directory(file_);
  expect_miss_and_removal();

  write_bytes(file_, good);
  if (chown(file_.c_str(), 12345, 12345) == 0)
    expect_miss_and_removal();
  else
    std::puts("not tested: a file of another user (needs the right to give files away)");

  write_bytes(file_, good);
  EXPECT_TRUE(cache_.find(key_));
}

TEST_F(KernelCacheFile, leftovers_of_killed_processes_go_after_an_hour) {
  const fs::path old = folder_.path() / ".fovea-1-2-3", young = folder_.path() / ".fovea-1-2-4",
                 other = folder_.path() / "old";
  for (const fs::path& path : {old, young, other}) {
    write_bytes(path, "half a kern");
    fs::last_write_time(path, fs::file_time_type::clock::now() -
                                  std::chrono::minutes(path == young ? 50 : 70));
  }
  cache_.store(key_, tiny_object());
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young));
  EXPECT_TRUE(fs::exists(other));
}

TEST_F(KernelCacheFile, being_found_is_being_used_but_at_most_once_a_minute) {
  cache_.store(key_, tiny_object());
  const auto now = fs::file_time_type::clock::now();
  const auto age_after = [&](std::chrono::seconds age) {
    fs::last_write_time(file_, now - age);
    EXPECT_TRUE(cache_.find(key_));
    return now - fs::last_write_time(file_);
  };
  EXPECT_LT(age_after(std::chrono::hours(2)), std::chrono::seconds(10));
  EXPECT_EQ(age_after(std::chrono::seconds(5)), std::chrono::seconds(5));
  EXPECT_LT(age_after(-std::chrono::hours(2)), std::chrono::seconds(10));
  EXPECT_GT(age_after(-std::chrono::hours(2)), -std::chrono::hours(1)); // a clock was set back
}

// --- processes --------------------------------------------------------------------------------

constexpr int keys = 24;
constexpr int64_t room = 500 << 10; // less than all of them need: some are always evicted

struct Shared {
  std::atomic<int64_t> operations, hits, wrong;
};

// What a process does all day: looks for kernels, and stores those that it did not find.
[[noreturn]] void live(const fs::path& folder, const std::vector<KernelRequest>& requests,
                       unsigned seed, Shared& shared) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); // no orphans
  std::mt19937 engine(seed);
  while (true) {
    const KernelCache cache({.folder = folder, .max_bytes = room});
    for (int turn = 0; turn < 50; ++turn) {
      const KernelRequest& request = requests[engine() % keys];
      const KernelKey key = cache_key(request);
      if (const auto found = cache.find(key)) {
        ++shared.hits;
        if (!same(*found, object_for(request)))
          ++shared.wrong;
      } else {
        cache.store(key, object_for(request));
      }
      ++shared.operations;
    }
    if (engine() % 8 == 0)
      cache.clear();
  }
}

TEST(KernelCacheProcesses, may_be_killed_at_any_moment) {
  const ScratchFolder folder;
  const int kills = std::getenv("FOVEA_TEST_ALL") ? 500 : 60;
  SCOPED_TRACE("FOVEA_TEST_SEED=" + std::to_string(test_seed()));
  std::mt19937 engine(test_seed());
  std::vector<KernelRequest> requests;
  for (int number = 0; number < keys; ++number)
    requests.push_back(request_number(number));

  void* memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  Shared& shared = *new (memory) Shared{};
  std::vector<pid_t> children(4);
  const auto start = [&](pid_t& child) {
    const unsigned seed = engine();
    child = fork();
    if (child == 0)
      live(folder.path(), requests, seed, shared);
    return child > 0;
  };
  bool started = true;
  for (pid_t& child : children)
    started &= start(child);
  for (int kill_number = 0; kill_number < kills && started; ++kill_number) {
    // Some progress first, then any moment.
    for (const int64_t before = shared.operations; shared.operations < before + 4;)
      std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(engine() % 3000));
    pid_t& child = children[engine() % children.size()];
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it died by itself";
    started &= start(child);
  }
  for (const pid_t child : children) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  ASSERT_TRUE(started) << "fork failed";
  EXPECT_GT(shared.hits, kills);
  EXPECT_EQ(shared.wrong, 0);
  munmap(memory, sizeof(Shared));

  // Whatever has an entry's name is a whole entry, and what is found is right.
  const KernelCache cache({.folder = folder.path(), .max_bytes = room});
  std::set<std::string> files;
  int leftovers = 0;
  for (const auto& file : fs::directory_iterator(folder.path())) {
    if (file.path().extension() == ".kernel")
      files.insert(file.path().stem());
    else if (file.path().filename() != "lock") {
      ++leftovers;
      fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(2));
    }
  }
  EXPECT_EQ(cache.list().size(), files.size());
  for (const KernelRequest& request : requests) {
    const auto found = cache.find(cache_key(request));
    EXPECT_EQ(found.has_value(), files.count(digest_of(cache_key(request))) == 1);
    EXPECT_TRUE(!found || same(*found, object_for(request)));
  }
  EXPECT_EQ(cache.counts().damaged, 0);

  // And it goes on: leftovers (there were some in most runs) are swept, kernels are kept.
  cache.store(cache_key(requests[0]), object_for(requests[0]));
  EXPECT_TRUE(cache.find(cache_key(requests[0])));
  int64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(folder.path())) {
    EXPECT_NE(file.path().filename().string().substr(0, 7), ".fovea-")
        << "of " << leftovers << " leftovers";
    bytes += static_cast<int64_t>(file.file_size());
  }
  EXPECT_LE(bytes, room);
}

} // namespace
} // namespace fovea::testing
