#include "compiler/kernels/row_chain_schedule.hpp"

#include "compiler/kernels/chain.hpp"
#include "compiler/kernels/channel_vectors.hpp"
#include "compiler/kernels/channel_vectors_schedule.hpp"
#include "compiler/kernels/contraction_schedule.hpp"
#include "compiler/kernels/parallel_loops.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;
using catalogue::Directive;
using catalogue::Schedule;
using catalogue::StageSchedule;

constexpr int64_t least_tasks = 2; // for each thread: rows that two tasks need are computed twice

// Stages in blocks: [.., rows, columns, channels of a block].
IndexRange& rows_of(Equation& equation) {
  return equation.free[equation.free.size() - 3];
}

// Of a dimension of the image, counted from the last: from row * stride + offset on, `reach` more.
struct Window {
  int64_t stride = 1, offset = 0, reach = 0;
};
Window window_of(const RowChain::Part& part, size_t from_end) {
  const ChannelWindows::Axis& axis = part.windows->axes[part.windows->axes.size() - from_end];
  const Equation& sum =
      part.problem.definition.equations[static_cast<size_t>(part.windows->equation)];
  Window window{axis.stride, axis.offset, 0};
  if (axis.term >= 0)
    window.reach =
        axis.dilation * (sum.reduced[static_cast<size_t>(axis.term) - sum.free.size()].extent - 1);
  return window;
}

std::vector<Directive> directives(const std::string& text) {
  return Schedule::parse("stage: " + text).stages()[0].directives;
}

// The schedule of each part is that of the same part on a map of one row; the loop over rows is
// around them all, in the last part's result. What another part reads is made there as well, and
// kept for the whole task: rows that the next windows need again are not computed anew.
class Scheduler {
 public:
  Scheduler(const RowChain& chain, const Definition& stages)
      : chain_(chain), parts_(*parts_of_chain(stages)), target_(chain.parts[0].problem.target) {
    target_.threads = 1;
  }

  Schedule run() {
    std::vector<StageSchedule> all = last();
    for (size_t p = parts_.size() - 1; p-- > 0;)
      for (StageSchedule& stage : earlier(p))
        all.push_back(std::move(stage));
    return Schedule(std::move(all));
  }

 private:
  std::vector<StageSchedule> own_schedule(size_t p, const Definition& one_row) const {
    return (chain_.parts[p].windows ? channel_vectors_schedule(one_row, target_, true)
                                    : contraction_schedule(one_row, target_))
        .stages();
  }

  std::vector<StageSchedule> last() {
    const size_t p = parts_.size() - 1;
    Definition part = one_row(parts_[p].definition, needed_columns(chain_, p));
    Equation& root = part.equations[static_cast<size_t>(part.results[0])];
    const bool in_blocks = !chain_.parts[p].problem.forms.result(0).is_row_major();
    IndexRange& rows = in_blocks ? rows_of(root) : root.free[root.free.size() - 2];
    const std::string whole = rows.name;
    rows = {whole + "_row", 1};
    std::vector<StageSchedule> stages = own_schedule(p, part);
    const auto own = std::find_if(stages.begin(), stages.end(), [&](const StageSchedule& stage) {
      return stage.stage == root.name && stage.update == 0;
    });
    order_loops(*own, whole, root);
    return stages;
  }

  // Around what the part does in a row: rows of a task, tasks.
  void order_loops(StageSchedule& root, const std::string& whole, const Equation& equation) {
    const RowTasks tasks = row_tasks(chain_);
    std::vector<Loop> outer;
    if (chain_.batch() > 1)
      outer.push_back({equation.free[0].name, chain_.batch()});
    outer.push_back({whole + "_task", tasks.count});
    const auto reorder = std::find_if(root.directives.begin(), root.directives.end(),
                                      [](const Directive& d) { return d.name == "reorder"; });
    auto& loops = reorder->arguments;
    const auto is_row = [&](const auto& loop) { return loop.word.rfind(whole + "_row", 0) == 0; };
    const auto row = std::find_if(loops.rbegin(), loops.rend(), is_row);
    const std::string row_loop = row->word;
    std::erase_if(loops, [&](const auto& loop) {
      return loop.word == row_loop || loop.word == outer[0].name;
    });
    loops.push_back({.word = row_loop});
    for (auto loop = outer.rbegin(); loop != outer.rend(); ++loop)
      loops.push_back({.word = loop->name});
    std::string task = outer.back().name;
    std::ostringstream shared;
    if (tasks.parallel) {
      task = run_in_parallel(shared, outer, outer.size()).name;
      for (Directive& directive : directives(shared.str()))
        root.directives.push_back(std::move(directive));
    }
    const std::vector<Directive> split =
        directives("split(" + whole + ", " + whole + "_task, " + whole + "_row, " +
                   std::to_string(tasks.rows) + ")");
    root.directives.insert(root.directives.begin(), split.begin(), split.end());
    place_ = directives("compute_at(" + root.stage + ", " + row_loop + ") store_at(" + root.stage +
                        ", " + task + ")");
  }

