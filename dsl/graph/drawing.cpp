#include "dsl/definition/saturating.hpp"

#include <fovea/graph/drawing.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace fovea {
namespace {

// --- Text ------------------------------------------------------------------------------------

// Length in bytes of the UTF-8 sequence at the front; 0 where there is none.
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  const size_t length = byte(0) < 0x80                       ? 1
                        : byte(0) >= 0xC2 && byte(0) < 0xE0  ? 2
                        : byte(0) >= 0xE0 && byte(0) < 0xF0  ? 3
                        : byte(0) >= 0xF0 && byte(0) <= 0xF4 ? 4
                                                             : 0;
  if (length == 0 || length > text.size())
    return 0;
  for (size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xC0) != 0x80)
      return 0;
  // Longer than needed, a surrogate, beyond the last code point, or (U+FFFE, U+FFFF) not of XML.
  const unsigned char second = length > 1 ? byte(1) : 0;
  if ((byte(0) == 0xEF && second == 0xBF && byte(2) > 0xBD) || (byte(0) == 0xE0 && second < 0xA0) ||
      (byte(0) == 0xED && second > 0x9F) || (byte(0) == 0xF0 && second < 0x90) ||
      (byte(0) == 0xF4 && second > 0x8F))
    return 0;
  return length;
}

