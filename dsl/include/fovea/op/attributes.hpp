#pragma once
#include <fovea/shape.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// An op's attributes are the members of a plain struct that names each once, in `visit`. From that
// come the generic form below (captured graph, printing) and the IR attributes, in both directions.
namespace fovea {

using AttributeValue = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

// Enumerations print as their names: they have name_of(value) and parse(name, value&).
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T value, std::string_view name) {
  { name_of(value) } -> std::convertible_to<std::string_view>;
  { parse(name, value) } -> std::convertible_to<bool>;
};

inline AttributeValue to_attribute(bool value) {
  return value;
}
inline AttributeValue to_attribute(int64_t value) {
  return value;
}
inline AttributeValue to_attribute(double value) {
  return value;
}
inline AttributeValue to_attribute(const Shape& value) {
  return value.to_vector();
}
template <NamedEnum T>
AttributeValue to_attribute(T value) {
  return std::string(name_of(value));
}

inline bool from_attribute(const AttributeValue& from, bool& to) {
  return std::get_if<bool>(&from) ? (to = std::get<bool>(from), true) : false;
}
inline bool from_attribute(const AttributeValue& from, int64_t& to) {
  return std::get_if<int64_t>(&from) ? (to = std::get<int64_t>(from), true) : false;
}
inline bool from_attribute(const AttributeValue& from, double& to) {
  return std::get_if<double>(&from) ? (to = std::get<double>(from), true) : false;
}
inline bool from_attribute(const AttributeValue& from, Shape& to) {
  const auto* list = std::get_if<std::vector<int64_t>>(&from);
  if (list)
    to = Shape(*list);
  return list && !to.too_long();
}
template <NamedEnum T>
bool from_attribute(const AttributeValue& from, T& to) {
  const auto* name = std::get_if<std::string>(&from);
  return name && parse(*name, to);
}

template <class Op>
Attributes attributes_of(const Op& op) {
  Attributes list;
  op.visit(
      [&](const char* name, const auto& value) { list.emplace_back(name, to_attribute(value)); });
  return list;
}

// "6", "5x5", "same", "yes"
std::string to_string(const AttributeValue& value);
// "filters=6 kernel=5x5"
std::string to_string(const Attributes& attributes);
// Equal, where a list of one entry stands for any number of the same entry.
bool same_value(const AttributeValue& a, const AttributeValue& b);

} // namespace fovea