  std::vector<StageSchedule> earlier(size_t p) const {
    Definition part = one_row(parts_[p].definition, needed_columns(chain_, p));
    std::vector<StageSchedule> stages = own_schedule(p, part);
    Equation& own = part.equations[static_cast<size_t>(part.results[0])];
    const auto of_result =
        std::find_if(stages.begin(), stages.end(), [&](const StageSchedule& stage) {
          return stage.stage == own.name && stage.update == 0;
        });
    const std::set<std::string> loops = walk_rows(*of_result, rows_of(own).name);
    for (StageSchedule& stage : stages) {
      // What the part makes for one row at a time, such as a copy of its image in blocks, as well.
      const bool for_row =
          std::any_of(stage.directives.begin(), stage.directives.end(), [&](const Directive& d) {
            return d.name == "compute_at" && d.arguments[0].word == own.name &&
                   loops.count(d.arguments[1].word) > 0;
          });
      if (!for_row && stage.stage != own.name)
        continue;
      std::erase_if(stage.directives, [](const Directive& d) {
        return d.name == "compute_at" || d.name == "store_at";
      });
      stage.directives.insert(stage.directives.begin(), place_.begin(), place_.end());
    }
    return stages;
  }

  // Rows are walked one by one, around all else. Splits into parts of one row say the same, but
  // Halide's interval arithmetic, which does not know that the first row and the number of rows
  // depend on one another, then sees reads far outside.
  // Returns the loops that there are no more, and that over rows.
  static std::set<std::string> walk_rows(StageSchedule& stage, const std::string& rows) {
    std::set<std::string> parts{rows};
    const auto is_part = [&](const auto& argument) { return parts.count(argument.word) > 0; };
    std::erase_if(stage.directives, [&](const Directive& d) {
      if (d.name != "split" || !is_part(d.arguments[0]))
        return false;
      parts.insert({d.arguments[1].word, d.arguments[2].word});
      return true;
    });
    std::erase_if(stage.directives, [&](Directive& d) {
      const bool found = std::erase_if(d.arguments, is_part) > 0;
      if (d.name == "reorder")
        d.arguments.push_back({.word = rows});
      return found && d.arguments.empty();
    });
    return parts;
  }

  const RowChain& chain_;
  const std::vector<Stage> parts_; // of stages
  catalogue::Target target_;       // of one thread
  std::vector<Directive> place_;   // of what another part reads
};

} // namespace

Schedule row_chain_schedule(const RowChain& chain, const Definition& stages) {
  return Scheduler(chain, stages).run();
}

int64_t needed_columns(const RowChain& chain, size_t p) {
  const auto width = [&](size_t part) {
    const Shape result = chain.parts[part].result();
    return result[result.rank() - 1];
  };
  size_t part = chain.parts.size() - 1;
  Interval needed{0, width(part) - 1};
  for (; part > p; --part)
    if (chain.parts[part].windows) {
      const Window columns = window_of(chain.parts[part], 1);
      const int64_t last = width(part - 1) - 1;
      needed = {std::clamp<int64_t>(needed.low * columns.stride + columns.offset, 0, last),
                std::clamp<int64_t>(needed.high * columns.stride + columns.offset + columns.reach,
                                    0, last)};
    }
  return needed.high - needed.low + 1;
}

Definition one_row(const Definition& part, int64_t columns) {
  Definition result = part;
  const auto sum = std::find_if(part.equations.begin(), part.equations.end(),
                                [](const Equation& e) { return e.reduction.has_value(); });
  for (Equation& equation : result.equations)
    if (equation.shape() == sum->shape()) {
      rows_of(equation).extent = 1;
      equation.free[equation.free.size() - 2].extent = columns;
    }
  return result;
}

int64_t repeated_rows(const RowChain& chain, size_t p) {
  int64_t repeated = 0;
  for (size_t later = chain.parts.size() - 1; later > p; --later) {
    const RowChain::Part& part = chain.parts[later];
    if (!part.windows)
      continue; // pixel by pixel
    const Window rows = window_of(part, 2);
    repeated = std::max<int64_t>(repeated * rows.stride + rows.reach + 1 - rows.stride, 0);
  }
  return repeated;
}

RowTasks row_tasks(const RowChain& chain) {
  const int64_t height = chain.parts.back().rows(), batch = chain.batch();
  const int threads = chain.parts[0].problem.target.threads;
  double macs = 0, repeated = 0; // by a task that is not the first
  for (size_t p = 0; p < chain.parts.size(); ++p) {
    const RowChain::Part& part = chain.parts[p];
    const double own = static_cast<double>(count_macs(part.problem.definition));
    macs += own;
    repeated += own / static_cast<double>(part.rows() * batch) *
                static_cast<double>(repeated_rows(chain, p));
  }
  RowTasks best{height, 1, threads > 1 && macs >= least_parallel_macs};
  if (!best.parallel)
    return best;
  const double row = macs / static_cast<double>(height * batch);
  double least = 0;
  for (int64_t rows = height; rows >= 1; --rows) {
    const int64_t count = ceiling_quotient(height, rows);
    if (count * batch < least_tasks * threads && rows > 1)
      continue;
    const double turns = static_cast<double>(ceiling_quotient(count * batch, threads));
    const double work = turns * (static_cast<double>(rows) * row + repeated);
    if (least == 0 || work < least * 0.999) {
      least = work;
      best.rows = rows;
      best.count = count;
    }
  }
  return best;
}

} // namespace fovea::kernels
