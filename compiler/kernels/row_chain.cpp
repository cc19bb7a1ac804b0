#include "compiler/kernels/row_chain.hpp"

#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/chain.hpp"
#include "compiler/kernels/pooling.hpp"
#include "compiler/kernels/reads.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {

const catalogue::Algorithm& depthwise_algorithm();
const catalogue::Algorithm& direct_algorithm();
const catalogue::Algorithm& pooling_algorithm();

namespace {

using catalogue::Layout;
using catalogue::Problem;

constexpr size_t most_parts = 3; // rows of two tensors between them are kept in the cache

// Of a [.., channels, rows, columns] tensor.
struct Map {
  int channel, row, column; // dimensions
};
std::optional<Map> map_of(const Shape& shape) {
  const int rank = shape.rank();
  if (rank < 3 || rank > 4 || shape[rank - 2] < 2 || shape[rank - 1] < 2)
    return std::nullopt;
  return Map{rank - 3, rank - 2, rank - 1};
}

// Rows of the image are needed in their order, as rows of the result are made.
bool walks_in_order(const ChannelWindows& windows, const Node& image, const Map& map) {
  for (int d = 0; d < static_cast<int>(windows.axes.size()); ++d) {
    const ChannelWindows::Axis& axis = windows.axes[static_cast<size_t>(d)];
    const Boundary rule = image.subscripts[static_cast<size_t>(d)].boundary;
    const bool in_window = d == map.row || d == map.column;
    if (axis.row != d || axis.is_window() != in_window ||
        (rule != Boundary::none && rule != Boundary::fill))
      return false;
  }
  return true;
}

// Pixel by pixel; terms of one value, as a 1x1 window has, say nothing.
bool keeps_pixels(const Equation& sum, const Node& image, const Map& map) {
  const std::vector<Interval> intervals = intervals_of(sum);
  for (int d = 0; d < static_cast<int>(image.subscripts.size()); ++d) {
    IndexExpr index = image.subscripts[static_cast<size_t>(d)].index;
    std::erase_if(index.terms, [&](const IndexTerm& term) {
      return term.kind == IndexTerm::Kind::index &&
             intervals[static_cast<size_t>(term.index)].high == 0 && term.index != d;
    });
    if (d != map.channel && !index.is_index(d))
      return false;
  }
  return true;
}

class Finder {
 public:
  explicit Finder(const Problem& whole) : whole_(whole) {}

  std::optional<RowChain> run() {
    auto stages = parts_of_chain(whole_.definition);
    if (!stages || stages->size() < 2 || stages->size() > most_parts)
      return std::nullopt;
    for (size_t p = 0; p < stages->size(); ++p)
      if (!add((*stages)[p], p + 1 == stages->size()))
        return std::nullopt;
    const auto windows = std::count_if(chain_.parts.begin(), chain_.parts.end(),
                                       [](const auto& part) { return part.windows.has_value(); });
    return windows == 1 && read_all_operands(chain_.parts, whole_.definition) && weights_are_own()
               ? std::optional(std::move(chain_))
               : std::nullopt;
  }

 private:
  bool add(const Stage& stage, bool is_last) {
    RowChain::Part part{{stage.definition, whole_.target, {}}, stage.sources, -1, std::nullopt};
    const std::optional<Map> map = map_of(part.result());
    if (!map)
      return false;
    part.problem = problem_of_part(whole_, stage, is_last,
                                   Layout::blocked(map->channel, whole_.target.lanes(4)));
    if (!recognise(part, *map))
      return false;
    chain_.parts.push_back(std::move(part));
    return true;
  }

