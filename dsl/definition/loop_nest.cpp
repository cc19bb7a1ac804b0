#include "dsl/definition/printer.hpp"

#include <fovea/definition/explain.hpp>

#include <fmt/format.h>

namespace fovea {
namespace {

// What a reduction starts with, and how it goes on.
std::string first_line(ReduceKind kind, const std::string& result) {
  constexpr const char* neutral[] = {"0", "1", "-inf", "inf"};
  return fmt::format("{} = {}", result, neutral[static_cast<size_t>(kind)]);
}
std::string next_line(ReduceKind kind, const std::string& result, const std::string& term) {
  if (kind == ReduceKind::sum || kind == ReduceKind::product)
    return fmt::format("{} {} {}", result, kind == ReduceKind::sum ? "+=" : "*=", term);
  return fmt::format("{} = {}({}, {})", result, name_of(kind), result, term);
}

class Loops {
 public:
  void line(const std::string& words) { text_ += std::string(2 * depth_, ' ') + words + "\n"; }
  void open(const std::pair<notation::Text, int64_t>& range) {
    line(fmt::format("for {} < {}", range.first.text, range.second));
    ++depth_;
  }
  void close_all() { depth_ = 0; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  size_t depth_ = 0;
};

} // namespace

std::string loop_nest(const Definition& definition) {
  // With reductions opened: their indices stand beside the left side's.
  notation::Outline outline = notation::outline_of(definition);
  for (notation::Outline::Line& line : outline.lines)
    if (line.body->kind == Node::Kind::reduce) {
      line.left.insert(line.left.end(), line.body->reduced.begin(), line.body->reduced.end());
      line.body = line.body->args[0];
    }
  const auto lines = notation::written_lines(outline, notation::plain_notation());
  Loops loops;
  for (size_t e = 0; e < lines.size(); ++e) {
    const Equation& equation = definition.equations[e];
    const notation::WrittenEquation& line = lines[e];
    const size_t count = equation.free.size();
    std::vector<notation::WrittenSubscript> left;
    for (size_t k = 0; k < count; ++k) {
      left.push_back({line.ranges[k].first, Boundary::none, false, {}});
      loops.open(line.ranges[k]);
    }
    const std::string result = notation::plain_notation().read(line.tensor, left).text;
    if (equation.reduction) {
      loops.line(first_line(*equation.reduction, result));
      for (size_t k = count; k < line.ranges.size(); ++k)
        loops.open(line.ranges[k]);
      loops.line(next_line(*equation.reduction, result, line.right.text));
    } else {
      loops.line(fmt::format("{} = {}", result, line.right.text));
    }
    loops.close_all();
  }
  return loops.take();
}

} // namespace fovea
