#include <fovea/shape.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>

namespace fovea {

std::string to_string(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape.begin(), shape.end(), "x"));
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << to_string(shape);
}

std::string to_string(const TensorType& type) {
  if (type.shape.empty())
    return std::string(name_of(type.dtype));
  return fmt::format("{}x{}", to_string(type.shape), name_of(type.dtype));
}

} // namespace fovea
