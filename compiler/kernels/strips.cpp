#include "compiler/kernels/strips.hpp"

#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/parallel_loops.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

// Neighbouring strips both compute what both read: how often an element is computed, on average.
constexpr double most_repeated = 1.2;

// Intervals of elements, one a dimension; of a stage that is not read: none.
using Region = std::optional<std::vector<Interval>>;

std::vector<Interval> whole(const Equation& equation) {
  std::vector<Interval> region;
  for (const IndexRange& range : equation.free)
    region.push_back({0, range.extent - 1});
  return region;
}

int64_t elements_of(const Region& region) {
  int64_t elements = 1;
  for (const Interval& interval : region.value())
    elements *= interval.high - interval.low + 1;
  return elements;
}

bool wraps(const IndexExpr& expr) {
  return std::any_of(expr.terms.begin(), expr.terms.end(), [](const IndexTerm& term) {
    return term.kind == IndexTerm::Kind::mod || (term.inner && wraps(*term.inner));
  });
}

// What strips of a host need.
class Regions {
 public:
  Regions(const Definition& stages, const Placement& placement, const std::vector<int>& hosts)
      : stages_(stages), placement_(placement), hosts_(hosts) {}

  // Of each stage, for the strip that starts at element `start` of the host's.
  std::vector<Region> of(size_t host, const Strips::Cut& cut, const std::vector<int64_t>& start) {
    std::vector<Region> regions(stages_.equations.size());
    regions[host] = whole(equation(host));
    for (size_t d = 0; d <= static_cast<size_t>(cut.dimension); ++d) {
      const int64_t size = static_cast<int>(d) < cut.dimension ? 1 : cut.size;
      regions[host]->at(d) = {start[d], start[d] + size - 1};
    }
    for (size_t c = host + 1; c-- > 0;) {
      const bool inside = c == host || placement_.kinds[c] != Placement::Kind::root ||
                          hosts_[c] == static_cast<int>(host);
      if (!inside || !regions[c])
        continue;
      std::vector<Interval> indices = *regions[c];
      for (const IndexRange& range : equation(c).reduced)
        indices.push_back({0, range.extent - 1});
      for_each_stage_read(stages_, c,
                          [&](const Node& read, size_t e) { add(regions[e], read, e, indices); });
    }
    return regions;
  }

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  void add(Region& region, const Node& read, size_t e, const std::vector<Interval>& indices) const {
    const std::vector<Interval> all = whole(equation(e));
    const bool first = !region;
    if (first)
      region = all;
    for (size_t d = 0; d < all.size(); ++d) {
      const Subscript& subscript = read.subscripts[d];
      const bool follows = !subscript.computed && !wraps(subscript.index) &&
                           subscript.boundary != Boundary::reflect &&
                           subscript.boundary != Boundary::wrap;
      Interval part = follows ? range_of(subscript.index, indices) : all[d];
      part = {std::clamp<int64_t>(part.low, 0, all[d].high),
              std::clamp<int64_t>(part.high, 0, all[d].high)};
      Interval& known = region->at(d);
      known =
          first ? part : Interval{std::min(known.low, part.low), std::max(known.high, part.high)};
    }
  }

  const Definition& stages_;
  const Placement& placement_;
  const std::vector<int>& hosts_;
};

// Where strips start: those at either end, where boundary rules apply, and some in the middle.
std::vector<int64_t> some_starts(int64_t extent, int64_t size) {
  const int64_t last = ceiling_quotient(extent, size) - 1;
  std::vector<int64_t> starts;
  for (const int64_t strip : {int64_t{0}, int64_t{1}, int64_t{2}, int64_t{3}, last / 2,
                              last / 2 + 1, last - 2, last - 1, last})
    if (strip >= 0 && strip <= last)
      starts.push_back(std::min(strip * size, extent - size));
  return starts;
}

class Planner {
 public:
  Planner(const Definition& stages, const Placement& placement, const catalogue::Target& target,
          const NarrowStages& narrow)
      : stages_(stages), placement_(placement), target_(target), narrow_(narrow),
        pinned_(stages.equations.size(), false) {
    for (const int result : stages.results)
      pinned_[static_cast<size_t>(result)] = true;
    find_readers();
  }

  // What cannot be computed in strips is whole, and then hosts others itself, if it can.
  Strips run() {
    for (;;) {
      find_hosts();
      if (cut())
        return std::move(result_);
    }
  }

 private:
  size_t count() const { return stages_.equations.size(); }
  const Equation& equation(size_t e) const { return stages_.equations[e]; }
  bool is_root(size_t e) const { return placement_.kinds[e] == Placement::Kind::root; }

  // The roots whose loops read a stage, by themselves or by what is inlined into them.
  void find_readers() {
    readers_.resize(count());
    for (size_t c = count(); c-- > 0;) {
      std::set<size_t> roots = readers_[c];
      if (is_root(c))
        roots = {c};
      for_each_stage_read(stages_, c, [&](const Node&, size_t e) {
        readers_[e].insert(roots.begin(), roots.end());
      });
    }
  }

  void find_hosts() {
    result_.hosts.assign(count(), -1);
    result_.cuts.assign(count(), {});
    for (size_t e = count(); e-- > 0;) {
      if (!is_root(e) || pinned_[e])
        continue;
      std::set<int> hosts;
      for (const size_t reader : readers_[e])
        hosts.insert(result_.hosts[reader] < 0 ? static_cast<int>(reader) : result_.hosts[reader]);
      if (hosts.size() == 1)
        result_.hosts[e] = *hosts.begin();
    }
  }

