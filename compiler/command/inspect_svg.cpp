#include "compiler/command/inspect_svg.hpp"

#include <fovea/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fovea::command {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what, int error) {
  throw Error({.what = what + ": " + std::strerror(error)});
}

// A file without a name, in memory: unlike a pipe it never makes anyone wait, and a child that ends
// early sends no signal.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : descriptor_(memfd_create(name, MFD_CLOEXEC)) {
    if (descriptor_ < 0)
      fail("no memory file for `dot`", errno);
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  int descriptor() const { return descriptor_; }

  void write(const std::string& text) const {
    for (size_t done = 0; done < text.size();) {
      const ssize_t count =
          pwrite(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(done));
      if (count < 0)
        fail("the picture does not fit into memory", errno);
      done += static_cast<size_t>(count);
    }
  }

  std::string read() const {
    struct stat facts {};
    if (fstat(descriptor_, &facts) != 0)
      fail("the drawing of `dot` cannot be read", errno);
    std::string text(static_cast<size_t>(facts.st_size), '\0');
    for (size_t done = 0; done < text.size();) {
      const ssize_t count =
          pread(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(done));
      if (count <= 0)
        fail("the drawing of `dot` cannot be read", count < 0 ? errno : EIO);
      done += static_cast<size_t>(count);
    }
    return text;
  }

 private:
  int descriptor_;
};

pid_t start_dot(const MemoryFile& input, const MemoryFile& output, const MemoryFile& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.descriptor(), STDERR_FILENO);
  std::string name = "dot", format = "-Tsvg";
  char* const arguments[] = {name.data(), format.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, "dot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT)
    throw Error({.what = "no picture can be drawn: Graphviz's `dot` is not installed",
                 .hint = "install Graphviz (on Debian and Ubuntu: apt install graphviz), or write "
                         "its input with --dot FILE and draw that elsewhere: "
                         "dot -Tsvg FILE -o FILE.svg"});
  if (error != 0)
    fail("`dot` cannot be started", error);
  return child;
}

// Its status as waitpid gives it; kills it when the time is over.
int wait_for(pid_t child, double seconds) {
  const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
  constexpr std::chrono::milliseconds longest_pause(50);
  std::chrono::milliseconds pause(1);
  int status = 0;
  for (;; pause = std::min(2 * pause, longest_pause)) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child)
      return status;
    if (ended < 0 && errno != EINTR)
      fail("`dot` is lost", errno);
    if (Clock::now() > deadline)
      break;
    std::this_thread::sleep_for(pause);
  }
  kill(child, SIGKILL);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  throw Error({.what = fmt::format("`dot` was stopped after {:.0f} s", seconds),
               .hint = "the network is too large for a picture, perhaps; --dot FILE writes what "
                       "`dot` reads"});
}

} // namespace

std::string draw_svg(const std::string& dot_text, double seconds) {
  const MemoryFile input("dot"), output("svg"), errors("errors");
  input.write(dot_text);
  const int status = wait_for(start_dot(input, output, errors), seconds);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error({.what = WIFEXITED(status)
                             ? fmt::format("`dot` failed with code {}", WEXITSTATUS(status))
                             : fmt::format("`dot` was ended by signal {}", WTERMSIG(status)),
                 .detail = errors.read().substr(0, 2000)});
  return output.read();
}

} // namespace fovea::command
