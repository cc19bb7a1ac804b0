#include "compiler/command/inspect_library.hpp"

#include "compiler/command/inspect_program.hpp"
#include "compiler/command/library_sets.hpp"
#include "compiler/command/table.hpp"

#include <fovea/runtime/core.h>
#include <fovea/runtime/load_library.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

namespace fovea::command {
namespace {

// Where a program's weights come from when it is opened.
std::string weights_place(const fovea_program& program) {
  if (program.parameter_count == 0)
    return "none";
  if (program.weights_file)
    return "file";
  const bool embedded =
      program.parameter_data &&
      std::all_of(program.parameter_data, program.parameter_data + program.parameter_count,
                  [](const void* data) { return data != nullptr; });
  return embedded ? "embed" : "caller";
}

int64_t total_macs(const std::vector<KernelCall>& calls) {
  int64_t sum = 0;
  for (const KernelCall& call : calls)
    sum += call.macs;
  return sum;
}

Json tensors_json(const std::vector<ProgramTensor>& tensors) {
  Json list = Json::array();
  for (const ProgramTensor& tensor : tensors)
    list.push_back(to_json(tensor));
  return list;
}

Json program_json(const fovea_program& program) {
  const std::vector<KernelCall> calls = calls_of(program);
  const std::vector<ProgramTensor> parameters = parameters_of(program);
  Json kernels = Json::array();
  for (const KernelCall& call : calls)
    kernels.push_back({{"layer", call.layer},
                       {"ops", call.ops},
                       {"algorithm", call.algorithm},
                       {"macs", call.macs},
                       {"bytes", call.bytes}});
  Json result = {{"name", program.name},
                 {"inputs", tensors_json(inputs_of(program))},
                 {"outputs", tensors_json(outputs_of(program))},
                 {"parameters", tensors_json(parameters)},
                 {"parameter_bytes", total_bytes(parameters)},
                 {"weights", weights_place(program)}};
  if (program.weights_file)
    result["weights_file"] = {{"name", program.weights_file->file_name},
                              {"bytes", program.weights_file->bytes}};
  result.update({{"kernels", std::move(kernels)},
                 {"macs", total_macs(calls)},
                 {"arena_bytes", program.arena_bytes},
                 {"thread_scratch_bytes", program.thread_scratch_bytes},
                 {"prepared_bytes", program.prepared_bytes},
                 {"cpu_features", cpu_features_of(program)}});
  return result;
}

std::string weights_text(const fovea_program& program) {
  const std::string place = weights_place(program);
  if (place == "none")
    return "";
  if (place == "file")
    return fmt::format(", in {} ({})", program.weights_file->file_name,
                       human_bytes(static_cast<int64_t>(program.weights_file->bytes)));
  return place == "embed" ? ", in the library" : ", given by the caller";
}

void print_tensors(const fovea_program& program) {
  Table table({{"tensor"},
               {"name", Table::Align::left, true},
               {"shape", Table::Align::left, true},
               {"type"},
               {"bytes", Table::Align::right}});
  const auto add = [&](const char* role, const std::vector<ProgramTensor>& tensors) {
    for (const ProgramTensor& tensor : tensors)
      table.add({role, tensor.name, shape_text(tensor.shape), fovea_dtype_name(tensor.dtype),
                 with_commas(tensor.bytes)});
  };
  add("input", inputs_of(program));
  add("output", outputs_of(program));
  add("weight", parameters_of(program));
  std::fputs(table.to_string().c_str(), stdout);
}

void print_kernels(const std::vector<KernelCall>& calls) {
  Table table({{"kernel", Table::Align::left, true},
               {"ops", Table::Align::left, true},
               {"algorithm", Table::Align::left, true},
               {"MACs", Table::Align::right},
               {"bytes", Table::Align::right}});
  int64_t bytes = 0;
  for (const KernelCall& call : calls) {
    table.add(
        {call.layer, call.ops, call.algorithm, with_commas(call.macs), with_commas(call.bytes)});
    bytes += call.bytes;
  }
  table.rule();
  table.add({"total", "", "", with_commas(total_macs(calls)), with_commas(bytes)});
  std::fputs(table.to_string().c_str(), stdout);
  fmt::print("Where a kernel multiplies nothing, its MACs are the elements that it writes.\n");
}

std::string processor_text(const fovea_program& program) {
  const std::vector<std::string> features = cpu_features_of(program);
  return features.empty() ? "any of its architecture" : fmt::format("{}", fmt::join(features, " "));
}

// A program for each of the library's targets, and the one that opening chooses here.
struct Variants {
  std::vector<const fovea_program*> programs; // the best first; one: the library has one target
  const fovea_program* chosen = nullptr;      // null: this machine can run none
  std::string problem = {};                   // why it is null
};

std::string target_of(const fovea_program& program) {
  return program.target ? program.target : "";
}

Variants variants_of(const fovea_program& program) {
  Variants variants{{&program}};
  if (program.struct_size >= sizeof program)
    variants.programs.insert(variants.programs.end(), program.variants,
                             program.variants + program.variant_count);
  char message[1024] = "";
  if (fovea_core_choose_variant(&program, &variants.chosen, message, sizeof message))
    variants.chosen = nullptr;
  variants.problem = message;
  return variants;
}

Json variants_json(const Variants& variants) {
  Json list = Json::array();
  for (const fovea_program* program : variants.programs)
    list.push_back({{"target", target_of(*program)},
                    {"cpu_features", cpu_features_of(*program)},
                    {"kernels", program->call_count},
                    {"prepared_bytes", program->prepared_bytes},
                    {"chosen", program == variants.chosen}});
  return list;
}

void print_variants(const Variants& variants) {
  Table table({{"target", Table::Align::left, true},
               {"processor", Table::Align::left, true},
               {"kernels", Table::Align::right},
               {"prepared", Table::Align::right},
               {""}});
  for (const fovea_program* program : variants.programs)
    table.add({target_of(*program), processor_text(*program),
               with_commas(static_cast<int64_t>(program->call_count)),
               human_bytes(static_cast<int64_t>(program->prepared_bytes)),
               program == variants.chosen ? "runs here" : ""});
  std::fputs(table.to_string().c_str(), stdout);
  if (!variants.chosen)
    fmt::print("{}\n", variants.problem);
  fmt::print("\n");
}

// `set`: which of the library's sets of shapes it is for; empty where there is one.
void print_program(const fovea_program& program, const std::string& set) {
  fmt::print("{}{}\n", program.name, set);
  print_tensors(program);
  if (const std::vector<KernelCall> calls = calls_of(program); !calls.empty()) {
    fmt::print("\n");
    print_kernels(calls);
  }
  const auto bytes = [](uint64_t count) { return human_bytes(static_cast<int64_t>(count)); };
  const std::vector<ProgramTensor> parameters = parameters_of(program);
  fmt::print("\nweights    {}{}\n", human_bytes(total_bytes(parameters)), weights_text(program));
  if (program.prepared_bytes)
    fmt::print("prepared   {}, computed from the weights when the model is opened\n",
               bytes(program.prepared_bytes));
  fmt::print("context    {} for intermediate results, {} for each thread\n"
             "processor  {}\n",
             bytes(program.arena_bytes), bytes(program.thread_scratch_bytes),
             processor_text(program));
}

} // namespace

void inspect_library(const std::filesystem::path& path, bool as_json) {
  const host::Library library = host::Library::open(path);
  // The programs of the target that runs here stand for those of the others.
  std::vector<const fovea_program*> programs;
  Variants variants;
  for (size_t k = 0; k < library.program_count(); ++k)
    programs.push_back(&library.program(k));
  if (!programs.empty())
    variants = variants_of(*programs.front());
  const bool has_variants = variants.programs.size() > 1;
  if (variants.chosen)
    for (const fovea_program*& program : programs)
      program = variants_of(*program).chosen;
  if (as_json) {
    Json list = Json::array();
    for (const fovea_program* program : programs)
      list.push_back(program_json(*program));
    Json json = {{"library", path.string()},
                 {"prefix", library.prefix()},
                 {"abi_version", library.table().abi_version},
                 {"sets", count_sets(library)},
                 {"programs", std::move(list)}};
    if (has_variants)
      json["targets"] = variants_json(variants);
    print_json(json);
    return;
  }
  if (has_variants)
    print_variants(variants);
  for (size_t k = 0; k < programs.size(); ++k) {
    if (k > 0)
      fmt::print("\n");
    const bool is_set = k < count_sets(library) && count_sets(library) > 1;
    print_program(*programs[k], is_set ? fmt::format(", set {} of {}: {}", k + 1,
                                                     count_sets(library), shapes_text(*programs[k]))
                                       : "");
  }
}

} // namespace fovea::command
