#include "compiler/driver/isolate.hpp"

#include "compiler/driver/error_bytes.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Address and thread sanitizers map terabytes for themselves: no limit on address space fits.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FOVEA_HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FOVEA_HAS_SHADOW_MEMORY 1
#endif
#endif

namespace fovea::driver {
namespace {

constexpr char succeeded = 'k'; // the child's answer; otherwise the bytes of an Error

// ---- the child ---------------------------------------------------------------------------------

void limit(int resource, uint64_t bytes) {
  rlimit now{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0)
    return;
  now.rlim_cur = std::min<rlim_t>(now.rlim_max, bytes);
  setrlimit(static_cast<__rlimit_resource>(resource), &now);
}

[[maybe_unused]] uint64_t mapped_bytes() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

// Deaths are to be quick and silent, whatever handlers the program has.
void confine(const IsolationLimits& limits) {
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGXCPU, SIGPIPE})
    std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (const int null = open("/dev/null", O_RDWR); null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, static_cast<uint64_t>(limits.cpu_seconds));
#if !defined(FOVEA_HAS_SHADOW_MEMORY)
  limit(RLIMIT_AS, mapped_bytes() + static_cast<uint64_t>(limits.memory_bytes));
#endif
}

std::string answer_of(const std::string& doing, const std::function<void()>& work) {
  try {
    work();
    return {succeeded};
  } catch (const Error& error) {
    return to_bytes(error.parts());
  } catch (const std::bad_alloc&) {
    return to_bytes({.what = doing + " needs more memory than it may take"});
  } catch (const std::exception& error) {
    return to_bytes({.what = doing + " failed: " + error.what()});
  } catch (...) {
    return to_bytes({.what = doing + " failed for an unknown reason"});
  }
}

[[noreturn]] void be_child(int answer_pipe, const std::string& doing,
                           const std::function<void()>& work, const IsolationLimits& limits) {
  confine(limits);
  const std::string answer = answer_of(doing, work);
  for (size_t done = 0; done < answer.size();) {
    const ssize_t written = write(answer_pipe, answer.data() + done, answer.size() - done);
    if (written < 0 && errno != EINTR)
      break;
    done += written > 0 ? static_cast<size_t>(written) : 0;
  }
  _exit(0);
}

// ---- this process ------------------------------------------------------------------------------

[[noreturn]] void fail_to_start(const std::string& doing, const char* call) {
  throw Error(
      {.what = doing + ": cannot start a child process: " + call + ": " + std::strerror(errno),
       .hint = "a file that you trust can be read without LoadOptions::isolate"});
}

// All that the child writes until it ends; false where that takes too long.
bool read_all(int pipe, int seconds, std::string& text) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0)
      return false;
    pollfd wait{pipe, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(left)) <= 0) // in time, too late, or interrupted
      continue;
    char buffer[4096];
    const ssize_t count = read(pipe, buffer, sizeof buffer);
    if (count == 0 || (count < 0 && errno != EINTR))
      return true;
    text.append(buffer, count > 0 ? static_cast<size_t>(count) : 0);
  }
}

// Its status; unknown (0) where the program itself collects its children.
int status_of(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return 0;
  return status;
}

std::string death(int status, const IsolationLimits& limits) {
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (signal == SIGXCPU)
    return " took more than " + std::to_string(limits.cpu_seconds) + " s of processor time";
  if (signal) {
    const char* name = sigdescr_np(signal);
    return " ended by signal " + std::to_string(signal) +
           (name ? std::string(" (") + name + ")" : "");
  }
  return " ended without an answer, status " + std::to_string(WEXITSTATUS(status));
}

} // namespace

void run_isolated(const std::string& doing, const std::function<void()>& work,
                  const IsolationLimits& limits) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    fail_to_start(doing, "pipe");
  const pid_t child = fork();
  if (child == 0)
    be_child(ends[1], doing, work, limits);
  const int fork_error = errno;
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    errno = fork_error;
    fail_to_start(doing, "fork");
  }
  std::string answer;
  const bool in_time = read_all(ends[0], limits.wall_seconds, answer);
  close(ends[0]);
  if (!in_time)
    kill(child, SIGKILL);
  const int status = status_of(child);
  if (!in_time)
    throw Error({.what = doing + " took more than " + std::to_string(limits.wall_seconds) + " s"});
  if (answer == std::string{succeeded})
    return;
  if (const std::optional<ErrorParts> parts = error_from_bytes(answer))
    throw Error(*parts);
  throw Error({.what = doing + death(status, limits),
               .hint = "the file is malformed: write it again with Network::save"});
}

} // namespace fovea::driver
