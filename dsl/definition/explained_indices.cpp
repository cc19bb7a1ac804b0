#include "dsl/definition/printer.hpp"

#include <fovea/definition/explain.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fovea {
namespace {

// Says where the extents of one equation's indices come from.
class Reasons {
 public:
  Reasons(const Definition& definition, const Equation& equation)
      : definition_(definition), equation_(equation) {
    for (const auto* ranges : {&equation.free, &equation.reduced})
      for (const IndexRange& range : *ranges) {
        names_.push_back(range.name.empty() ? fmt::format("i{}", names_.size()) : range.name);
        intervals_.push_back({0, range.extent - 1});
      }
  }

  ExplainedIndex index(size_t k) const {
    return {names_[k], k >= equation_.free.size(), intervals_[k].high + 1, reason(k)};
  }

 private:
  std::string reason(size_t k) const {
    std::string whole, limit;
    for_each_node(equation_.body, [&](const Node& node) {
      if (node.kind != Node::Kind::read)
        return;
      const Shape shape = definition_.type_of(node.tensor).shape;
      for (size_t d = 0; d < node.subscripts.size(); ++d) {
        const Subscript& subscript = node.subscripts[d];
        const int64_t extent = shape[static_cast<int>(d)];
        if (subscript.computed || subscript.boundary != Boundary::none)
          continue;
        if (whole.empty() && subscript.index.is_index(static_cast<int>(k)) &&
            extent == intervals_[k].high + 1)
          whole = fmt::format("dimension {} of {}", d, name_of(node.tensor));
        else if (limit.empty() && escapes(subscript.index, extent, k))
          limit = fmt::format("as far as {} stays inside", text_of(node));
      }
    });
    return !whole.empty() ? whole : !limit.empty() ? limit : "stated";
  }

  // With one value of index k more.
  bool escapes(const IndexExpr& place, int64_t extent, size_t k) const {
    std::vector<Interval> wider = intervals_;
    ++wider[k].high;
    const Interval reached = range_of(place, wider);
    return reached.low < 0 || reached.high >= extent;
  }

  std::string name_of(int tensor) const {
    const size_t number = static_cast<size_t>(tensor), count = definition_.operands.size();
    return number < count ? definition_.operands[number].name
                          : definition_.equations[number - count].name;
  }

  std::string text_of(const Node& read) const {
    std::vector<std::string> places;
    for (const Subscript& subscript : read.subscripts)
      places.push_back(subscript.computed ? ".." : notation::index_text(subscript.index, names_));
    return fmt::format("{}({})", name_of(read.tensor), fmt::join(places, ", "));
  }

  const Definition& definition_;
  const Equation& equation_;
  std::vector<std::string> names_;
  std::vector<Interval> intervals_;
};

} // namespace

std::vector<ExplainedIndex> indices_of(const Definition& definition, const Equation& equation) {
  const Reasons reasons(definition, equation);
  std::vector<ExplainedIndex> indices;
  for (size_t k = 0; k < equation.free.size() + equation.reduced.size(); ++k)
    indices.push_back(reasons.index(k));
  return indices;
}

} // namespace fovea
