#include "kernel_cache_fakes.hpp"

#include <expect_error.hpp>

#include <fovea/kernels/kernels.hpp>

#include <gmock/gmock.h>

#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

mode_t mode_of(const fs::path& path) {
  struct stat status = {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

void set_age(const fs::path& path, std::chrono::seconds age) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - age);
}

int64_t bytes_in(const fs::path& folder) {
  int64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(folder))
    bytes += static_cast<int64_t>(file.file_size());
  return bytes;
}

// A variable of the environment for the time being.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name))
      old_ = old;
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST(KernelCache, finds_what_was_stored) {
  const ScratchFolder folder;
  const KernelRequest request = request_number(1);
  const KernelKey key = cache_key(request);
  {
    const KernelCache cache({.folder = folder.path()});
    EXPECT_TRUE(cache.is_on());
    EXPECT_EQ(cache.problem(), "");
    EXPECT_FALSE(cache.find(key));
    cache.store(key, object_for(request));
    EXPECT_EQ(cache.counts().misses, 1);
    EXPECT_EQ(cache.counts().stored, 1);
  }
  const KernelCache later({.folder = folder.path()});
  const auto found = later.find(key);
  ASSERT_TRUE(found);
  EXPECT_TRUE(same(*found, object_for(request)));
  EXPECT_EQ(later.counts().hits, 1);
  EXPECT_FALSE(later.find(cache_key(request_number(2))));
}

TEST(KernelCache, spares_the_compiler_the_second_time) {
  const ScratchFolder folder;
  const CountingCompiler counting;
  for (int time = 0; time < 3; ++time) {
    const KernelCache cache({.folder = folder.path()});
    const auto compiler = with_cache(counting, cache);
    for (int number = 0; number < 5; ++number)
      EXPECT_TRUE(
          same(compiler->compile(request_number(number)), object_for(request_number(number))));
    EXPECT_EQ(compiler->dump(request_number(7)).schedule, "of fovea_kernel_7");
  }
  EXPECT_EQ(counting.calls, 5);
}

TEST(KernelCache, a_kernel_of_halide_comes_back_as_it_was) {
  const ScratchFolder folder;
  const auto halide = kernels::make_halide_compiler();
  const CountingCompiler counting([&](const KernelRequest& r) { return halide->compile(r); });
  const KernelCache cache({.folder = folder.path()});
  const auto compiler = with_cache(counting, cache);
  const KernelObject first = compiler->compile(request_number(1));
  const KernelObject second = compiler->compile(request_number(1));
  EXPECT_EQ(counting.calls, 1);
  EXPECT_TRUE(same(first, second));
  EXPECT_THAT(first.object, ::testing::StartsWith("\x7f"
                                                  "ELF"));
}

TEST(KernelCache, an_equal_digest_is_no_hit) {
  const ScratchFolder folder;
  const KernelCache cache({.folder = folder.path()});
  const KernelKey stored = cache_key(request_number(1)), asked = cache_key(request_number(2));
  cache.store(stored, object_for(request_number(1)));
  fs::rename(file_of(folder.path(), stored), file_of(folder.path(), asked));
  EXPECT_FALSE(cache.find(asked));
  cache.store(asked, object_for(request_number(2)));
  EXPECT_TRUE(cache.find(asked));
}

TEST(KernelCache, threads_that_want_the_same_wait_for_one) {
  const ScratchFolder folder;
  for (const bool on : {true, false}) {
    constexpr int all = 4;
    std::atomic<int> arrived = 0;
    const CountingCompiler counting([&](const KernelRequest& request) {
      while (arrived < all)
        std::this_thread::yield();
      return object_for(request);
    });
    const KernelCache cache({.folder = on ? folder.path() : fs::path()});
    const auto compiler = with_cache(counting, cache);
    std::atomic<int> right = 0;
    {
      std::vector<std::jthread> threads;
      for (int k = 0; k < all; ++k)
        threads.emplace_back([&] {
          ++arrived;
          right += same(compiler->compile(request_number(1)), object_for(request_number(1)));
        });
    }
    EXPECT_EQ(right, all);
    if (on) { // else a thread that is late has nobody to wait for
      EXPECT_EQ(counting.calls, 1);
    }
  }
}