  // The tensor between this part and the one before is its image, and nothing else.
  bool recognise(RowChain::Part& part, const Map& map) const {
    const Definition& definition = part.problem.definition;
    const bool is_first = chain_.parts.empty();
    const int between = static_cast<int>(definition.operands.size()) - 1;
    if (!is_first && count_reads(definition, between) != 1)
      return false;
    if (auto windows = channel_windows(definition)) {
      part.weights = windows->weights;
      part.windows = std::move(windows);
      return (is_first || part.windows->image == between) && recognise_windows(part, map);
    }
    const auto contraction = packable_contraction(definition);
    if (!contraction || !contraction->groups.empty() ||
        contraction->columns != std::vector<int>{map.channel})
      return false;
    part.weights = contraction->weights;
    return channel_axis(definition, *contraction) >= 0 && has_blocked_columns(part.problem) &&
           (is_first || (contraction->image == between &&
                         keeps_pixels(equation_of(definition, contraction->equation),
                                      *factors_of(definition, *contraction).image, map)));
  }

  static bool recognise_windows(const RowChain::Part& part, const Map& map) {
    const Definition& definition = part.problem.definition;
    const ChannelWindows& windows = *part.windows;
    const Node& image = *read_of(equation_of(definition, windows.equation), windows.image);
    return map_of(definition.type_of(windows.image).shape) && padding_is_small(part) &&
           (windows.weights >= 0 || pays_with_maxima(part)) &&
           walks_in_order(windows, image, map) && windows.channel == map.channel &&
           windows.channel_axis == map.channel && has_channel_vectors(part.problem, windows);
  }

  // Windows without weights are little work: a map that stays in the cache may as well be made.
  static bool pays_with_maxima(const RowChain::Part& part) {
    const int64_t bytes = part.problem.definition.type_of(part.windows->image).bytes();
    return bytes > part.problem.target.l2_bytes / 4 && !has_tables(part.problem, *part.windows);
  }

  // Else what windows see is not copied with its padding (split_stages), and there is no copy whose
  // rows could be the image's own.
  static bool padding_is_small(const RowChain::Part& part) {
    constexpr int64_t most_padding = 4, always = 4096; // times, elements
    const Definition& definition = part.problem.definition;
    const Equation& sum = equation_of(definition, part.windows->equation);
    const Node& image = *read_of(sum, part.windows->image);
    const Shape shape = definition.type_of(part.windows->image).shape;
    const int rank = shape.rank();
    const int64_t lanes = part.problem.target.lanes(4);
    int64_t all =
        catalogue::ceiling_quotient(shape[rank - 3], lanes) * lanes * (rank > 3 ? shape[0] : 1);
    int64_t seen = all;
    for (int d = rank - 2; d < rank; ++d) {
      const Interval range =
          range_of(image.subscripts[static_cast<size_t>(d)].index, intervals_of(sum));
      seen *= range.high - range.low + 1;
      all *= shape[d];
    }
    return seen <= std::max(most_padding * all, always);
  }

  static const Equation& equation_of(const Definition& definition, int e) {
    return definition.equations[static_cast<size_t>(e)];
  }

  // No other part reads a part's weights, which may come packed.
  bool weights_are_own() const {
    return std::all_of(chain_.parts.begin(), chain_.parts.end(), [&](const RowChain::Part& part) {
      if (part.weights < 0)
        return true;
      const int weights = part.sources[static_cast<size_t>(part.weights)].operand;
      return weights >= 0 && parts_that_read(chain_.parts, weights) == 1;
    });
  }

  const Problem& whole_;
  RowChain chain_;
};

} // namespace

Shape RowChain::Part::result() const {
  const Definition& definition = problem.definition;
  return definition.type_of(definition.tensor_of_equation(definition.results[0])).shape;
}

const catalogue::Algorithm& RowChain::Part::algorithm() const {
  return !windows ? direct_algorithm() : weights >= 0 ? depthwise_algorithm() : pooling_algorithm();
}

std::optional<RowChain> row_chain(const Problem& problem) {
  return Finder(problem).run();
}

Definition row_chain_system(const Problem& problem, const RowChain& chain) {
  std::vector<Stage> systems;
  for (const RowChain::Part& part : chain.parts)
    systems.push_back({part.windows ? channel_vectors(part.problem, *part.windows)
                                    : blocked_columns(part.problem),
                       part.sources});
  return compose_systems(problem.definition, systems);
}

} // namespace fovea::kernels
