#include "compiler/emit/c_names.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <array>

namespace fovea::emission {
namespace {

constexpr std::string_view keywords[] = {
    // C
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum",
    "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict",
    "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union",
    "unsigned", "void", "volatile", "while", "typeof", "typeof_unqual",
    // C++
    "alignas", "alignof", "and", "and_eq", "asm", "bitand", "bitor", "bool", "catch", "char16_t",
    "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept",
    "const_cast", "consteval", "constexpr", "constinit", "decltype", "delete", "dynamic_cast",
    "explicit", "export", "false", "friend", "mutable", "namespace", "new", "noexcept", "not",
    "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
    "reinterpret_cast", "requires", "static_assert", "static_cast", "template", "this",
    "thread_local", "throw", "true", "try", "typeid", "typename", "using", "virtual", "wchar_t",
    "xor", "xor_eq",
    // Macros of the standard headers, and of compilers that speak GNU C or Windows
    "assert", "complex", "errno", "EOF", "I", "imaginary", "NULL", "noreturn", "offsetof", "setjmp",
    "stderr", "stdin", "stdout", "va_arg", "va_copy", "va_end", "va_start", "i386", "linux", "unix",
    "near", "far", "min", "max", "small", "interface", "IN", "OUT",
    // Types that the headers use
    "int8_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "fovea_status"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Gives out names, each once; capitals do not tell them apart.
class UniqueNames {
 public:
  std::string take(const std::string& name) {
    std::string unique = name;
    for (int number = 2; !taken_.insert(upper_case(unique)).second; ++number)
      unique = name + "_" + std::to_string(number);
    return unique;
  }

 private:
  std::set<std::string> taken_;
};

} // namespace

bool is_taken_in_c(std::string_view name) {
  return std::ranges::find(keywords, name) != std::end(keywords);
}

std::string c_identifier(std::string_view text) {
  std::string name;
  for (char c : text)
    if (is_letter(c) || is_digit(c))
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  while (!name.empty() && name.back() == '_') // PREFIX_X__SIZE would belong to C++
    name.pop_back();
  if (name.empty())
    return "tensor";
  return is_digit(name.front()) ? "n" + name : name;
}

std::string default_prefix(std::string_view network) {
  const std::string name = c_identifier(network);
  return prefix_problem(name).empty() ? name : name + "_network";
}

std::string prefix_problem(std::string_view prefix) {
  const auto word = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  if (prefix.empty() || !std::ranges::all_of(prefix, word) || is_digit(prefix.front()))
    return "it is no C identifier";
  if (is_taken_in_c(prefix))
    return "it is a word of C or C++";
  if (prefix.front() == '_' || prefix.find("__") != std::string_view::npos || prefix.back() == '_')
    return "names with an underscore in front, or with two in a row, belong to the compiler";
  if (prefix == "fovea" || prefix == "FOVEA" || prefix.starts_with("fovea_") ||
      prefix.starts_with("FOVEA_") || prefix == "std")
    return "names that begin with it are taken";
  return {};
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

std::string_view c_type(DType type) {
  switch (type) {
  case DType::f16:
  case DType::bf16:
    return "uint16_t";
  case DType::f32:
    return "float";
  case DType::f64:
    return "double";
  case DType::i8:
    return "int8_t";
  case DType::u8:
  case DType::boolean:
    return "uint8_t";
  case DType::i32:
    return "int32_t";
  case DType::i64:
    return "int64_t";
  }
  return {};
}

std::string c_dtype(DType type) {
  return "FOVEA_" + (type == DType::boolean ? "BOOLEAN" : upper_case(std::string(name_of(type))));
}

CTensors name_tensors(const ir::Plan& plan, const std::string& prefix,
                      const std::vector<const ir::Plan*>& other_sets) {
  UniqueNames names;
  const auto name = [&](const std::vector<ir::PlanValue>& values) {
    std::vector<CTensor> tensors;
    for (const ir::PlanValue& value : values) {
      const std::string unique = names.take(c_identifier(value.name));
      tensors.push_back({.value = &value,
                         .member = is_taken_in_c(unique) ? unique + "_" : unique,
                         .macro = upper_case(prefix + "_" + unique)});
    }
    return tensors;
  };
  CTensors tensors;
  tensors.inputs = name(plan.inputs);
  tensors.outputs = name(plan.outputs);
  tensors.weights = name(plan.parameters);
  for (const ir::Plan* other : other_sets) {
    for (size_t k = 0; k < other->inputs.size(); ++k)
      tensors.inputs[k].other_shapes.push_back(other->inputs[k].type.shape);
    for (size_t k = 0; k < other->outputs.size(); ++k)
      tensors.outputs[k].other_shapes.push_back(other->outputs[k].type.shape);
  }
  return tensors;
}

std::string shapes_member(const CTensors& tensors) {
  const auto is_taken = [&](const std::string& name) {
    return std::ranges::find(tensors.inputs, name, &CTensor::member) != tensors.inputs.end();
  };
  return is_taken("shapes") ? "shapes_of_inputs" : "shapes";
}

} // namespace fovea::emission
