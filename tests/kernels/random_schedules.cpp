#include "tests/kernels/random_schedules.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <gtest/gtest-spi.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fovea::kernel_test {
namespace {

using catalogue::CheckedSchedule;
using catalogue::DimensionInfo;
using catalogue::StageInfo;
using catalogue::verify;

constexpr unsigned seconds_to_compile = 120; // what takes longer is a crash

class Generator {
 public:
  Generator(const std::vector<StageInfo>& stages, Random& random)
      : stages_(stages), random_(random) {}

  std::string legal() {
    const int proposals = 10 + static_cast<int>(below(20));
    for (int k = 0; k < proposals; ++k)
      propose(directive(verify(schedule(text_), stages_)));
    return text_;
  }

  // One directive that is not checked.
  std::string broken() {
    legal();
    const CheckedSchedule now = verify(schedule(text_), stages_);
    switch (below(4)) {
    case 0:
      return text_ + mutated(directive(now));
    case 1: // after the fact: of loops that have been divided, or of other stages
      return text_ + renamed(directive(verify(schedule(""), stages_)));
    case 2:
      return text_ + directive(now) + directive(now) + directive(now);
    default:
      return shuffled();
    }
  }

 private:
  uint64_t below(uint64_t limit) { return random_() % limit; }
  template <class List>
  const auto& any(const List& list) {
    return list[below(list.size())];
  }
  std::string word(std::initializer_list<const char*> words) {
    return words.begin()[below(words.size())];
  }
  std::string fresh(const char* stem) { return stem + std::to_string(number_++); }

  void propose(const std::string& directive) {
    try {
      (void)verify(schedule(text_ + directive), stages_);
      text_ += directive;
    } catch (const Error&) {
    }
  }

  static std::vector<std::string> names(const std::vector<DimensionInfo>& loops) {
    std::vector<std::string> names;
    for (const DimensionInfo& loop : loops)
      if (loop.name.find('.') == std::string::npos)
        names.push_back(loop.name);
    return names;
  }

  struct Part {
    std::string name; // "T_sum.1"
    std::vector<std::string> loops;
  };
  Part part_of(const StageInfo& stage, size_t update) {
    return {update ? stage.name + "." + std::to_string(update) : stage.name,
            names(update ? stage.updates[update - 1].dimensions : stage.dimensions)};
  }
  Part any_part(const CheckedSchedule& now) {
    const StageInfo& stage = any(now.stages);
    return part_of(stage, below(stage.updates.size() + 1));
  }

  std::string directive(const CheckedSchedule& now) {
    if (below(3) == 0)
      return of_stage(now);
    const Part part = any_part(now);
    if (part.loops.empty())
      return of_stage(now);
    return part.name + ": " + of_loops(part.loops) + "\n";
  }

  std::string factor() { return word({"1", "2", "3", "4", "5", "8", "16", "32"}); }
  std::string tail() {
    return word({"", "", "", ", guard", ", predicate", ", shift_inwards", ", round_up", ", auto"});
  }

  std::string of_loops(const std::vector<std::string>& loops) {
    const std::string loop = any(loops);
    switch (below(10)) {
    case 0:
    case 1:
      return "split(" + loop + ", " + fresh("o") + ", " + fresh("i") + ", " + factor() + tail() +
             ")";
    case 2:
      return "tile(" + loop + ", " + any(loops) + ", " + fresh("to") + ", " + fresh("to") + ", " +
             fresh("ti") + ", " + fresh("ti") + ", " + factor() + ", " + factor() + tail() + ")";
    case 3: {
      const size_t at = below(loops.size());
      return "fuse(" + loops[std::min(at + 1, loops.size() - 1)] + ", " + loops[at] + ", " +
             fresh("f") + ")";
    }
    case 4:
    case 5: {
      std::vector<std::string> order = loops;
      std::shuffle(order.begin(), order.end(), random_);
      order.resize(1 + below(order.size()));
      std::string text = "reorder(" + order[0];
      for (size_t k = 1; k < order.size(); ++k)
        text += ", " + order[k];
      return text + ")";
    }
    case 6:
      return word({"vectorize(", "unroll("}) + loop + ")";
    case 7:
      return word({"vectorize(", "unroll("}) + loop + ", " + factor() + tail() + ")";
    case 8:
      return word({"parallel(", "parallel(", "serial("}) + loop + ")";
    default:
      return below(2) ? "atomic"
                      : "rfactor(" + loop + ", " + fresh("lane") + ", " + word({"2", "3", "4"}) +
                            ", " + fresh("P") + ")";
    }
  }

