#pragma once
#include <fovea/op/movement.hpp>

namespace fovea {

// What stands in the padding: a number, the nearest element, the tensor mirrored at its edge
// elements, or the tensor again.
enum class PadMode : uint8_t { constant, edge, reflect, wrap };

constexpr std::string_view name_of(PadMode mode) {
  return mode == PadMode::constant  ? "constant"
         : mode == PadMode::edge    ? "edge"
         : mode == PadMode::reflect ? "reflect"
                                    : "wrap";
}
constexpr bool parse(std::string_view name, PadMode& mode) {
  for (PadMode candidate : {PadMode::constant, PadMode::edge, PadMode::reflect, PadMode::wrap})
    if (name == name_of(candidate)) {
      mode = candidate;
      return true;
    }
  return false;
}

namespace ops {

// Elements added in front and behind, per dimension; a negative number takes elements away first,
// and modes other than `constant` see what is left. At any distance: `reflect` goes to and fro,
// `wrap` is periodic (numpy's pad).
struct Pad : OpBase<Pad> {
  static constexpr const char* name = "pad";
  static constexpr int inputs = 1;

  Shape begin{}, end{}; // one entry per dimension; empty: nothing
  PadMode mode = PadMode::constant;
  double value = 0;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("begin", self.begin);
    visit("end", self.end);
    visit("mode", self.mode);
    visit("value", self.value);
  }

  static constexpr bool holds(DType type, double value) {
    if (is_float(type))
      return true;
    const bool is_unsigned = type == DType::u8 || type == DType::boolean;
    double limit = type == DType::boolean ? 2 : 1; // one more than the largest
    for (int64_t bit = is_unsigned ? 0 : 1; bit < 8 * size_of(type) && type != DType::boolean;
         ++bit)
      limit *= 2;
    return value >= (is_unsigned ? 0 : -limit) && value < limit &&
           static_cast<double>(static_cast<int64_t>(value)) == value;
  }

  constexpr Inferred infer(const Types& operands) const {
    TensorType z = operands[0];
    if (const ShapeError error = check_operand(z, 0, max_rank); error.what)
      return error;
    for (const ShapeError& error :
         {check_per_dimension(begin, z, "the padding in front does not fit the input {in}"),
          check_per_dimension(end, z, "the padding behind does not fit the input {in}")})
      if (error.what)
        return error;
    if (!holds(z.dtype, value))
      return ShapeError{"the padding's value is none of the element type",
                        "an integer that fits",
                        "another number",
                        "",
                        {}};
    for (int d = 0; d < z.shape.rank(); ++d) {
      int64_t& extent = z.shape[d];
      const int64_t front = per_dimension(begin, d, 0), behind = per_dimension(end, d, 0);
      int64_t left = extent; // after what is taken away
      const bool fits = !__builtin_add_overflow(left, front < 0 ? front : 0, &left) &&
                        !__builtin_add_overflow(left, behind < 0 ? behind : 0, &left) &&
                        !__builtin_add_overflow(extent, front, &extent) &&
                        !__builtin_add_overflow(extent, behind, &extent);
      if (!fits)
        return ShapeError{"the result is too large",
                          "a size in bytes below 2^63",
                          "padding {0} and {1}",
                          "",
                          {begin, end}};
      if (extent < 1 || (mode != PadMode::constant && left < 1))
        return ShapeError{"negative padding takes all of the input {in} away",
                          "elements left in every dimension",
                          "padding {0} and {1}",
                          "",
                          {begin, end}};
    }
    if (const ShapeError error = check_result(z); error.what)
      return error;
    return z;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// image | pad({0, 0, 1, 1}, {0, 0, 1, 1}, PadMode::reflect): every dimension has its entry.
// (Without a mode, pad(..) is the padding of a convolution or a pool.)
constexpr Layer<ops::Pad> pad(const Shape& begin, const Shape& end, PadMode mode, double value = 0,
                              SourceLocation location = SourceLocation::current()) {
  ops::Pad op;
  op.begin = begin;
  op.end = end;
  op.mode = mode;
  op.value = value;
  return {op, location};
}

} // namespace fovea
