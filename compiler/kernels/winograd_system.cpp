#include "compiler/kernels/winograd_system.hpp"

#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/rewrite.hpp"
#include "compiler/kernels/winograd_rows.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

IndexExpr at(int number) {
  return IndexExpr::of(number);
}

Subscript plain(IndexExpr index) {
  return {std::move(index), Boundary::none, nullptr};
}

Subscript zero_outside(IndexExpr index) {
  Node zero;
  return {std::move(index), Boundary::fill, node_of(zero)};
}

Equation make_equation(std::string name, std::vector<IndexRange> free) {
  Equation equation;
  equation.name = std::move(name);
  equation.free = std::move(free);
  return equation;
}

// The equations, each reading those before it. `U`, `D`, `V`, `M`, `Y` are the literature's names.
class Equations {
 public:
  Equations(const Definition& definition, const WinogradForm& form)
      : definition_(definition), form_(form), sum_(sum_of(definition, form)) {
    const WinogradExtents extents = winograd_extents(definition, form);
    columns_ = extents.columns;
    channels_ = extents.channels;
    for (size_t row = 0; row < extents.tiles.size(); ++row)
      rows_.push_back(
          {sum_.free[static_cast<size_t>(form.contraction.rows[row])].name, extents.tiles[row]});
    for (const WinogradAxis& axis : form.axes)
      rows_[static_cast<size_t>(axis.row)].name += "_t";
  }

  // One pass of G for each axis; the first one packs: (points.., k_o, c_o, c_i, taps.., k_i).
  std::vector<Equation> weights(int plain_weights, int first_tensor) const {
    std::vector<Equation> passes;
    for (size_t pass = 0; pass < axes(); ++pass) {
      const WinogradTransform transform = form_.axes[pass].transform();
      std::vector<IndexRange> free = points(pass + 1);
      const int k_o = static_cast<int>(free.size());
      for (const IndexRange& range :
           {IndexRange{"k_o", columns_}, {"c_o", channels_}, {"c_i", form_.block}})
        free.push_back(range);
      for (size_t later = pass + 1; later < axes(); ++later)
        free.push_back({"n" + std::to_string(later), form_.axes[later].taps});
      const int k_i = static_cast<int>(free.size());
      free.push_back({"k_i", form_.block});
      std::vector<Expr> values;
      for (int64_t tap = 0; tap < transform.taps; ++tap) {
        std::vector<IndexExpr> taps{{tap, {}}};
        for (int n = k_o + 3; n < k_i; ++n)
          taps.push_back(at(n));
        values.push_back(
            pass == 0 ? packed(plain_weights, k_o, k_i, taps)
                      : read_pass(first_tensor + static_cast<int>(pass) - 1, pass, k_o, k_i, taps));
      }
      Equation equation = make_equation(pass + 1 < axes() ? "U_rows" : "U", std::move(free));
      equation.body = row_by_parity(transform.weights, at(static_cast<int>(pass)), values);
      passes.push_back(std::move(equation));
    }
    return passes;
  }

  // D(c_o, rows.., c_i): what tiles read, also of the last ones, which stick out.
  Equation image(const Layout& layout) const {
    Equation copy = make_equation("D", input_ranges(0));
    const int c_i = static_cast<int>(copy.free.size()) - 1;
    Node read = *factors_of(definition_, form_.contraction).image;
    const int channel_axis = kernels::channel_axis(definition_, form_.contraction);
    for (int d = 0; d < static_cast<int>(read.subscripts.size()); ++d) {
      Subscript& subscript = read.subscripts[static_cast<size_t>(d)];
      const int64_t extent = definition_.type_of(read.tensor).shape[d];
      if (d == channel_axis) {
        const IndexExpr channel = at(0) * form_.block + at(c_i);
        const bool surplus = layout.is_row_major() && extent % form_.block != 0;
        subscript = surplus ? zero_outside(channel) : plain(channel);
        continue;
      }
      const Contraction::Window* window = window_at(form_.contraction, d);
      if (!window) {
        if (!subscript.index.is_constant())
          subscript.index = at(1 + row_number(subscript.index.terms[0].index));
        continue;
      }
      const int row = 1 + row_number(window->row);
      subscript.index = at(row) + IndexExpr{window->offset, {}};
      const int64_t end = copy.free[static_cast<size_t>(row)].extent + window->offset;
      if (subscript.boundary == Boundary::none && end > extent)
        subscript = zero_outside(subscript.index);
    }
    copy.body = node_of(std::move(read));
    return copy;
  }