  std::string of_stage(const CheckedSchedule& now) {
    const StageInfo& stage = any(now.stages);
    const std::vector<std::string> own = names(stage.dimensions);
    const std::string line = stage.name + ": ";
    const Part host = any_part(now);
    const std::string level =
        host.loops.empty() ? host.name + ", none" : host.name + ", " + any(host.loops);
    const std::string dimension = own.empty() ? "none" : any(own);
    switch (below(11)) {
    case 0:
      return line + "compute_root\n";
    case 1:
    case 2:
    case 3:
      return line + "compute_at(" + level + ")\n";
    case 4:
      return line + "compute_at(" + level + ") store_at(" + level + ")\n";
    case 5:
      return line + "store_in(" + word({"heap", "stack", "register", "auto"}) + ")\n";
    case 6:
      return line + "copy(" + fresh("C") + (below(2) ? ", " + host.name : "") + ")\n";
    case 7:
      for (const catalogue::ReadInfo& read : stage.reads)
        if (read.operand)
          return line + "pack(" + read.tensor + ", " + fresh("K") + ")\n";
      return line + "inline\n";
    case 8:
      return line + word({"align_storage(", "align_bounds(", "bound_extent("}) + dimension + ", " +
             factor() + ")\n";
    case 9:
      return line + "bound(" + dimension + ", " + word({"0", "-1", "1"}) + ", " + factor() + ")\n";
    default:
      return line + "reorder_storage(" + dimension + (own.empty() ? "" : ", " + any(own)) + ")\n";
    }
  }

  // --- errors
  // --------------------------------------------------------------------------------------

  // A number or a name of it becomes another.
  std::string mutated(std::string text) {
    std::vector<size_t> starts;
    for (size_t k = 1; k < text.size(); ++k)
      if (std::isalnum(static_cast<unsigned char>(text[k])) &&
          !std::isalnum(static_cast<unsigned char>(text[k - 1])))
        starts.push_back(k);
    if (starts.empty())
      return text;
    const size_t start = any(starts);
    size_t end = start;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
      ++end;
    const bool number = std::isdigit(static_cast<unsigned char>(text[start])) != 0;
    const std::string other =
        number
            ? word({"0", "-1", "1000000", "2147483647", "2147483648", "4611686018427387904", "7"})
            : word({"nothing", "x", "Z", "_", "parallel", "gpu_blocks", "shared", "__outermost"});
    return text.replace(start, end - start, other);
  }

  std::string renamed(const std::string& text) { return below(2) ? text : mutated(text); }

  // The lines in another order.
  std::string shuffled() {
    std::vector<std::string> lines;
    for (size_t start = 0; start < text_.size();) {
      const size_t end = text_.find('\n', start) + 1;
      lines.push_back(text_.substr(start, end - start));
      start = end;
    }
    std::shuffle(lines.begin(), lines.end(), random_);
    std::string text;
    for (const std::string& line : lines)
      text += line;
    return text;
  }

  const std::vector<StageInfo>& stages_;
  Random& random_;
  std::string text_;
  int number_ = 0;
};

// In the child process: the outcome as text, its kind first.
std::string attempt(const Algorithm& algorithm, const Problem& problem, const std::string& text) {
  ::testing::TestPartResultArray failures;
  try {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &failures);
    expect_forms(algorithm, problem, {.schedule = schedule(text)});
  } catch (const Error& error) {
    return std::string("r") + error.what();
  } catch (const std::exception& error) {
    return std::string("w") + error.what();
  }
  return failures.size() ? std::string("w") + failures.GetTestPartResult(0).message() : "=";
}

} // namespace

std::string random_legal_schedule(const std::vector<StageInfo>& stages, Random& random) {
  return Generator(stages, random).legal();
}

std::string random_broken_schedule(const std::vector<StageInfo>& stages, Random& random) {
  return Generator(stages, random).broken();
}

Outcome outcome_of(const Algorithm& algorithm, const Problem& problem, const std::string& text) {
  int ends[2];
  if (pipe(ends) != 0)
    throw std::runtime_error("pipe");
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    alarm(seconds_to_compile);
    const std::string result = attempt(algorithm, problem, text);
    const bool written =
        write(ends[1], result.data(), result.size()) == static_cast<ssize_t>(result.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string result;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    result.append(buffer, static_cast<size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || result.empty())
    return {Outcome::Kind::crashed,
            WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "the process ended"};
  const Outcome::Kind kind = result[0] == '='   ? Outcome::Kind::right
                             : result[0] == 'r' ? Outcome::Kind::refused
                                                : Outcome::Kind::wrong;
  return {kind, result.substr(1)};
}

} // namespace fovea::kernel_test