// At most `most` characters, valid UTF-8, on one line, with the characters that mean something in
// HTML-like labels (and in attributes) replaced by entities.
std::string escaped(std::string_view text, int most = 64) {
  std::string result;
  for (int count = 0; !text.empty(); ++count) {
    if (count == most)
      return result + "…";
    const size_t length = sequence_length(text);
    const char first = text[0];
    if (length == 0)
      result += "\uFFFD";
    else if (first == '&')
      result += "&amp;";
    else if (first == '<')
      result += "&lt;";
    else if (first == '>')
      result += "&gt;";
    else if (first == '"')
      result += "&quot;";
    else if (first == '\\')
      result += "&#92;"; // begins an escape in tooltips
    else if (static_cast<unsigned char>(first) < 0x20 || first == 0x7f)
      result += ' ';
    else
      result += text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return result;
}

// "6×1×5×5"
template <class Extents>
std::string extents_text(const Extents& extents) {
  std::string text;
  for (int64_t extent : extents)
    text += (text.empty() ? "" : "×") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

// "6×1×5×5"; other element types than the usual are named: "6×1×5×5 i8".
std::string type_text(const TensorType& type) {
  return extents_text(type.shape) +
         (type.dtype == DType::f32 ? "" : fmt::format(" {}", name_of(type.dtype)));
}

// "61,706"
std::string with_commas(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t k = digits.size(); k > 3; k -= 3)
    digits.insert(k - 3, ",");
  return digits;
}

std::string small(const std::string& text, const char* colour = "#555555") {
  return fmt::format("<FONT POINT-SIZE=\"9\" COLOR=\"{}\">{}</FONT>", colour, text);
}

// What a reader sees of it.
size_t characters(std::string_view markup) {
  size_t count = 0;
  bool seen = true;
  for (const char c : markup) {
    seen = seen && c != '<' && c != '&';
    count += (seen && (c & 0xC0) != 0x80) || c == '&';
    seen = seen || c == '>' || c == ';';
  }
  return count;
}

// Items with dots between them, in lines of at most 48 characters where that is possible.
std::string in_lines(const std::vector<std::string>& items) {
  std::string text;
  size_t column = 0;
  for (const std::string& item : items) {
    const size_t width = characters(item);
    if (column > 0 && column + width > 48) {
      text += "<BR/>";
      column = 0;
    }
    text += (column > 0 ? "&#160;· " : "") + item;
    column += width + 3;
  }
  return text;
}

// Is it the name that a layer without one gets: "tanh", "tanh_2"?
bool is_numbered(std::string_view name, std::string_view op) {
  if (!name.starts_with(op))
    return false;
  name.remove_prefix(op.size());
  return name.empty() ||
         (name[0] == '_' && name.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// --- Colours ---------------------------------------------------------------------------------

struct Colour {
  const char *fill, *line;
};

// Is its value an element, as it is? What computes where to read does not count.
bool moves(const Node& node) {
  const bool choice =
      node.kind == Node::Kind::op && (node.op == ScalarOp::select || node.type == DType::boolean);
  return (node.kind != Node::Kind::op || choice) && node.kind != Node::Kind::cast &&
         std::ranges::all_of(node.args, [](const Expr& arg) { return moves(*arg); }) &&
         std::ranges::all_of(node.subscripts,
                             [](const Subscript& s) { return !s.fill || moves(*s.fill); });
}

bool reads_only(const Equation& equation) {
  return moves(*equation.body) && !equation.reduction;
}

Colour colour_of(const Definition& definition) {
  if (count_macs(definition) > 0)
    return {"#DCE8F8", "#4677B0"}; // sums of products: blue
  if (std::ranges::any_of(definition.equations,
                          [](const Equation& e) { return e.reduction.has_value(); }))
    return {"#DDF0DF", "#4B9158"}; // other reductions: green
  if (std::ranges::all_of(definition.equations, reads_only))
    return {"#EEEEEE", "#858585"}; // moves elements: grey
  if (is_pointwise(definition))
    return {"#FDF0D3", "#BD8A2B"}; // elementwise: yellow
  return {"#ECE2F5", "#7F5CA3"};   // anything else, as stencils: violet
}

// --- Blocks ----------------------------------------------------------------------------------

// The dotted prefixes of layers: "layer1.0.conv1" lies in layer1, and there in 0.
struct Blocks {
  static constexpr int deepest = 12; // frames in frames; what is deeper keeps its dots

  struct Frame {
    std::string name; // behind the enclosing frame's
    std::vector<size_t> frames, nodes;
  };
  std::vector<Frame> frames{1};   // the first is the whole picture
  std::vector<std::string> names; // of each node behind its frame's

  explicit Blocks(const Network& network) {
    // Frames hold two layers or more.
    std::map<std::string, int, std::less<>> layers_in;
    for (const NodeInfo& node : network.nodes())
      for (size_t dot : dots(node.layer))
        ++layers_in[node.layer.substr(0, dot)];
    std::map<std::string, size_t, std::less<>> frame_of;
    for (size_t n = 0; n < network.nodes().size(); ++n) {
      const std::string& layer = network.nodes()[n].layer;
      size_t frame = 0, begin = 0;
      for (size_t dot : dots(layer)) {
        const std::string prefix = layer.substr(0, dot);
        if (layers_in[prefix] < 2)
          continue;
        const auto [place, is_new] = frame_of.try_emplace(prefix, frames.size());
        if (is_new) {
          frames[frame].frames.push_back(frames.size());
          frames.push_back({layer.substr(begin, dot - begin), {}, {}});
        }
        frame = place->second;
        begin = dot + 1;
      }
      frames[frame].nodes.push_back(n);
      names.push_back(layer.substr(begin));
    }
  }

 private:
  static std::vector<size_t> dots(const std::string& layer) {
    std::vector<size_t> places;
    for (size_t dot = layer.find('.'); dot != std::string::npos && places.size() < deepest;
         dot = layer.find('.', dot + 1))
      places.push_back(dot);
    return places;
  }
};

// --- The picture -----------------------------------------------------------------------------

class Drawing {
 public:
  explicit Drawing(const Network& network) : network_(network), blocks_(network) {}

  std::string text() {
    for (const NodeInfo& node : network_.nodes()) {
      Types types;
      for (int operand : node.operands)
        types.push_back(value(operand).type);
      definitions_.push_back(node.op->definition(types));
    }
    text_ = fmt::format(R"(digraph "{}" {{
  graph [fontname="Helvetica", fontsize=14, labelloc=t, ranksep=0.32, nodesep=0.3, pad=0.3,
         bgcolor="white", label=<{}>];
  node [fontname="Helvetica", fontsize=12, shape=box, style="rounded,filled", penwidth=1.2,
        margin="0.14,0.07", height=0.36, fontcolor="#1F2933"];
  edge [fontname="Helvetica", fontsize=9, fontcolor="#666666", color="#8A97A3", arrowsize=0.6];
)",
                        escaped(network_.name()), title());
    for (size_t k = 0; k < network_.inputs().size(); ++k)
      terminal(fmt::format("input_{}", k), value(network_.inputs()[k]).name);
    frame(0, "  ");
    for (size_t k = 0; k < network_.outputs().size(); ++k)
      terminal(fmt::format("output_{}", k), network_.outputs()[k].name);
    edges();
    return text_ + "}\n";
  }

 private:
  const ValueInfo& value(int number) const {
    return network_.values()[static_cast<size_t>(number)];
  }

  std::string title() const {
    int64_t parameters = 0, macs = 0;
    for (int parameter : network_.parameters())
      parameters = saturating::add(parameters, value(parameter).type.shape.elements());
    for (const Definition& definition : definitions_)
      macs = saturating::add(macs, count_macs(definition));
    return fmt::format("<B>{}</B><BR/>{}<BR/>&#160;", escaped(network_.name()),
                       small(fmt::format("{} parameters&#160;· {} MACs", with_commas(parameters),
                                         with_commas(macs))));
  }

  void terminal(const std::string& id, const std::string& name) {
    text_ += fmt::format("  {} [label=<<B>{}</B>>, fillcolor=\"#37474F\", color=\"#37474F\", "
                         "fontcolor=\"white\", margin=\"0.2,0.05\", tooltip=\"{}\"];\n",
                         id, escaped(name), escaped(name));
  }

  void frame(size_t number, const std::string& indent) {
    const Blocks::Frame& frame = blocks_.frames[number];
    for (size_t node : frame.nodes)
      layer(node, indent);
    for (size_t inner : frame.frames) {
      text_ += fmt::format("{}subgraph cluster_{} {{\n", indent, inner);
      text_ += fmt::format("{}  label=<<B>{}</B>>; labeljust=l; fontsize=10; margin=10;\n"
                           "{}  fontcolor=\"#6B7785\"; style=\"rounded,filled\"; "
                           "color=\"#C9D1D9\"; fillcolor=\"{}\";\n",
                           indent, escaped(blocks_.frames[inner].name), indent,
                           indent.size() % 4 == 2 ? "#F7F9FB" : "#FFFFFF");
      this->frame(inner, indent + "  ");
      text_ += indent + "}\n";
    }
  }

  void layer(size_t number, const std::string& indent) {
    const NodeInfo& node = network_.nodes()[number];
    const std::string& name = blocks_.names[number];
    const std::string op = node.op->name();
    std::vector<std::string> rows{
        is_numbered(name, op) ? fmt::format("<B>{}</B>", escaped(name))
                              : fmt::format("<B>{}&#160;</B>{}", escaped(op), escaped(name))};
    std::vector<std::string> attributes;
    for (const auto& [key, chosen] : node.op->chosen_attributes())
      if (const std::string text = attribute_text(chosen); text != name) // says nothing new
        attributes.push_back(escaped(key) + "&#160;" + escaped(text, 40));
    if (!attributes.empty())
      rows.push_back(small(in_lines(attributes)));
    if (const auto weights = weights_of(node); !weights.empty())
      rows.push_back(small(in_lines(weights), "#7A7A7A"));
    std::string label;
    for (const std::string& row : rows)
      label += "<TR><TD>" + row + "</TD></TR>";
    const Colour colour = colour_of(definitions_[number]);
    text_ += fmt::format("{}layer_{} [label=<<TABLE BORDER=\"0\" CELLSPACING=\"0\" "
                         "CELLPADDING=\"1\">{}</TABLE>>, fillcolor=\"{}\", color=\"{}\", "
                         "tooltip=\"{}\"];\n",
                         indent, number, label, colour.fill, colour.line, equations(number));
  }

  static std::string attribute_text(const AttributeValue& value) {
    const auto* extents = std::get_if<std::vector<int64_t>>(&value);
    return extents ? extents_text(*extents) : to_string(value);
  }

  // "weight 6×1×5×5", each name behind its layer's.
  std::vector<std::string> weights_of(const NodeInfo& node) const {
    std::vector<std::string> items;
    for (int operand : node.operands) {
      const ValueInfo& info = value(operand);
      if (!info.is_parameter)
        continue;
      std::string_view name = info.name;
      if (name.starts_with(node.layer + "."))
        name.remove_prefix(node.layer.size() + 1);
      items.push_back(escaped(name) + "&#160;" + type_text(info.type));
    }
    return items;
  }

  // For the reader who points at the box.
  std::string equations(size_t number) const {
    constexpr int longest_line = 200, most_lines = 12;
    const NodeInfo& node = network_.nodes()[number];
    std::string result = escaped(node.layer, longest_line);
    const std::string text = to_string(definitions_[number]);
    int lines = 0;
    for (size_t begin = 0; begin < text.size(); ++lines) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      if (lines == most_lines)
        return result + "&#10;…";
      result += "&#10;" + escaped(std::string_view(text).substr(begin, end - begin), longest_line);
      begin = end + 1;
    }
    return result;
  }

  // The node that makes a value; a weight that is an output or stands for one gets a node here.
  std::string source_of(int number) {
    const ValueInfo& info = value(number);
    if (info.node >= 0)
      return fmt::format("layer_{}", info.node);
    if (!info.is_parameter)
      return fmt::format("input_{}",
                         std::ranges::find(network_.inputs(), number) - network_.inputs().begin());
    const std::string id = fmt::format("parameter_{}", number);
    if (drawn_parameters_.insert(number).second)
      text_ += fmt::format("  {} [label=<<I>{}</I>>, fillcolor=\"white\", color=\"#8A97A3\"];\n",
                           id, escaped(info.name));
    return id;
  }

  // A value's shape stands at its first edge. An edge is heavy where it is its layer's first:
  // chains stay straight, shortcuts bend.
  void edge(int from, const std::string& to, bool first) {
    const std::string source = source_of(from);
    const bool labelled = labelled_.insert(from).second;
    text_ += fmt::format("  {} -> {} [{}{}];\n", source, to, first ? "weight=8 " : "",
                         labelled ? "label=\"  " + type_text(value(from).type) + "\"" : "");
  }

  void edges() {
    for (size_t n = 0; n < network_.nodes().size(); ++n) {
      bool first = true;
      for (int operand : network_.nodes()[n].operands)
        if (!value(operand).is_parameter) {
          edge(operand, fmt::format("layer_{}", n), first);
          first = false;
        }
    }
    for (size_t k = 0; k < network_.outputs().size(); ++k)
      edge(network_.outputs()[k].value, fmt::format("output_{}", k), true);
  }

  const Network& network_;
  const Blocks blocks_;
  std::vector<Definition> definitions_;       // of the layers
  std::set<int> drawn_parameters_, labelled_; // values
  std::string text_;
};

} // namespace

std::string to_dot(const Network& network) {
  return Drawing(network).text();
}

} // namespace fovea
