#include "compiler/command/runnable.hpp"

#include "compiler/command/inspect_program.hpp"
#include "compiler/command/library_sets.hpp"
#include "compiler/command/progress.hpp"
#include "compiler/command/warnings.hpp"

#include <fovea/runtime/load_library.hpp>

#include <fmt/format.h>

#include <set>
#include <vector>

namespace fovea::command {
namespace {

std::string type_text(fovea_dtype dtype, std::span<const int64_t> extents) {
  return host::to_string(extents) + " " + fovea_dtype_name(dtype);
}

// The library's parameters, in its order, as the file has them; all that does not fit, at once.
std::vector<fovea_buffer> bind(const fovea_program& program, host::TensorMap& weights,
                               const std::string& path) {
  std::vector<fovea_buffer> buffers;
  std::set<std::string_view> unused;
  std::string problems;
  for (const auto& [name, tensor] : weights)
    unused.insert(name);
  for (uint64_t k = 0; k < program.parameter_count; ++k) {
    const fovea_tensor_info& info = record(program.parameters, k);
    const std::span<const int64_t> extents(info.extents, static_cast<size_t>(info.rank));
    const std::string wanted = type_text(info.dtype, extents);
    const auto found = weights.find(std::string_view(info.name));
    if (found == weights.end()) {
      problems += fmt::format("\n    '{}' is missing: expected {}", info.name, wanted);
      continue;
    }
    if (const std::string got = type_text(found->second.dtype(), found->second.shape());
        got != wanted)
      problems += fmt::format("\n    '{}': expected {}, got {}", info.name, wanted, got);
    buffers.push_back(found->second.buffer());
    unused.erase(found->first);
  }
  for (const std::string_view name : unused)
    problems += fmt::format("\n    '{}' is unknown to the library", name);
  if (!problems.empty())
    throw Error({.what = fmt::format("{}: the weights do not fit library '{}':{}", path,
                                     program.name, problems)});
  return buffers;
}

bool has_weights(const fovea_program& program) {
  if (program.weights_file)
    return true;
  for (uint64_t k = 0; k < program.parameter_count; ++k)
    if (!program.parameter_data || !program.parameter_data[k])
      return false;
  return true;
}

TensorInfo tensor_info(const fovea_tensor_info& info) {
  TensorInfo tensor{info.name, {static_cast<DType>(info.dtype), {}}};
  for (int k = 0; k < info.rank; ++k)
    tensor.type.shape.push_back(info.extents[k]);
  return tensor;
}

Signature signature_of(const host::Model& model) {
  Signature signature;
  for (uint64_t k = 0; k < model.input_count(); ++k)
    signature.inputs.push_back(tensor_info(model.input(k)));
  for (uint64_t k = 0; k < model.output_count(); ++k)
    signature.outputs.push_back(tensor_info(model.output(k)));
  return signature;
}

[[noreturn]] void refuse(const std::string& option, const std::string& why) {
  throw CLI::ValidationError(option, why);
}

} // namespace

Signature signature_of(const Network& network) {
  Signature signature;
  const auto type_of = [&](int value) { return network.values()[static_cast<size_t>(value)].type; };
  for (const int input : network.inputs())
    signature.inputs.push_back({network.values()[static_cast<size_t>(input)].name, type_of(input)});
  for (const OutputInfo& output : network.outputs())
    signature.outputs.push_back({output.name, type_of(output.value)});
  return signature;
}

void RunnableSource::add_to(CLI::App& verb) {
  model_.add_to(verb, true);
  verb.add_option("--weights", weights_path_,
                  "for a LIB.so with its weights in a file: where that is (default: beside it)")
      ->option_text("FILE")
      ->excludes(verb.get_option("--load"));
  flags_.add_to(verb);
}

Runnable RunnableSource::open(const Check& check, const ReadTypes& read_types) const {
  return is_library() ? open_library(check, read_types) : compile_network(check, read_types);
}

Runnable RunnableSource::compile_network(const Check& check, const ReadTypes& read_types) const {
  if (!weights_path_.empty())
    refuse("--weights", name() + " is no library; give a network's weights with --load FILE");
  CompileOptions options = flags_.options();
  const Network network = model_.network(Need::weights, read_types);
  if (check)
    check(signature_of(network));
  Progress progress("compiling " + network.name());
  options.progress = compile_progress(progress);
  Warnings warnings;
  options.warning = warnings.printer(&progress);
  Model model = compile(network, options, nowhere);
  return {.name = model.name(),
          .compiled = model,
          .warnings = warnings.json(),
          .weights = {},
          .model = model.runtime()};
}

Runnable RunnableSource::open_library(const Check& check, const ReadTypes& read_types) const {
  for (const std::string& option : {flags_.first_given(), model_.only_for_networks()})
    if (!option.empty())
      refuse(option, name() + " is a library: it is compiled already");
  const host::Library library = host::Library::open(name());
  const size_t number = pick_set(library, model_.shapes(), read_types);
  const fovea_program& program = library.program(number);
  fovea_model_options options{};
  std::shared_ptr<host::TensorMap> weights;
  std::vector<fovea_buffer> buffers;
  if (!weights_path_.empty())
    options.weights_path = weights_path_.c_str();
  if (const std::string& path = model_.weights_file(); !path.empty()) {
    weights = std::make_shared<host::TensorMap>(host::read_safetensors(path));
    buffers = bind(program, *weights, path);
    options.parameters = buffers.data();
    options.parameter_count = buffers.size();
  } else if (!has_weights(program)) {
    throw Error({.what = name() + ": the library's caller gives its weights",
                 .hint = "give them with --load FILE.safetensors"});
  }
  Runnable opened{.name = program.name,
                  .compiled = {},
                  .warnings = Json::array(),
                  .weights = weights,
                  .model = library.model(number, &options)};
  if (check)
    check(signature_of(opened.model));
  return opened;
}

} // namespace fovea::command
