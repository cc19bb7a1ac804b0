#include "compiler/command/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace fovea::command {

using std::chrono::milliseconds;
using std::chrono::seconds;

void Progress::show(int64_t done, int64_t total, const std::string& what) {
  const Clock::time_point now = Clock::now();
  if (finished_ || now - begin_ < seconds(1) || now - shown_ < milliseconds(100) ||
      !isatty(STDERR_FILENO))
    return;
  constexpr int length = 30;
  std::string bar;
  if (total > 0) {
    const auto filled = static_cast<size_t>(length * std::min(done, total) / total);
    bar = fmt::format("[{}{}] {}/{} ", std::string(filled, '='), std::string(length - filled, ' '),
                      done, total);
  }
  const auto elapsed = std::chrono::duration<double>(now - begin_).count();
  fmt::print(stderr, "\r\033[K{} {}{:.0f} s {}", title_, bar, elapsed, what);
  std::fflush(stderr);
  shown_ = now;
  visible_ = true;
}

void Progress::clear() {
  if (visible_ && !finished_)
    fmt::print(stderr, "\r\033[K");
}

void Progress::finish() {
  if (finished_)
    return;
  clear();
  finished_ = true;
  if (!visible_ && Clock::now() - begin_ > seconds(10) && !isatty(STDERR_FILENO))
    fmt::print(stderr, "{}: {:.0f} s\n", title_,
               std::chrono::duration<double>(Clock::now() - begin_).count());
}

std::function<void(const CompileProgress&)> compile_progress(Progress& progress) {
  return [&progress](const CompileProgress& now) {
    progress.show(now.done, now.total, now.layer.empty() ? now.phase : now.layer);
  };
}

} // namespace fovea::command