  // One pass of B^T for each axis: (points.., c_o, rows.., c_i), rows of later axes still pixels.
  std::vector<Equation> inputs(int image) const {
    std::vector<Equation> passes;
    for (size_t pass = 0; pass < axes(); ++pass) {
      const WinogradAxis& axis = form_.axes[pass];
      Equation equation = make_equation(pass + 1 < axes() ? "V_rows" : "V", input_ranges(pass + 1));
      std::vector<Expr> values;
      for (int64_t k = 0; k < axis.size(); ++k) {
        std::vector<Subscript> subscripts;
        for (size_t n = 0; n < equation.free.size(); ++n)
          if (n != pass)
            subscripts.push_back(plain(at(static_cast<int>(n))));
        Subscript& row = subscripts[pass + 1 + static_cast<size_t>(axis.row)];
        row.index = row.index * axis.tile + IndexExpr{k, {}};
        values.push_back(make_read(image + static_cast<int>(pass), DType::f32, subscripts));
      }
      equation.body = row_by_parity(axis.transform().input, at(static_cast<int>(pass)), values);
      passes.push_back(std::move(equation));
    }
    return passes;
  }

  Equation products(int inputs, int weights) const {
    Equation sum = make_equation("M", output_ranges(0));
    sum.reduction = ReduceKind::sum;
    sum.reduced = {{"c_o", channels_}, {"c_i", form_.block}};
    const int k_o = static_cast<int>(axes()), k_i = static_cast<int>(sum.free.size()) - 1;
    std::vector<Subscript> image, weight;
    for (int n = 0; n < k_o; ++n) {
      image.push_back(plain(at(n)));
      weight.push_back(plain(at(n)));
    }
    image.push_back(plain(at(k_i + 1)));
    for (int n = k_o + 1; n < k_i; ++n)
      image.push_back(plain(at(n)));
    image.push_back(plain(at(k_i + 2)));
    for (const int n : {k_o, k_i + 1, k_i + 2, k_i})
      weight.push_back(plain(at(n)));
    Node product;
    product.kind = Node::Kind::op;
    product.op = ScalarOp::mul;
    product.args = {make_read(inputs, DType::f32, image), make_read(weights, DType::f32, weight)};
    sum.body = node_of(std::move(product));
    return sum;
  }

  // One pass of A^T for each axis: (offsets in the tile.., points.., k_o, rows.., k_i).
  std::vector<Equation> outputs(int products) const {
    std::vector<Equation> passes;
    for (size_t pass = 0; pass < axes(); ++pass) {
      const WinogradTransform transform = form_.axes[pass].transform();
      Equation equation =
          make_equation(pass + 1 < axes() ? "Y_rows" : "Y", output_ranges(pass + 1));
      std::vector<Expr> values;
      for (int64_t k = 0; k < transform.size(); ++k) {
        std::vector<Subscript> subscripts = own_subscripts(equation);
        subscripts[pass] = plain({k, {}});
        values.push_back(make_read(products + static_cast<int>(pass), DType::f32, subscripts));
      }
      equation.body = row_by_pairs(transform.output, at(static_cast<int>(pass)), values);
      passes.push_back(std::move(equation));
    }
    return passes;
  }

  // The contraction's value at its own indices.
  Expr value(int outputs) const {
    std::vector<Subscript> subscripts;
    std::vector<IndexExpr> rows;
    for (const int row : form_.contraction.rows)
      rows.push_back(at(row));
    for (const WinogradAxis& axis : form_.axes) {
      IndexExpr& row = rows[static_cast<size_t>(axis.row)];
      subscripts.push_back(plain(mod(row, axis.tile)));
      row = floor_div(row, axis.tile);
    }
    const IndexExpr column = at(form_.contraction.columns[0]);
    subscripts.push_back(plain(floor_div(column, form_.block)));
    for (const IndexExpr& row : rows)
      subscripts.push_back(plain(row));
    subscripts.push_back(plain(mod(column, form_.block)));
    return make_read(outputs, DType::f32, std::move(subscripts));
  }

 private:
  size_t axes() const { return form_.axes.size(); }

  int row_number(int index) const {
    const std::vector<int>& rows = form_.contraction.rows;
    return static_cast<int>(std::find(rows.begin(), rows.end(), index) - rows.begin());
  }

  std::vector<IndexRange> points(size_t count) const {
    std::vector<IndexRange> ranges;
    for (size_t k = 0; k < count; ++k)
      ranges.push_back({"i" + std::to_string(k), form_.axes[k].size()});
    return ranges;
  }

  std::vector<IndexRange> input_ranges(size_t passes) const {
    std::vector<IndexRange> ranges = points(passes);
    ranges.push_back({"c_o", channels_});
    const size_t first = ranges.size();
    ranges.insert(ranges.end(), rows_.begin(), rows_.end());
    for (size_t k = passes; k < axes(); ++k) { // in pixels
      const WinogradAxis& axis = form_.axes[k];
      const size_t row = static_cast<size_t>(axis.row);
      ranges[first + row] = sum_.free[static_cast<size_t>(form_.contraction.rows[row])];
      ranges[first + row].extent = rows_[row].extent * axis.tile + axis.taps - 1;
    }
    ranges.push_back({"c_i", form_.block});
    return ranges;
  }