TEST(KernelCache, errors_are_not_kept) {
  const ScratchFolder folder;
  bool fails = true;
  const CountingCompiler counting([&](const KernelRequest& request) {
    if (fails)
      throw Error({.what = "refused"});
    return object_for(request);
  });
  const KernelCache cache({.folder = folder.path()});
  const auto compiler = with_cache(counting, cache);
  for (int time = 0; time < 2; ++time)
    EXPECT_EQ(error_of([&] { compiler->compile(request_number(1)); }).what, "refused");
  fails = false;
  compiler->compile(request_number(1));
  EXPECT_EQ(counting.calls, 3);
}

TEST(KernelCache, what_was_not_used_for_longest_goes) {
  const ScratchFolder folder;
  std::vector<KernelKey> keys;
  int64_t all = 0;
  for (int number = 0; number < 10; ++number)
    keys.push_back(cache_key(request_number(number)));
  {
    const KernelCache cache({.folder = folder.path()});
    for (int number = 0; number < 10; ++number) {
      cache.store(keys[number], object_for(request_number(number)));
      set_age(file_of(folder.path(), keys[number]), std::chrono::minutes(100 - number));
      all += static_cast<int64_t>(fs::file_size(file_of(folder.path(), keys[number])));
    }
    EXPECT_TRUE(cache.find(keys[0])); // marks it as used
    EXPECT_EQ(cache.counts().evicted, 0);
  }
  const int64_t limit = all * 2 / 3;
  const KernelCache cache({.folder = folder.path(), .max_bytes = limit});
  cache.store(cache_key(request_number(10)), object_for(request_number(10)));
  EXPECT_LE(bytes_in(folder.path()), limit);
  EXPECT_GT(cache.counts().evicted, 0);
  EXPECT_TRUE(cache.find(cache_key(request_number(10))));
  EXPECT_TRUE(cache.find(keys[0]));
  EXPECT_TRUE(cache.find(keys[9]));
  // The others went in the order of their use.
  bool kept = false;
  for (int number = 1; number < 10; ++number) {
    const bool here = fs::exists(file_of(folder.path(), keys[number]));
    EXPECT_GE(here, kept) << number;
    kept = here;
  }
  EXPECT_FALSE(fs::exists(file_of(folder.path(), keys[1])));
}

TEST(KernelCache, stays_within_its_limit_while_it_is_used) {
  const ScratchFolder folder;
  constexpr int64_t limit = 200 << 10;
  const KernelCache cache({.folder = folder.path(), .max_bytes = limit});
  for (int number = 0; number < 40; ++number) {
    cache.store(cache_key(request_number(number)), object_for(request_number(number)));
    EXPECT_LE(bytes_in(folder.path()), limit);
    EXPECT_TRUE(cache.find(cache_key(request_number(number)))) << number;
  }
}

TEST(KernelCache, one_kernel_alone_may_be_too_large) {
  const ScratchFolder folder;
  const KernelCache cache({.folder = folder.path(), .max_bytes = 100});
  const CountingCompiler counting;
  const auto compiler = with_cache(counting, cache);
  EXPECT_TRUE(same(compiler->compile(request_number(1)), object_for(request_number(1))));
  EXPECT_EQ(cache.counts().not_stored, 1);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(KernelCache, lists_the_last_used_first_and_clears_its_own_files_only) {
  const ScratchFolder folder;
  const KernelCache cache({.folder = folder.path()});
  EXPECT_TRUE(cache.list().empty());
  for (int number = 0; number < 3; ++number) {
    cache.store(cache_key(request_number(number)), object_for(request_number(number)));
    set_age(file_of(folder.path(), cache_key(request_number(number))),
            std::chrono::hours(number == 1 ? 1 : 10 + number));
  }
  for (const char* other : {"notes.txt", "x.kernel", "0123456789abcdef0123456789abcdef.kernel.c"})
    write_bytes(folder.path() / other, "not the cache's");
  const auto list = cache.list();
  ASSERT_EQ(list.size(), 3u);
  int64_t bytes = 0;
  for (size_t k = 0; k < 3; ++k) {
    const KernelKey key = cache_key(request_number(k == 0 ? 1 : k == 1 ? 0 : 2));
    EXPECT_EQ(list[k].digest, digest_of(key));
    EXPECT_EQ(list[k].bytes, static_cast<int64_t>(fs::file_size(file_of(folder.path(), key))));
    EXPECT_EQ(list[k].target, to_string(catalogue::Target()));
    bytes += list[k].bytes;
  }
  EXPECT_THAT(list[0].what, EndsWith("(2x8xf32, 3x8xf32, 3xf32) -> 2x3xf32"));
  EXPECT_THAT(list[0].what, ::testing::StartsWith("generic: "));
  const auto age = std::chrono::system_clock::now() - list[0].last_used;
  EXPECT_GE(age, std::chrono::minutes(59));
  EXPECT_LE(age, std::chrono::minutes(120)); // looking is no use

  const KernelCache::Cleared cleared = cache.clear();
  EXPECT_EQ(cleared.files, 3);
  EXPECT_EQ(cleared.bytes, bytes);
  EXPECT_TRUE(cache.list().empty());
  EXPECT_TRUE(fs::exists(folder.path() / "notes.txt"));
  EXPECT_TRUE(fs::exists(folder.path() / "x.kernel"));
  EXPECT_TRUE(fs::exists(folder.path() / "0123456789abcdef0123456789abcdef.kernel.c"));
}

TEST(KernelCache, its_folder_and_files_are_for_this_user_alone) {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "made" / "with" / "parents";
  const mode_t before = umask(0);
  const KernelCache cache({.folder = folder});
  cache.store(cache_key(request_number(1)), object_for(request_number(1)));
  umask(before);
  for (const fs::path& path : {folder, folder.parent_path(), folder.parent_path().parent_path()})
    EXPECT_EQ(mode_of(path), 0700u) << path;
  int files = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    EXPECT_EQ(mode_of(file), 0600u) << file;
    ++files;
  }
  EXPECT_EQ(files, 2); // the kernel and the lock
}

