// Several output files as one transaction: all in their places, or everything as it was.
#include "scratch_folder.hpp"

#include <fovea/runtime/output_files.hpp>

#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

using namespace fovea::host;
using namespace fovea_test;
namespace fs = std::filesystem;

// A disk that fails on its way from the cache.
static bool flushing_fails = false;
extern "C" int fsync(int descriptor) {
  if (flushing_fails) {
    errno = EIO;
    return -1;
  }
  return int(syscall(SYS_fsync, descriptor));
}

namespace {

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}
using Names = std::vector<std::string>;

// The largest file that this process may write: a disk that takes a part of a write, then none.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(OutputFiles, AppearTogether) {
  ScratchFolder folder;
  fs::path a = folder.path() / "a.so", b = folder.path() / "b.h";
  folder.write("old", "a.so");
  {
    OutputFiles files;
    fs::path temporary = files.open(a);
    EXPECT_EQ(temporary.parent_path(), fs::canonical(folder.path()));
    EXPECT_TRUE(fs::is_empty(temporary));
    std::ofstream(temporary) << "new a";
    files.write(b, "new b");
    EXPECT_EQ(read_bytes(a), "old");
    EXPECT_FALSE(fs::exists(b));
    files.commit();
    EXPECT_EQ(read_bytes(a), "new a");
    EXPECT_EQ(read_bytes(b), "new b");
  }
  EXPECT_EQ(names_in(folder.path()), (Names{"a.so", "b.h"}));
}

TEST(OutputFiles, PartsAreWrittenOneAfterAnother) {
  ScratchFolder folder;
  std::string first = "one ", second, third = "three";
  OutputFiles files;
  files.write(folder.path() / "file",
              {std::as_bytes(std::span(first)), std::as_bytes(std::span(second)),
               std::as_bytes(std::span(third))});
  files.write(folder.path() / "empty", "");
  files.commit();
  EXPECT_EQ(read_bytes(folder.path() / "file"), "one three");
  EXPECT_TRUE(fs::is_empty(folder.path() / "empty"));
}

TEST(OutputFiles, WithoutCommitNothingHappens) {
  ScratchFolder folder;
  folder.write("old", "a");
  {
    OutputFiles files;
    files.write(folder.path() / "a", "new");
    files.write(folder.path() / "b", "new");
    EXPECT_EQ(names_in(folder.path()).size(), 3u);
  }
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
  EXPECT_EQ(read_bytes(folder.path() / "a"), "old");
}

TEST(OutputFiles, ModeIsWhatTheUmaskGives) {
  ScratchFolder folder;
  mode_t before = umask(027);
  {
    OutputFiles files;
    files.write(folder.path() / "a", "x");
    files.commit();
  }
  umask(before);
  EXPECT_EQ(fs::status(folder.path() / "a").permissions(), fs::perms(0640));
}

// A linker makes a file of its own and renames it.
TEST(OutputFiles, TemporaryMayBeReplaced) {
  ScratchFolder folder;
  OutputFiles files;
  fs::path temporary = files.open(folder.path() / "a");
  fs::rename(folder.write("linked", "other"), temporary);
  files.commit();
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
  EXPECT_EQ(read_bytes(folder.path() / "a"), "linked");
}

