#include "compiler/driver/shape_sets.hpp"

namespace fovea::driver {
namespace {

const ValueInfo& value_of(const Network& network, int number) {
  return network.values()[static_cast<size_t>(number)];
}

// What must be equal in all sets: "x f32 of 4 extents".
std::string signature(const std::string& name, const TensorType& type) {
  return name + " " + std::string(name_of(type.dtype)) + " of " +
         std::to_string(type.shape.rank()) + " extents";
}

std::string signature(const Network& network) {
  std::string text = "inputs";
  for (const int input : network.inputs())
    text += " " + signature(value_of(network, input).name, value_of(network, input).type) + ",";
  text += " outputs";
  for (const OutputInfo& output : network.outputs())
    text += " " + signature(output.name, value_of(network, output.value).type) + ",";
  text.pop_back();
  return text;
}

std::string first_other_weight(const Network& a, const Network& b) {
  const std::vector<int> of_a = a.parameters(), of_b = b.parameters();
  for (size_t k = 0; k < of_a.size() && k < of_b.size(); ++k)
    if (value_of(a, of_a[k]).name != value_of(b, of_b[k]).name ||
        value_of(a, of_a[k]).type != value_of(b, of_b[k]).type)
      return value_of(b, of_b[k]).name;
  if (of_a.size() == of_b.size())
    return {};
  return of_a.size() < of_b.size() ? value_of(b, of_b[of_a.size()]).name
                                   : value_of(a, of_a[of_b.size()]).name;
}

} // namespace

std::string shapes_text(const Shapes& shapes) {
  std::string text;
  for (const auto& [name, shape] : shapes)
    text += (text.empty() ? "" : ", ") + name + " " + to_string(shape);
  return text;
}

std::string shapes_text(const Network& network) {
  std::string text;
  for (const int input : network.inputs())
    text += (text.empty() ? "" : ", ") + value_of(network, input).name + " " +
            to_string(value_of(network, input).type.shape);
  return text;
}

void check_sets(std::span<const Network> sets, WeightsPlace weights, SourceLocation location) {
  if (sets.empty())
    throw Error({.what = "emit: there is no network", .where = location});
  for (size_t k = 1; k < sets.size(); ++k) {
    const std::string expected = signature(sets[0]), got = signature(sets[k]);
    if (expected != got)
      throw Error({.what = "emit: the sets of shapes are not those of one network",
                   .where = location,
                   .expected = expected,
                   .got = got,
                   .hint = "emit a library for each"});
    for (size_t j = 0; j < k; ++j)
      if (shapes_text(sets[j]) == shapes_text(sets[k]))
        throw Error({.what = "emit: two sets of shapes are the same: " + shapes_text(sets[k]),
                     .where = location});
    const std::string other = first_other_weight(sets[0], sets[k]);
    if (weights == WeightsPlace::caller && !other.empty())
      throw Error({.what = "emit: the caller cannot give the weights: '" + other +
                           "' depends on the shapes of the inputs",
                   .where = location,
                   .hint = "use WeightsPlace::embed or WeightsPlace::file"});
  }
}

} // namespace fovea::driver