  // False where a stage turned out to be whole.
  bool cut() {
    for (size_t host = 0; host < count(); ++host) {
      const std::vector<size_t> guests = result_.hosted_by(host);
      if (guests.empty())
        continue;
      const Choice choice = best_cut(host, guests);
      for (const size_t e : guests)
        pinned_[e] = !contains(choice.near, e);
      if (choice.near.size() < guests.size())
        return false;
      result_.cuts[host] = choice.cut;
    }
    return true;
  }

  struct Choice {
    Strips::Cut cut;
    std::vector<size_t> near = {}; // stages of which a strip needs about its share
    int64_t bytes = 0;             // of all of them
  };

  // That keeps most in the cache; the outermost dimension, and the highest strips, that do.
  Choice best_cut(size_t host, const std::vector<size_t>& guests) const {
    const auto elements = [&](size_t e) { return element_count(equation(e)); };
    if (bytes_of(guests, elements) <= room())
      return {};
    const int64_t threads = target_.threads;
    Choice best = best_cut(host, guests, threads > 1 ? tasks_a_thread * threads : 1);
    if (threads > 1 && best.near.size() < guests.size()) {
      const Choice of_fewer_tasks = best_cut(host, guests, threads);
      if (of_fewer_tasks.bytes > best.bytes)
        best = of_fewer_tasks;
    }
    return best;
  }

  Choice best_cut(size_t host, const std::vector<size_t>& guests, int64_t tasks) const {
    const std::vector<IndexRange>& free = equation(host).free;
    Choice best;
    int64_t before = 1;
    for (size_t d = 0; d + 1 < free.size(); before *= free[d++].extent) {
      const int64_t extent = free[d].extent;
      for (int64_t parts = std::min(ceiling_quotient(tasks, before), extent); parts > 0;) {
        const Strips::Cut cut{static_cast<int>(d), ceiling_quotient(extent, parts)};
        const Choice choice = evaluated(cut, before * parts, host, guests);
        if (choice.bytes > best.bytes)
          best = choice;
        if (best.near.size() == guests.size())
          return best;
        parts = cut.size == 1 ? 0 : ceiling_quotient(extent, cut.size - 1); // the next lower ones
      }
    }
    return best;
  }

  Choice evaluated(const Strips::Cut& cut, int64_t strips, size_t host,
                   const std::vector<size_t>& guests) const {
    std::vector<int64_t> middle;
    for (int d = 0; d <= cut.dimension; ++d) {
      const int64_t extent = equation(host).free[static_cast<size_t>(d)].extent;
      middle.push_back((extent - (d < cut.dimension ? 1 : cut.size)) / 2);
    }
    const std::vector<Region> regions =
        Regions(stages_, placement_, result_.hosts).of(host, cut, middle);
    Choice choice{cut};
    for (const size_t e : guests) {
      const double repeated = static_cast<double>(elements_of(regions[e]) * strips) /
                              static_cast<double>(element_count(equation(e)));
      if (repeated <= most_repeated)
        choice.near.push_back(e);
    }
    const auto of_strip = [&](size_t e) { return elements_of(regions[e]); };
    if (bytes_of(choice.near, of_strip) > room())
      return {};
    choice.bytes = bytes_of(choice.near, [&](size_t e) { return element_count(equation(e)); });
    return choice;
  }

  int64_t room() const { return target_.l2_bytes / 2; }

  template <class Elements>
  int64_t bytes_of(const std::vector<size_t>& stages, Elements&& elements) const {
    int64_t bytes = 0;
    for (const size_t e : stages)
      bytes += elements(e) * narrow_.element_bytes(equation(e));
    return bytes;
  }

  const Definition& stages_;
  const Placement& placement_;
  const catalogue::Target& target_;
  const NarrowStages& narrow_;
  std::vector<std::set<size_t>> readers_;
  std::vector<bool> pinned_; // whole
  Strips result_;
};

} // namespace

std::vector<size_t> Strips::hosted_by(size_t root) const {
  return kernels::hosted_by(hosts, root);
}

Strips plan_strips(const Definition& stages, const Placement& placement,
                   const catalogue::Target& target, const NarrowStages& narrow) {
  return Planner(stages, placement, target, narrow).run();
}

Equation in_strips(const Definition& stages, const Placement& placement, const Strips& strips,
                   size_t guest, int64_t size) {
  const size_t host = static_cast<size_t>(strips.hosts[guest]);
  const std::vector<IndexRange>& outer = stages.equations[host].free;
  Strips::Cut cut = strips.cuts[host];
  cut.size = std::min(size, outer[static_cast<size_t>(cut.dimension)].extent);
  Equation result = stages.equations[guest];
  Regions regions(stages, placement, strips.hosts);
  const auto narrow = [&](const std::vector<int64_t>& start) {
    const Region region = regions.of(host, cut, start)[guest];
    for (size_t d = 0; d < result.free.size(); ++d) {
      const Interval needed = region->at(d);
      result.free[d].extent = std::min(result.free[d].extent, needed.high - needed.low + 1);
    }
  };
  std::vector<int64_t> start(static_cast<size_t>(cut.dimension) + 1, 0);
  for (size_t d = 0; d < start.size(); ++d) {
    const int64_t step = static_cast<int>(d) < cut.dimension ? 1 : cut.size;
    const std::vector<int64_t> starts = some_starts(outer[d].extent, step);
    for (const int64_t place : starts) {
      start[d] = place;
      narrow(start);
    }
    start[d] = starts[starts.size() / 2];
  }
  return result;
}

} // namespace fovea::kernels
