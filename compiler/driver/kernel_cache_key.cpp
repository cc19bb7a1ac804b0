#define XXH_INLINE_ALL
#include "compiler/driver/kernel_cache_key.hpp"

#include "compiler/driver/loaded_library.hpp"
#include "compiler/driver/versions.hpp"

#include <fovea/kernels/kernels.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <unistd.h>
#include <xxhash.h>

namespace fovea::driver {
namespace {

// Names and texts may hold anything: with its length in front, each can be read in one way only.
void add(std::string& text, std::string_view title, std::string_view value) {
  fmt::format_to(std::back_inserter(text), "{} {}\n{}\n", title, value.size(), value);
}

// Halide reads HL_LLVM_ARGS and others of its prefix, which change what it makes.
std::string halide_environment() {
  std::vector<std::string> settings;
  for (char** variable = environ; variable && *variable; ++variable)
    if (std::string_view(*variable).substr(0, 3) == "HL_")
      settings.emplace_back(*variable);
  std::sort(settings.begin(), settings.end());
  std::string text;
  for (const std::string& setting : settings)
    add(text, "variable", setting);
  return text;
}

// What else decides a kernel's code than the request.
std::string compiler_identity() {
  std::string text;
  const Versions all = versions();
  add(text, "fovea", all.fovea);
  add(text, "abi", std::to_string(all.abi));
  add(text, "code", kernels::code_identity());
  add(text, "halide", all.halide);
  add(text, "halide library", identity_of_library("libHalide."));
  add(text, "llvm", all.llvm);
  return text + halide_environment();
}

// The canonical text leaves names out, but schedules call stages and dimensions by them.
std::string names_of(const Definition& definition) {
  std::string text;
  for (const Operand& operand : definition.operands)
    add(text, "operand", operand.name);
  for (const Equation& equation : definition.equations) {
    add(text, "equation", equation.name);
    for (const IndexRange& range : equation.free)
      add(text, "free", range.name);
    for (const IndexRange& range : equation.reduced)
      add(text, "reduced", range.name);
  }
  return text;
}

// A name in a file may hold what moves a terminal's cursor.
std::string printable(std::string text) {
  for (char& letter : text)
    if (static_cast<unsigned char>(letter) < ' ' || letter == 0x7f)
      letter = '?';
  return text;
}

std::string what(const catalogue::KernelRequest& request) {
  const Definition& definition = request.definition;
  std::vector<std::string> operands, results;
  for (const Operand& operand : definition.operands)
    operands.push_back(to_string(operand.type));
  for (const int equation : definition.results)
    results.push_back(to_string(definition.type_of(definition.tensor_of_equation(equation))));
  return printable(fmt::format("{}: {}({}) -> {}", request.algorithm, definition.name,
                               fmt::join(operands, ", "), fmt::join(results, ", ")));
}

} // namespace

KernelKey cache_key(const catalogue::KernelRequest& request) {
  static const std::string identity = compiler_identity();
  KernelKey key{{}, what(request), to_string(request.target)};
  // Operands' and results' types stand in the canonical text.
  add(key.text, "definition", canonical_text(request.definition));
  add(key.text, "names", names_of(request.definition));
  add(key.text, "algorithm", request.algorithm);
  if (request.schedule)
    add(key.text, "schedule", request.schedule->to_string());
  else
    add(key.text, "default schedule", "");
  add(key.text, "target", key.target);
  add(key.text, "symbol", request.symbol);
  add(key.text, "forms", to_string(request.forms));
  key.text += identity;
  return key;
}

std::string digest_of(const KernelKey& key) {
  const XXH128_hash_t hash = XXH3_128bits(key.text.data(), key.text.size());
  return fmt::format("{:016x}{:016x}", uint64_t{hash.high64}, uint64_t{hash.low64});
}

} // namespace fovea::driver
