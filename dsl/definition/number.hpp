#pragma once
#include <fovea/dtype.hpp>
#include <fovea/error.hpp>

#include <optional>

// Numbers as they are written, in C++ or in a text: they take the type of what stands beside them.
namespace fovea {

__extension__ using WideInteger = __int128;

struct Number {
  double real = 0;
  bool whole = false; // written without a fraction or an exponent: `integer` is exact
  WideInteger integer = 0;
};

// What keeps it from being a value of `type`; none: it is one.
std::optional<ErrorParts> misfit(const Number& number, DType type);

} // namespace fovea
