#include "dsl/definition/saturating.hpp"

#include <fovea/graph/summary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>

namespace fovea {
namespace {

// Sizes come from files: sums stop at the largest number.
void add_to(int64_t& sum, int64_t term) {
  sum = saturating::add(sum, term);
}

int64_t extent_of(const Interval& interval) {
  const int64_t below = saturating::multiply(interval.low, -1);
  return saturating::add(saturating::add(interval.high, below), 1);
}

using Box = std::vector<Interval>; // per dimension, the elements that are needed; empty: none

void join(Box& box, const Box& other) {
  if (box.empty())
    box = other;
  for (size_t d = 0; d < box.size() && d < other.size(); ++d)
    box[d] = {std::min(box[d].low, other[d].low), std::max(box[d].high, other[d].high)};
}

// The elements of each operand that the box of a definition's result depends on. Boundary rules do
// not cut it: the receptive field counts padding, as in the literature. Where a read is at an index
// that is computed, it may be any element.
std::vector<Box> needed(const Definition& definition, const Box& result) {
  std::vector<Box> boxes(definition.operands.size() + definition.equations.size());
  boxes[static_cast<size_t>(definition.tensor_of_equation(definition.results[0]))] = result;
  for (size_t e = definition.equations.size(); e-- > 0;) {
    const Equation& equation = definition.equations[e];
    Box indices = boxes[definition.operands.size() + e];
    if (indices.empty() && !equation.free.empty())
      continue;
    for (const IndexRange& range : equation.reduced)
      indices.push_back({0, range.extent - 1});
    for_each_node(equation.body, [&](const Node& node) {
      if (node.kind != Node::Kind::read)
        return;
      Box read;
      const Shape shape = definition.type_of(node.tensor).shape;
      for (size_t d = 0; d < node.subscripts.size(); ++d)
        read.push_back(node.subscripts[d].computed ? Interval{0, shape[static_cast<int>(d)] - 1}
                                                   : range_of(node.subscripts[d].index, indices));
      join(boxes[static_cast<size_t>(node.tensor)], read);
    });
  }
  boxes.resize(definition.operands.size());
  return boxes;
}

// The receptive field of one element in the middle of node `last`'s first result, in the network's
// first input.
Box receptive_box(const Network& network, const std::vector<Definition>& definitions, size_t last) {
  std::map<int, Box> wanted; // value -> box
  const int start = network.nodes()[last].results[0];
  Box middle;
  for (int64_t extent : network.values()[static_cast<size_t>(start)].type.shape)
    middle.push_back({extent / 2, extent / 2});
  wanted[start] = middle;
  for (size_t n = last + 1; n-- > 0;) {
    const NodeInfo& node = network.nodes()[n];
    auto box = wanted.find(node.results[0]);
    if (box == wanted.end())
      continue;
    const std::vector<Box> boxes = needed(definitions[n], box->second);
    for (size_t k = 0; k < boxes.size(); ++k)
      if (!boxes[k].empty())
        join(wanted[node.operands[k]], boxes[k]);
  }
  return network.inputs().empty() ? Box{} : wanted[network.inputs()[0]];
}

// A value lives from the layer that makes it (an input: from the first) to the last that reads it
// (an output: to the end).
int64_t peak_bytes(const Network& network) {
  const std::vector<ValueInfo>& values = network.values();
  const size_t layers = network.nodes().size();
  std::vector<size_t> last(values.size(), 0); // layer
  for (size_t v = 0; v < values.size(); ++v)
    last[v] = values[v].node < 0 ? 0 : static_cast<size_t>(values[v].node);
  for (size_t n = 0; n < layers; ++n)
    for (int operand : network.nodes()[n].operands)
      last[static_cast<size_t>(operand)] = n;
  for (const OutputInfo& output : network.outputs())
    last[static_cast<size_t>(output.value)] = layers;

  std::vector<int64_t> freed(layers + 1, 0); // after layer n
  int64_t alive = 0;
  for (size_t v = 0; v < values.size(); ++v) {
    if (values[v].is_parameter)
      continue;
    add_to(freed[last[v]], values[v].type.bytes());
    if (values[v].node < 0)
      add_to(alive, values[v].type.bytes());
  }
  int64_t peak = alive;
  for (size_t n = 0; n < layers; ++n) {
    for (int result : network.nodes()[n].results)
      add_to(alive, values[static_cast<size_t>(result)].type.bytes());
    peak = std::max(peak, alive);
    alive -= freed[n];
  }
  return peak;
}

std::string thousands(int64_t number) {
  std::string digits = std::to_string(number), text;
  for (size_t k = 0; k < digits.size(); ++k) {
    if (k > 0 && (digits.size() - k) % 3 == 0)
      text += ',';
    text += digits[k];
  }
  return text;
}

} // namespace

Summary summary(const Network& network) {
  Summary result;
  result.network = network.name();
  std::vector<Definition> definitions;
  for (size_t n = 0; n < network.nodes().size(); ++n) {
    const NodeInfo& node = network.nodes()[n];
    Types types;
    SummaryRow row;
    row.layer = node.layer;
    row.op = node.op->name();
    row.attributes = to_string(node.op->chosen_attributes());
    for (int operand : node.operands) {
      const ValueInfo& value = network.values()[static_cast<size_t>(operand)];
      types.push_back(value.type);
      if (value.is_parameter)
        add_to(row.parameters, value.type.shape.elements());
    }
    definitions.push_back(node.op->definition(types));
    row.macs = count_macs(definitions.back());
    const TensorType& output = network.values()[static_cast<size_t>(node.results[0])].type;
    row.output = output.shape;
    row.dtype = output.dtype;
    for (int value : node.results)
      add_to(row.output_bytes, network.values()[static_cast<size_t>(value)].type.bytes());
    const Box box = receptive_box(network, definitions, n);
    row.reaches_input = !box.empty();
    for (size_t d = 2; d < box.size(); ++d)
      row.receptive_field.push_back(extent_of(box[d]));
    add_to(result.macs, row.macs);
    result.rows.push_back(std::move(row));
  }
  for (int value : network.parameters()) {
    const TensorType& type = network.values()[static_cast<size_t>(value)].type;
    add_to(result.parameters, type.shape.elements());
    add_to(result.parameter_bytes, type.bytes());
  }
  result.peak_bytes = peak_bytes(network);
  return result;
}

std::string to_string(const Summary& summary) {
  std::vector<std::vector<std::string>> cells{
      {"layer", "op", "attributes", "output", "parameters", "MACs", "receptive"}};
  for (const SummaryRow& row : summary.rows)
    cells.push_back(
        {row.layer, row.op, row.attributes, to_string(row.output), thousands(row.parameters),
         thousands(row.macs),
         row.reaches_input && !row.receptive_field.empty() ? to_string(row.receptive_field) : ""});
  cells.push_back(
      {"total", "", "", "", thousands(summary.parameters), thousands(summary.macs), ""});
  std::vector<size_t> widths(cells[0].size());
  for (const auto& row : cells)
    for (size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], row[c].size());
  size_t total = 2 * (widths.size() - 1);
  for (size_t width : widths)
    total += width;
  std::string text = summary.network + "\n";
  for (size_t r = 0; r < cells.size(); ++r) {
    if (r == 1 || r + 1 == cells.size())
      text += std::string(total, '-') + "\n";
    std::string line;
    for (size_t c = 0; c < cells[r].size(); ++c) {
      const bool number = c == 4 || c == 5;
      line += number ? fmt::format("{:>{}}", cells[r][c], widths[c])
                     : fmt::format("{:<{}}", cells[r][c], widths[c]);
      if (c + 1 < cells[r].size())
        line += "  ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const Summary& summary) {
  return out << to_string(summary);
}

} // namespace fovea
