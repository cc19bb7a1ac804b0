#pragma once
#include <fovea/inline_vector.hpp>
#include <fovea/shape.hpp>

#include <string>

// What an op's shape rule returns. The rules are constexpr and never throw: the same code checks a
// block in a static_assert, a network while it is written, and the op's IR verifier.
namespace fovea {

inline constexpr int max_operands = 64;

// Operand types, data first, then parameters (weights).
using Types = InlineVector<TensorType, max_operands>;

// Why a shape rule refuses its operands. In the texts {0} .. {3} stand for `values` (a Shape
// prints as "5x5", a number is a shape of rank 1) and {in} for the first operand's shape.
struct ShapeError {
  const char* what = nullptr; // "the {0} kernel does not fit its {1} input"; null: no error
  const char* expected = "";  // "padded extent >= {0}"
  const char* got = "";
  const char* hint = "";
  InlineVector<Shape, 4> values{};
};

// Types of an op's results, or why there are none.
struct Inferred {
  InlineVector<TensorType, 4> results{};
  ShapeError error{};

  constexpr Inferred(const TensorType& type) : results{type} {} // NOLINT(*-explicit-*)
  constexpr Inferred(const ShapeError& error) : error(error) {} // NOLINT(*-explicit-*)
  constexpr bool ok() const { return error.what == nullptr; }
};

// Puts `values` into one of the texts of `error`.
std::string render(const char* text, const ShapeError& error, const Shape& input);

// A weight that an op brings with it: its name is the layer's name, a dot, and `suffix`.
struct Parameter {
  const char* suffix = "";
  TensorType type;
};
using Parameters = InlineVector<Parameter, 6>;

// Checks shared by the rules: at least one operand, ranks, extents >= 1, sizes that fit.
constexpr ShapeError check_operand(const TensorType& type, int min_rank, int max_rank_allowed) {
  if (type.shape.too_long())
    return {"the input has more dimensions than a tensor may have",
            "rank <= {0}",
            "more",
            "",
            {Shape{max_rank}}};
  if (type.shape.rank() < min_rank || type.shape.rank() > max_rank_allowed)
    return {"the input {in} has the wrong rank",
            min_rank == max_rank_allowed ? "rank {0}" : "rank {0} to {1}",
            "rank {2}",
            "a batch of images is [batch, channels, height, width]",
            {Shape{min_rank}, Shape{max_rank_allowed}, Shape{type.shape.rank()}}};
  for (int64_t extent : type.shape)
    if (extent < 1)
      return {"the input {in} has an extent below 1", "extents >= 1", "{0}", "", {type.shape}};
  if (type.bytes() < 0)
    return {"the input {in} is too large", "a size in bytes below 2^63", "{0}", "", {type.shape}};
  return {};
}
constexpr ShapeError check_float(const TensorType& type) {
  if (!is_float(type.dtype))
    return {"its elements are integers", "a float type", "", "", {}};
  return {};
}
constexpr ShapeError check_result(const TensorType& type) {
  if (type.shape.too_long())
    return {"the result has more dimensions than a tensor may have",
            "rank <= {0}",
            "more",
            "",
            {Shape{max_rank}}};
  if (type.bytes() < 0)
    return {"the result is too large", "a size in bytes below 2^63", "{0}", "", {type.shape}};
  return {};
}

} // namespace fovea
