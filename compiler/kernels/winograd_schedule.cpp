#include "compiler/kernels/winograd_schedule.hpp"

#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/words.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

using Words = std::vector<std::string>;

class Scheduler {
 public:
  Scheduler(const catalogue::Problem& problem, const WinogradForm& form,
            const WinogradSystem& system, const WinogradPlan& plan)
      : problem_(problem), target_(problem.target), form_(form), system_(system), plan_(plan) {}

  std::string text() {
    for (const int pass : system_.weights)
      weights(pass);
    if (system_.root != system_.host)
      in_order();
    host();
    outputs();
    products();
    inputs();
    // An image in blocks is read where it is: the first pass decides what is outside.
    if (problem_.forms.operand(form_.contraction.image).is_row_major())
      image();
    return text_.str();
  }

 private:
  const Equation& equation(int e) const { return system_.stages.equations[static_cast<size_t>(e)]; }
  const std::string& name(int e) const { return equation(e).name; }
  const IndexRange& range(int e, size_t k) const { return equation(e).free[k]; }

  size_t rows() const { return form_.contraction.rows.size(); }
  size_t axes() const { return form_.axes.size(); }
  int64_t unit(size_t row) const { // results of one tile
    for (const WinogradAxis& axis : form_.axes)
      if (axis.row == static_cast<int>(row))
        return axis.tile;
    return 1;
  }
  // The dimension of V, M and Y that is this row.
  std::string row_of(int e, size_t row) const { return range(e, axes() + 1 + row).name; }
  std::string block_of(int e) const { return range(e, axes()).name; }
  std::string lane_of(int e) const { return equation(e).free.back().name; }
  Words points_of(int e) const { // innermost first
    Words words;
    for (size_t k = axes(); k-- > 0;)
      words.push_back(range(e, k).name);
    return words;
  }
  std::string bounds(int e) const { // of a stage that is in tiles
    std::string text;
    for (size_t row = 0; row < rows(); ++row)
      text += " bound_extent(" + row_of(e, row) + ", " + std::to_string(plan_.chunk[row]) + ")";
    return text;
  }

  void weights(int pass) {
    const Equation& own = equation(pass);
    text_ << own.name << ": compute_root vectorize(" << own.free.back().name << ")";
    Words order{own.free.back().name};
    for (const std::string& point : points_of_weights(pass))
      order.push_back(point);
    text_ << " reorder(" << joined(order) << ")";
    const std::string& columns = own.free[points_of_weights(pass).size()].name;
    if (target_.threads > 1)
      text_ << " parallel(" << columns << ")";
    text_ << "\n";
  }
  Words points_of_weights(int pass) const {
    Words words;
    for (size_t k = 0; k <= static_cast<size_t>(pass - system_.weights[0]); ++k)
      words.insert(words.begin(), range(pass, k).name);
    return words;
  }

  // --- the result ------------------------------------------------------------------------------

  std::string own_row(int e, size_t row) const {
    return range(e, static_cast<size_t>(form_.contraction.rows[row])).name;
  }
  int64_t own_extent(size_t row) const {
    return range(system_.root, static_cast<size_t>(form_.contraction.rows[row])).extent;
  }

  // Splits the rows of the result in chunks; gives the loops over chunks, outermost first, and each
  // row's loop within. The plan has at most one that is not exact; it comes first: where loops are
  // one, in parallel, Halide knows the extents of a chunk for the outermost alone.
  std::vector<Loop> split_chunks(std::vector<std::string>& within) {
    std::vector<Loop> chunks;
    for (size_t row = 0; row < rows(); ++row) {
      const std::string own = own_row(system_.root, row);
      const int64_t size = plan_.chunk[row] * unit(row), extent = own_extent(row);
      if (size >= extent) {
        within.push_back(own);
        continue;
      }
      text_ << " split(" << own << ", " << own << "_c, " << own << "_r, " << size << ", "
            << (extent % size ? "guard" : "round_up") << ")";
      const bool exact = extent % size == 0;
      chunks.insert(exact ? chunks.end() : chunks.begin(),
                    {own + "_c", ceiling_quotient(extent, size)});
      within.push_back(own + "_r");
    }
    return chunks;
  }

  // Of the loops over chunks one, in parallel; its name.
  std::string parallel(const std::vector<Loop>& loops) {
    if (loops.empty())
      return "";
    if (target_.threads < 2)
      return loops.back().name;
    return run_in_parallel(text_, loops, loops.size()).name;
  }

  // Of steps over the whole map: joins blocks of channels, and with them rows where those alone do
  // not keep all threads busy, into one loop in parallel; its name. `loops`: outermost first.
  std::string share(const std::vector<Loop>& loops) {
    if (!plan_.whole || target_.threads < 2)
      return loops[0].name;
    constexpr double busy_enough = 0.75; // rows apart compute their borders twice
    const size_t count = evenness(loops[0].extent, target_.threads) >= busy_enough
                             ? 1
                             : loops_to_share(loops, target_.threads);
    return run_in_parallel(text_, loops, count, [](size_t k) { return "task" + std::to_string(k); })
        .name;
  }