void expect_unusable(const fs::path& folder, const std::string& why) {
  const KernelCache cache({.folder = folder});
  EXPECT_FALSE(cache.is_on()) << folder;
  EXPECT_THAT(cache.problem(), HasSubstr(why));
  const KernelKey key = cache_key(request_number(1));
  cache.store(key, object_for(request_number(1)));
  EXPECT_FALSE(cache.find(key));
  EXPECT_TRUE(cache.list().empty());
  EXPECT_EQ(cache.clear().files, 0);
  const CountingCompiler counting;
  EXPECT_TRUE(
      same(with_cache(counting, cache)->compile(request_number(1)), object_for(request_number(1))));
  EXPECT_EQ(counting.calls, 1);
}

TEST(KernelCache, a_folder_that_cannot_be_trusted_is_not_used) {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "folder", link = scratch.path() / "link",
                 file = scratch.path() / "file";
  fs::create_directory(folder);
  fs::create_directory_symlink(folder, link);
  write_bytes(file, "");
  expect_unusable(link, "is a symbolic link");
  expect_unusable(link / "", "is a symbolic link");
  expect_unusable(file, "Not a directory");
  expect_unusable(file / "below", "Not a directory");
  expect_unusable("/proc/no/such", "/proc/no/such: cannot be made");
  for (const mode_t mode : {0770, 0707, 0777, 01777}) {
    chmod(folder.c_str(), mode);
    expect_unusable(folder, "others may write to it (mode 7");
  }
  EXPECT_TRUE(fs::is_empty(folder));
  chmod(folder.c_str(), 0755);
  EXPECT_TRUE(KernelCache({.folder = folder}).is_on());
  if (chown(folder.c_str(), 12345, 12345) == 0)
    expect_unusable(folder, "belongs to user 12345, not to user");
  else
    std::puts("not tested: a folder of another user (needs the right to give files away)");
}

TEST(KernelCache, no_folder_is_no_problem) {
  expect_unusable({}, "");
}

TEST(KernelCache, the_environment_names_its_folder) {
  const Variable home("HOME", "/home/me");
  {
    const Variable cache("FOVEA_CACHE", nullptr);
    {
      const Variable xdg("XDG_CACHE_HOME", "/var/xdg");
      EXPECT_EQ(KernelCache::default_folder(), "/var/xdg/fovea");
    }
    for (const char* unusable : {(const char*)nullptr, "", "relative"}) {
      const Variable xdg("XDG_CACHE_HOME", unusable);
      EXPECT_EQ(KernelCache::default_folder(), "/home/me/.cache/fovea");
      const Variable homeless("HOME", nullptr);
      EXPECT_EQ(KernelCache::default_folder(), "");
    }
  }
  for (const char* off : {"", "off"}) {
    const Variable cache("FOVEA_CACHE", off);
    EXPECT_EQ(KernelCache::default_folder(), "");
  }
  const Variable cache("FOVEA_CACHE", "/elsewhere");
  EXPECT_EQ(KernelCache::default_folder(), "/elsewhere");
}

} // namespace
} // namespace fovea::testing