  std::vector<IndexRange> output_ranges(size_t passes) const {
    std::vector<IndexRange> ranges = points(axes());
    for (size_t k = 0; k < passes; ++k)
      ranges[k] = {"o" + std::to_string(k), form_.axes[k].tile};
    ranges.push_back({"k_o", columns_});
    ranges.insert(ranges.end(), rows_.begin(), rows_.end());
    ranges.push_back({"k_i", form_.block});
    return ranges;
  }

  // The plain weights at column 16 k_o + k_i, channel 16 c_o + c_i and these taps; 0 in the
  // surplus.
  Expr packed(int tensor, int k_o, int k_i, const std::vector<IndexExpr>& taps) const {
    Node read = *factors_of(definition_, form_.contraction).weights;
    std::vector<IndexExpr> indices(static_cast<size_t>(index_count(sum_)));
    indices[static_cast<size_t>(form_.contraction.columns[0])] = at(k_o) * form_.block + at(k_i);
    indices[static_cast<size_t>(form_.channel)] = at(k_o + 1) * form_.block + at(k_o + 2);
    for (size_t k = 0; k < axes(); ++k)
      indices[static_cast<size_t>(form_.axes[k].term)] = taps[k];
    for (Subscript& subscript : read.subscripts) {
      const bool blocked = !subscript.index.is_constant() &&
                           (subscript.index.is_index(form_.contraction.columns[0]) ||
                            subscript.index.is_index(form_.channel));
      subscript.index = substitute(subscript.index, indices);
      if (blocked)
        subscript = zero_outside(subscript.index);
    }
    read.tensor = tensor;
    return node_of(std::move(read));
  }

  // The pass before, at the points that are there already and these taps.
  static Expr read_pass(int tensor, size_t pass, int k_o, int k_i,
                        const std::vector<IndexExpr>& taps) {
    std::vector<Subscript> subscripts;
    for (int n = 0; n < static_cast<int>(pass); ++n)
      subscripts.push_back(plain(at(n)));
    for (int n = k_o; n < k_o + 3; ++n)
      subscripts.push_back(plain(at(n)));
    for (const IndexExpr& tap : taps)
      subscripts.push_back(plain(tap));
    subscripts.push_back(plain(at(k_i)));
    return make_read(tensor, DType::f32, std::move(subscripts));
  }

  const Definition& definition_;
  const WinogradForm& form_;
  const Equation& sum_;
  int64_t columns_ = 1, channels_ = 1; // in blocks
  std::vector<IndexRange> rows_;       // the contraction's, in tiles
};

} // namespace

Definition winograd_weights(const Problem& problem, const WinogradForm& form) {
  const Operand& weights =
      problem.definition.operands[static_cast<size_t>(form.contraction.weights)];
  Definition result;
  result.name = problem.definition.name + "_weights";
  result.operands = {weights};
  result.equations = Equations(problem.definition, form).weights(0, 1);
  result.results = {static_cast<int>(result.equations.size()) - 1};
  return result;
}

WinogradSystem winograd_system(const Problem& problem, const WinogradForm& form) {
  WinogradSystem system;
  Definition definition = problem.definition;
  const Contraction& contraction = form.contraction;
  const Equations equations(problem.definition, form);
  int next = contraction.equation;
  const auto add = [&](Equation equation) {
    insert_equation(definition, next, std::move(equation));
    return definition.tensor_of_equation(next++);
  };
  const auto add_all = [&](std::vector<Equation> list, std::vector<int>& places) {
    for (Equation& equation : list) {
      places.push_back(next);
      add(std::move(equation));
    }
    return definition.tensor_of_equation(next - 1);
  };

  int weights = contraction.weights;
  std::vector<Equation> passes =
      equations.weights(contraction.weights, definition.tensor_of_equation(next));
  if (problem.forms.is_prepared(weights))
    definition.operands[static_cast<size_t>(weights)].type = {DType::f32, passes.back().shape()};
  else
    weights = add_all(std::move(passes), system.weights);
  system.image = next;
  const Layout image_layout = problem.forms.operand(contraction.image);
  const int image = add(equations.image(image_layout));
  const int inputs = add_all(equations.inputs(image), system.inputs);
  system.sum = next;
  const int products = add(equations.products(inputs, weights));
  const int outputs = add_all(equations.outputs(products), system.outputs);

  Equation& value = definition.equations[static_cast<size_t>(next)];
  value.reduction.reset();
  value.reduced.clear();
  value.body = equations.value(outputs);
  for (int k = 0; k < static_cast<int>(definition.operands.size()); ++k)
    store_operand(definition, k, problem.forms.operand(k));
  for (int e = next; e < static_cast<int>(definition.equations.size()); ++e)
    block_equation(definition, e, contraction.columns[0], form.block);
  finish_blocked_result(definition, problem, contraction.columns[0], form.block);

  system.stages = split_stages(narrow_ranges(definition));
  system.products = system.sum + 1; // in front of it stands its sum now
  for (int& output : system.outputs)
    ++output;
  system.root = system.stages.results[0];
  system.host = system.root - (problem.forms.result(0).is_row_major() ? 1 : 0);
  return system;
}

} // namespace fovea::kernels