TEST(OutputFiles, LostTemporaryFailsBeforeAnythingIsReplaced) {
  ScratchFolder folder;
  folder.write("old", "a");
  {
    OutputFiles files;
    files.write(folder.path() / "a", "new");
    fs::remove(files.open(folder.path() / "b"));
    EXPECT_THROW(files.commit(), FileError);
  }
  EXPECT_EQ(read_bytes(folder.path() / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(OutputFiles, EarlierFilesAreRestoredWhereALaterOneFails) {
  ScratchFolder folder;
  folder.write("old", "a");
  {
    OutputFiles files;
    files.write(folder.path() / "a", "new");
    files.write(folder.path() / "b", "new");
    files.write(folder.path() / "c", "new");
    fs::create_directory(folder.path() / "c");
    expect_refused(
        folder.path() / "c", [&](const fs::path&) { files.commit(); }, "made meanwhile");
  }
  EXPECT_EQ(read_bytes(folder.path() / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), (Names{"a", "c"}));
}

TEST(OutputFiles, FullDisk) {
  ScratchFolder folder;
  folder.write("old", "a");
  std::string text(5000, 'x');
  std::string message;
  {
    OutputFiles files;
    SmallDisk disk(1000);
    try {
      files.write(folder.path() / "a", text);
    } catch (const FileError& error) {
      message = error.what();
    }
  }
  EXPECT_EQ(message, (folder.path() / "a").string() +
                         ": error: cannot write\n  got: File too large\n  hint: free some space, "
                         "or write elsewhere");
  EXPECT_EQ(read_bytes(folder.path() / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(OutputFiles, DiskThatFailsWhenFlushed) {
  ScratchFolder folder;
  folder.write("old", "a");
  {
    OutputFiles files;
    files.write(folder.path() / "a", "new");
    flushing_fails = true;
    expect_refused(
        folder.path() / "a", [&](const fs::path&) { files.commit(); }, "Input/output error");
    flushing_fails = false;
  }
  EXPECT_EQ(read_bytes(folder.path() / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), Names{"a"});
}

TEST(OutputFiles, SameTargetTwice) {
  ScratchFolder folder;
  fs::create_symlink("a", folder.path() / "link");
  fs::create_directory(folder.path() / "sub");
  OutputFiles files;
  files.open(folder.path() / "a");
  auto open = [&](const fs::path& path) { files.open(path); };
  expect_refused(folder.path() / "a", open, "the same file twice");
  expect_refused(folder.path() / "link", open, "the same file as");
  expect_refused(folder.path() / "sub" / ".." / "a", open, "the same file as");
}

TEST(OutputFiles, LinksAreFollowed) {
  ScratchFolder folder;
  fs::create_directory(folder.path() / "sub");
  folder.write("old", "sub/a");
  fs::create_symlink("sub/a", folder.path() / "one");
  fs::create_symlink("one", folder.path() / "two");
  fs::create_symlink("sub/new", folder.path() / "dangling");
  OutputFiles files;
  files.write(folder.path() / "two", "new");
  files.write(folder.path() / "dangling", "made");
  files.commit();
  EXPECT_TRUE(fs::is_symlink(folder.path() / "two"));
  EXPECT_TRUE(fs::is_symlink(folder.path() / "one"));
  EXPECT_EQ(read_bytes(folder.path() / "sub/a"), "new");
  EXPECT_EQ(read_bytes(folder.path() / "sub/new"), "made");
  EXPECT_EQ(names_in(folder.path() / "sub"), (Names{"a", "new"}));
}

TEST(OutputFiles, RefusesWhatIsNoFile) {
  ScratchFolder folder;
  OutputFiles files;
  auto open = [&](const fs::path& path) { files.open(path); };
  expect_refused(folder.path(), open, "got: a folder");
  expect_refused(folder.path() / "", open, "the name of a folder");
  expect_refused(folder.path() / "nowhere" / "a", open, "expected: an existing folder");
  fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_refused(pipe, open, "got: a pipe");
  fs::create_symlink("circle", folder.path() / "circle");
  expect_refused(folder.path() / "circle", open, "leads in a circle");
  expect_refused("/proc/self", open, "cannot write");
  if (geteuid() != 0) { // root may write anywhere
    fs::permissions(folder.path(), fs::perms(0500));
    expect_refused(folder.path() / "a", open, "expected: a folder in which files can be made");
    fs::permissions(folder.path(), fs::perms(0700));
  } else {
    expect_refused("/proc/sys/a", open, "cannot write");
  }
}

TEST(OutputFiles, DevicesAreWrittenAtOnce) {
  OutputFiles files;
  EXPECT_EQ(files.open("/dev/null"), "/dev/null");
  files.write("/dev/null", "nothing");
  auto write = [&](const fs::path& path) { files.write(path, "x"); };
  expect_refused("/dev/full", write, "No space left");
  files.commit();
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

// What /dev/stdout is for a program whose output goes into a pipe or a file.
TEST(OutputFiles, DescriptorsArePaths) {
  ScratchFolder folder;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::ofstream(folder.path() / "log") << "before ";
  FILE* log = std::fopen((folder.path() / "log").c_str(), "a");
  {
    OutputFiles files;
    files.write("/dev/fd/" + std::to_string(ends[1]), "through a pipe");
    files.write("/dev/fd/" + std::to_string(fileno(log)), "after");
    files.commit();
  }
  std::fclose(log);
  char text[64] = "";
  EXPECT_EQ(read(ends[0], text, sizeof text), 14);
  EXPECT_STREQ(text, "through a pipe");
  EXPECT_EQ(read_bytes(folder.path() / "log"), "before after");
  EXPECT_EQ(names_in(folder.path()), Names{"log"});
  close(ends[0]);
  close(ends[1]);
}

} // namespace
