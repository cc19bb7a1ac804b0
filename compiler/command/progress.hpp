#pragma once
#include <fovea/compile.hpp>

#include <chrono>
#include <string>

namespace fovea::command {

// A line on standard error that shows how far long work is: nothing in the first second, nothing
// where standard error is no terminal (but a line at the end of work that took over ten seconds).
class Progress {
 public:
  explicit Progress(std::string title) : title_(std::move(title)) {}
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `total` 0: unknown. `what` is shown behind the bar.
  void show(int64_t done, int64_t total, const std::string& what = {});
  void clear();  // removes the line until there is something new to show
  void finish(); // removes it for good

 private:
  using Clock = std::chrono::steady_clock;
  const std::string title_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point shown_{};
  bool visible_ = false;
  bool finished_ = false;
};

// For CompileOptions::progress: refers to `progress`, which outlives the compilation.
std::function<void(const CompileProgress&)> compile_progress(Progress& progress);

} // namespace fovea::command
