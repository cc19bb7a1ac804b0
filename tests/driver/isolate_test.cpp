// Work in a child process: what it answers, and the ways in which it dies.
#include "compiler/driver/error_bytes.hpp"
#include "compiler/driver/isolate.hpp"

#include "expect_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <new>
#include <stdexcept>
#include <unistd.h>
#include <vector>

namespace fovea::testing {
namespace {

using driver::run_isolated;
using ::testing::HasSubstr;

std::string refusal(const std::function<void()>& work, const driver::IsolationLimits& limits = {}) {
  return error_of([&] { run_isolated("the test", work, limits); }).what;
}

TEST(Isolate, changes_nothing_here) {
  int number = 1;
  run_isolated("the test", [&] { number = 2; });
  EXPECT_EQ(number, 1);
}

TEST(Isolate, brings_errors_whole) {
  const ErrorParts thrown{.what = "what: 3:5\n",
                          .where = {"a file.mlir", 12, 34},
                          .expected = std::string("nul\0nul", 7),
                          .got = "",
                          .detail = "detail",
                          .hint = "7:",
                          .trail = "trail"};
  const ErrorParts got = error_of([&] { run_isolated("the test", [&] { throw Error(thrown); }); });
  EXPECT_EQ(got.what, thrown.what);
  EXPECT_STREQ(got.where.file, thrown.where.file);
  EXPECT_EQ(got.where.line, 12u);
  EXPECT_EQ(got.where.column, 34u);
  EXPECT_EQ(got.expected, thrown.expected);
  EXPECT_EQ(got.got, thrown.got);
  EXPECT_EQ(got.detail, thrown.detail);
  EXPECT_EQ(got.hint, thrown.hint);
  EXPECT_EQ(got.trail, thrown.trail);
}

// Longer than a pipe holds; cut, so that a hostile file cannot make a message without end.
TEST(Isolate, cuts_long_texts) {
  const std::string what = refusal([] { throw Error({.what = std::string(1 << 22, 'x')}); });
  EXPECT_EQ(what, std::string(64 << 10, 'x'));
}

TEST(Isolate, understands_no_broken_answer) {
  const std::string bytes = driver::to_bytes({.what = "what", .where = {"file", 1, 2}});
  ASSERT_TRUE(driver::error_from_bytes(bytes));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(driver::error_from_bytes(bytes.substr(0, size)));
  for (const char* text : {"x", "k", "-1:", "99999999999999999999:", "4294967295:"})
    EXPECT_FALSE(driver::error_from_bytes(text));
  EXPECT_FALSE(driver::error_from_bytes(bytes + "x"));
}

TEST(Isolate, reports_other_exceptions) {
  EXPECT_EQ(refusal([] { throw std::runtime_error("words"); }), "the test failed: words");
  EXPECT_EQ(refusal([] { throw 3; }), "the test failed for an unknown reason");
  EXPECT_EQ(refusal([] { throw std::bad_alloc(); }), "the test needs more memory than it may take");
}

TEST(Isolate, reports_deaths) {
  EXPECT_EQ(refusal([] { _exit(3); }), "the test ended without an answer, status 3");
  EXPECT_EQ(refusal([] { std::raise(SIGKILL); }), "the test ended by signal 9 (Killed)");
  EXPECT_THAT(refusal([] { std::abort(); }), HasSubstr("the test ended"));
}

TEST(Isolate, ignores_the_handlers_of_the_program) {
  const auto handler = std::signal(SIGTERM, SIG_DFL);
  const auto segv = std::signal(SIGSEGV, [](int) { _exit(0); });
  EXPECT_THAT(refusal([] { std::raise(SIGSEGV); }), HasSubstr("signal 11 (Segmentation fault)"));
  std::signal(SIGSEGV, segv);
  std::signal(SIGTERM, handler);
}

TEST(Isolate, ends_what_takes_too_long) {
  EXPECT_THAT(refusal(
                  [] {
                    for (std::atomic<int> k = 0;;)
                      ++k;
                  },
                  {.cpu_seconds = 1}),
              HasSubstr("more than 1 s of processor time"));
  EXPECT_THAT(refusal([] { pause(); }, {.wall_seconds = 1}), HasSubstr("took more than 1 s"));
}

TEST(Isolate, ends_what_takes_too_much_memory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers map terabytes: there is no limit on memory";
#endif
  EXPECT_EQ(refusal(
                [] {
                  std::vector<std::unique_ptr<char[]>> held;
                  for (;;)
                    held.emplace_back(new char[1 << 20]);
                },
                {.memory_bytes = 64 << 20}),
            "the test needs more memory than it may take");
}

// Programs that leave their children to the system still get answers.
TEST(Isolate, needs_no_status) {
  const auto handler = std::signal(SIGCHLD, SIG_IGN);
  run_isolated("the test", [] {});
  EXPECT_EQ(refusal([] { throw Error({.what = "refused"}); }), "refused");
  EXPECT_THAT(refusal([] { std::raise(SIGKILL); }), HasSubstr("ended without an answer"));
  std::signal(SIGCHLD, handler);
}

} // namespace
} // namespace fovea::testing
