#include "dsl/definition/number.hpp"

#include <fmt/format.h>

namespace fovea {

std::optional<ErrorParts> misfit(const Number& number, DType type) {
  if (is_float(type))
    return std::nullopt;
  const std::string hint = "a number takes the type of what stands beside it";
  if (!number.whole)
    return ErrorParts{.what = fmt::format("{} is no {}", number.real, name_of(type)),
                      .expected = "an integer",
                      .got = fmt::format("{}", number.real),
                      .hint = hint};
  const bool is_unsigned = type == DType::u8 || type == DType::boolean;
  const int bits = type == DType::boolean ? 1 : static_cast<int>(8 * size_of(type));
  const WideInteger high = (WideInteger{1} << (is_unsigned ? bits : bits - 1)) - 1;
  const WideInteger low = is_unsigned ? 0 : -high - 1;
  if (number.integer < low || number.integer > high)
    return ErrorParts{
        .what = fmt::format("{} overflow", type == DType::i32 ? "int32" : name_of(type)),
        .expected = fmt::format("{} .. {}", static_cast<int64_t>(low), static_cast<int64_t>(high)),
        .got = fmt::format("{}", number.real),
        .hint = hint};
  return std::nullopt;
}

} // namespace fovea