  static Words reversed(const std::vector<Loop>& loops) {
    Words words;
    for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop)
      words.push_back(loop->name);
    return words;
  }

  void in_order() {
    const Equation& root = equation(system_.root);
    text_ << root.name << ":";
    std::vector<std::string> within;
    const std::vector<Loop> chunks = split_chunks(within);
    const std::string column = root.free[static_cast<size_t>(form_.contraction.columns[0])].name;
    Words order{within.back()};
    if (!plan_.whole)
      order.push_back(column);
    for (size_t row = rows() - 1; row-- > 0;)
      order.push_back(within[row]);
    if (plan_.whole)
      order.push_back(column);
    for (const std::string& loop : reversed(chunks))
      order.push_back(loop);
    text_ << " reorder(" << joined(order) << ")";
    const int64_t extent = own_extent(rows() - 1);
    const int64_t inner = std::min(plan_.chunk.back() * unit(rows() - 1), extent);
    // Where both vectors and the last chunk are cut off, Halide loses the extent of all chunks.
    if (inner >= target_.lanes(4) && (inner % target_.lanes(4) == 0 || extent % inner == 0))
      text_ << " vectorize(" << within.back() << ", " << target_.lanes(4) << ", guard)";
    if (plan_.whole)
      share(around_rows(column, root.free, within, [&](size_t row) { return own_extent(row); }));
    const std::string level = parallel(chunks);
    place_ = level.empty() ? " compute_root" : " compute_at(" + root.name + ", " + level + ")";
    text_ << "\n";
  }

  // The loop over columns and those over rows but the last, outermost first.
  template <class Extent>
  std::vector<Loop> around_rows(const std::string& column, const std::vector<IndexRange>& free,
                                const Words& loops, const Extent& extent) const {
    std::vector<Loop> around{
        {column, free[static_cast<size_t>(form_.contraction.columns[0])].extent}};
    for (size_t row = 0; row + 1 < rows(); ++row)
      around.push_back({loops[row], extent(row)});
    return around;
  }

  void host() {
    const Equation& host = equation(system_.host);
    const bool is_root = system_.host == system_.root;
    text_ << host.name << ":" << (is_root ? "" : place_ + " store_in(heap)");
    std::vector<std::string> within;
    std::vector<Loop> chunks;
    if (is_root)
      chunks = split_chunks(within);
    else
      for (size_t row = 0; row < rows(); ++row)
        within.push_back(own_row(system_.host, row));
    Words order{host.free.back().name}, unrolled;
    for (size_t row = rows(); row-- > 0;) {
      if (unit(row) == 1)
        continue;
      const std::string loop = within[row];
      const bool exact =
          is_root ? loop != own_row(system_.host, row) || own_extent(row) % unit(row) == 0
                  : own_extent(row) % unit(row) == 0;
      text_ << " split(" << loop << ", " << loop << "_t, " << loop << "_u, " << unit(row) << ", "
            << (exact ? "round_up" : "guard") << ")";
      order.push_back(loop + "_u");
      unrolled.push_back(loop + "_u");
      within[row] = loop + "_t";
    }
    for (size_t row = rows(); row-- > 0;)
      order.push_back(within[row]);
    tile_level_ = within.back();
    const std::string& column = host.free[static_cast<size_t>(form_.contraction.columns[0])].name;
    order.push_back(column);
    for (const std::string& loop : reversed(chunks))
      order.push_back(loop);
    text_ << " reorder(" << joined(order) << ") vectorize(" << order[0] << ") unroll("
          << joined(unrolled) << ")";
    if (is_root) {
      if (plan_.whole)
        share(around_rows(column, host.free, within, [&](size_t row) {
          return ceiling_quotient(own_extent(row), unit(row));
        }));
      const std::string level = parallel(chunks);
      place_ = level.empty() ? " compute_root" : " compute_at(" + host.name + ", " + level + ")";
    }
    text_ << "\n";
  }

  int64_t column_blocks() const { return range(system_.products, axes()).extent; }

  // --- the transforms and the multiplication ---------------------------------------------------

  void outputs() {
    for (const int pass : system_.outputs) {
      text_ << name(pass) << ": compute_at(" << name(system_.host) << ", " << tile_level_ << ")";
      for (size_t row = 0; row < rows(); ++row)
        text_ << " bound_extent(" << row_of(pass, row) << ", 1)";
      text_ << " bound_extent(" << block_of(pass) << ", 1) reorder(" << lane_of(pass) << ", "
            << joined(points_of(pass)) << ") vectorize(" << lane_of(pass) << ") unroll("
            << joined(points_of(pass)) << ")\n";
    }
  }

  void products() {
    const int products = system_.products;
    text_ << name(products) << ":" << place_ << " store_in(heap)" << bounds(products);
    Words order{lane_of(products)}, unrolled, outer;
    std::string level;
    const auto split = [&](const std::string& own, int64_t size, int64_t extent) {
      text_ << " split(" << own << ", " << own << "_t, " << own << "_u, " << size << ", "
            << (extent % size ? "shift_inwards" : "round_up") << ")";
      unrolled.push_back(own + "_u");
      outer.push_back(own + "_t");
    };
    const std::string block = block_of(products);
    split(row_of(products, rows() - 1), plan_.tile.width, plan_.chunk[rows() - 1]);
    level = outer[0];
    if (rows() > 1)
      split(row_of(products, rows() - 2), plan_.tile.height, plan_.chunk[rows() - 2]);
    split(block, plan_.tile.columns, column_blocks());
    order.insert(order.end(), unrolled.begin(), unrolled.end());
    order.insert(order.end(), outer.begin(), outer.end());
    for (size_t row = rows() - std::min<size_t>(rows(), 2); row-- > 0;)
      order.push_back(row_of(products, row));
    for (const std::string& point : points_of(products))
      order.push_back(point);
    text_ << " reorder(" << joined(order) << ") vectorize(" << order[0] << ") unroll("
          << joined(unrolled) << ")";
    if (plan_.whole && target_.threads > 1) {
      const std::vector<Loop> loops = around_products();
      run_in_parallel(text_, loops, loops_to_share(loops, target_.threads));
    }
    text_ << "\n";

    const Equation& sum = equation(system_.sum);
    Words tile{lane_of(system_.sum), block_of(system_.sum), row_of(system_.sum, rows() - 1)};
    if (rows() > 1)
      tile.push_back(row_of(system_.sum, rows() - 2));
    const Words loops(tile.begin() + 1, tile.end());
    text_ << sum.name << ": compute_at(" << name(products) << ", " << level << ") vectorize("
          << tile[0] << ") unroll(" << joined(loops) << ")\n"
          << sum.name << ".1: reorder(" << joined(tile) << ", " << sum.reduced[1].name << ", "
          << sum.reduced[0].name << ") vectorize(" << tile[0] << ") unroll(" << joined(loops)
          << ", " << sum.reduced[1].name << ")\n";
  }
  // Outermost first: points, rows beyond the tile, blocks of columns.
  std::vector<Loop> around_products() const {
    const int products = system_.products;
    std::vector<Loop> loops;
    for (size_t k = 0; k < axes(); ++k)
      loops.push_back({range(products, k).name, range(products, k).extent});
    for (size_t row = 0; row + 2 < rows(); ++row)
      loops.push_back({row_of(products, row), plan_.chunk[row]});
    loops.push_back(
        {block_of(products) + "_t", ceiling_quotient(column_blocks(), plan_.tile.columns)});
    return loops;
  }

  void inputs() {
    const int last = system_.inputs.back();
    const Words points = points_of(last);
    Words order{lane_of(last)};
    order.insert(order.end(), points.begin(), points.end());
    for (size_t row = rows(); row-- > 0;)
      order.push_back(row_of(last, row));
    order.push_back(block_of(last));
    text_ << name(last) << ":" << place_ << " store_in(heap)" << bounds(last) << " reorder("
          << joined(order) << ") vectorize(" << order[0] << ") unroll(" << joined(points) << ")";
    std::vector<Loop> loops{{block_of(last), range(last, axes()).extent}};
    for (size_t row = 0; row + 1 < rows(); ++row)
      loops.push_back({row_of(last, row), plan_.chunk[row]});
    image_level_ = share(loops);
    text_ << "\n";
    for (size_t pass = 0; pass + 1 < system_.inputs.size(); ++pass) {
      const int own = system_.inputs[pass];
      Words unrolled{
          range(own, 0).name, // the points, and the pixels of the tile along the next axis
          range(own, 2 + static_cast<size_t>(form_.axes[1].row)).name};
      text_ << name(own) << ": compute_at(" << name(last) << ", " << row_of(last, rows() - 1)
            << ") reorder(" << lane_of(own) << ", " << joined(unrolled) << ") vectorize("
            << lane_of(own) << ") unroll(" << joined(unrolled) << ")\n";
    }
  }

  // In blocks, with its border.
  void image() {
    const int last = system_.inputs.back();
    const Equation& copy = equation(system_.image);
    text_ << copy.name << ": compute_at(" << name(last) << ", " << image_level_
          << ") store_in(heap) vectorize(" << copy.free.back().name << ")\n";
  }

  const catalogue::Problem& problem_;
  const catalogue::Target& target_;
  const WinogradForm& form_;
  const WinogradSystem& system_;
  const WinogradPlan& plan_;
  std::string place_, tile_level_, image_level_;
  std::ostringstream text_;
};

} // namespace

catalogue::Schedule winograd_schedule(const catalogue::Problem& problem, const WinogradForm& form,
                                      const WinogradSystem& system, const WinogradPlan& plan) {
  return catalogue::Schedule::parse(Scheduler(problem, form, system, plan).text());
}

} // namespace fovea::kernels
