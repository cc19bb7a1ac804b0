#include "compiler/command/command.hpp"
#include "compiler/command/compile_flags.hpp"
#include "compiler/command/intermediate.hpp"
#include "compiler/command/model_source.hpp"
#include "compiler/command/output_folder.hpp"
#include "compiler/command/progress.hpp"
#include "compiler/command/table.hpp"
#include "compiler/command/warnings.hpp"

#include <fovea/emit.hpp>

#include <fmt/ranges.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace fovea::command {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> library_endings = {".so", ".a", ".o"};

class CompileCommand {
 public:
  CompileCommand(CLI::App& verb, ModelSource model);
  void run();

 private:
  bool emits_text() const { return emit_ == "ir" || emit_ == "asm"; } // one file
  void check_command_line() const;
  std::vector<fs::path> output_files() const;
  void check_outputs() const;
  EmitOptions emit_options() const;
  CompileOptions compile_options(Progress& progress);

  void write_library();
  void write_intermediate();
  void report(const Network& network, const EmittedLibrary& library) const;
  void report(const std::vector<EmittedFile>& files) const;

  ModelSource model_;
  CompileFlags flags_;
  std::string output_, header_, cpp_header_, prefix_, emit_;
  std::string weights_ = "embed";
  int threads_ = 0;
  bool json_ = false;
  Warnings warnings_;
};

CompileCommand::CompileCommand(CLI::App& verb, ModelSource model) : model_(std::move(model)) {
  verb.add_option("-o,--output", output_,
                  "the library, by its ending: shared (.so), archive (.a), object (.o)")
      ->option_text("FILE");
  verb.add_option("--threads", threads_, "threads that compile (default: all cores)")
      ->option_text("N")
      ->check(CLI::Range(1, 4096));
  verb.add_flag("--json", json_, "report for machines");
  model_.add_to(verb);

  constexpr const char* library = "Library";
  std::vector<CLI::Option*> of_library = {
      verb.add_option("--header", header_, "write the C header, all that a program needs beside it")
          ->option_text("FILE.h"),
      verb.add_option("--cpp-header", cpp_header_,
                      "write a C++ header over the C header, with destructors and spans")
          ->option_text("FILE.hpp"),
      verb.add_option("--name", prefix_,
                      "what every exported name begins with, a C identifier (default: the "
                      "network's name)")
          ->option_text("PREFIX"),
      verb.add_option("--weights", weights_,
                      "where the library's weights go: into it, into a FILE that it maps when it "
                      "is opened, or nowhere, and its caller gives them (default: embed)")
          ->option_text("embed|FILE|caller")};
  CLI::Option* emit =
      verb.add_option("--emit", emit_,
                      "instead of a library: the network as IR or the kernels' assembly (to "
                      "standard output without -o), the network after each phase, or all that is "
                      "known of each kernel (to the folder that -o names)")
          ->option_text("ir|asm|phases|kernels")
          ->check(CLI::IsMember({"ir", "asm", "phases", "kernels"}));
  for (CLI::Option* option : of_library)
    option->group(library)->excludes(emit);
  emit->group("Looking inside");
  flags_.add_to(verb);
}

void CompileCommand::check_command_line() const {
  if (output_.empty() && !emits_text())
    throw CLI::RequiredError("-o FILE");
  if (output_.empty() && json_)
    throw CLI::ValidationError("--json", "with --emit it needs -o: standard output has the text");
  if (!emit_.empty())
    return;
  const std::string ending = fs::path(output_).extension().string();
  if (std::ranges::find(library_endings, ending) == library_endings.end())
    throw CLI::ValidationError("-o", output_ + ": expected a name that ends in .so (shared "
                                               "library), .a (archive) or .o (object)");
  // Weights are read by another option: nobody wants his trained ones replaced.
  if (weights_.ends_with(".safetensors"))
    throw CLI::ValidationError("--weights",
                               "it says where the library's weights go, and " + weights_ +
                                   " is no name for them; --load FILE reads a model's weights");
}

std::vector<fs::path> CompileCommand::output_files() const {
  if (emit_ == "phases" || emit_ == "kernels" || output_.empty())
    return {};
  std::vector<fs::path> files = {output_};
  if (emits_text())
    return files;
  for (const std::string& header : {header_, cpp_header_})
    if (!header.empty())
      files.emplace_back(header);
  if (weights_ != "embed" && weights_ != "caller")
    files.emplace_back(weights_);
  return files;
}

void CompileCommand::check_outputs() const {
  const std::vector<fs::path> files = output_files();
  for (const fs::path& file : files)
    for (const std::string& read : {model_.name(), model_.weights_file()})
      if (std::error_code error; fs::equivalent(file, read, error))
        throw Error({.what = file.string() + ": the model is read from this file",
                     .hint = "write to another one"});
  check_writable(files);
}

CompileOptions CompileCommand::compile_options(Progress& progress) {
  CompileOptions options = emit_.empty() ? flags_.options_of_library() : flags_.options();
  options.threads = threads_;
  options.progress = compile_progress(progress);
  options.warning = warnings_.printer(&progress);
  return options;
}

EmitOptions CompileCommand::emit_options() const {
  EmitOptions options{.header = header_, .cpp_header = cpp_header_, .prefix = prefix_};
  options.targets = flags_.targets();
  if (weights_ == "caller") {
    options.weights = WeightsPlace::caller;
  } else if (weights_ != "embed") {
    options.weights = WeightsPlace::file;
    options.weights_file = weights_;
  }
  return options;
}

void CompileCommand::run() {
  check_command_line();
  // Wrong usage comes before what is wrong with files.
  static_cast<void>(emit_.empty() ? flags_.options_of_library() : flags_.options());
  static_cast<void>(flags_.targets());
  check_outputs();
  if (emit_.empty())
    write_library();
  else
    write_intermediate();
}

void CompileCommand::write_library() {
  EmitOptions options = emit_options();
  const std::vector<Network> sets =
      model_.networks(options.weights == WeightsPlace::caller ? Need::shapes_only : Need::weights);
  Progress progress("compiling " + sets.front().name());
  options.compile = compile_options(progress);
  const EmittedLibrary library = emit(sets, output_, options, nowhere);
  progress.finish();
  if (const fs::path& weights = options.weights_file;
      !weights.empty() &&
      !fs::equivalent(fs::absolute(weights).parent_path(), fs::absolute(output_).parent_path()))
    std::fprintf(stderr, "note: %s will look for %s in its own folder\n", output_.c_str(),
                 weights.filename().c_str());
  report(sets.front(), library);
}

void CompileCommand::write_intermediate() {
  const Network network = model_.network(Need::shapes_only);
  Progress progress("compiling " + network.name());
  std::vector<EmittedFile> written;
  const auto note = [&](const fs::path& path, const std::string& text) {
    written.push_back({path, static_cast<int64_t>(text.size())});
  };
  if (emits_text()) {
    const IntermediateFile file =
        intermediate_files(emit_, network, compile_options(progress)).front();
    progress.finish();
    if (output_.empty()) {
      std::fwrite(file.text.data(), 1, file.text.size(), stdout);
      return;
    }
    host::OutputFiles output;
    output.write(output_, file.text);
    output.commit();
    note(output_, file.text);
  } else {
    OutputFolder folder(output_);
    for (const IntermediateFile& file :
         intermediate_files(emit_, network, compile_options(progress))) {
      folder.write(file.name, file.text);
      note(fs::path(output_) / file.name, file.text);
    }
    folder.commit();
    progress.finish();
  }
  report(written);
}

Json to_json(const std::vector<EmittedFile>& files) {
  Json list = Json::array();
  for (const EmittedFile& file : files)
    list.push_back({{"path", file.path.string()}, {"bytes", file.bytes}});
  return list;
}

void add_files(Table& table, const std::vector<EmittedFile>& files) {
  for (const EmittedFile& file : files)
    table.add({file.path.string(), human_bytes(file.bytes)});
}

void CompileCommand::report(const std::vector<EmittedFile>& files) const {
  Table table({{"file", Table::Align::left, true}, {"size", Table::Align::right}});
  add_files(table, files);
  if (json_)
    print_json({{"files", to_json(files)}, {"warnings", warnings_.json()}});
  else
    std::fputs(table.to_string().c_str(), stdout);
}

void CompileCommand::report(const Network& network, const EmittedLibrary& library) const {
  if (json_) {
    Json kernels = Json::array();
    for (const KernelInfo& kernel : library.kernels)
      kernels.push_back({{"symbol", kernel.symbol},
                         {"layers", kernel.layers},
                         {"algorithm", kernel.algorithm},
                         {"schedule", kernel.schedule},
                         {"seconds", kernel.seconds},
                         {"object_bytes", kernel.object_bytes},
                         {"scratch_bytes", kernel.scratch_bytes}});
    print_json({{"model", network.name()},
                {"prefix", library.prefix},
                {"sets", library.sets},
                {"targets", library.targets},
                {"files", to_json(library.files)},
                {"kernels", kernels},
                {"parameter_bytes", library.parameter_bytes},
                {"arena_bytes", library.arena_bytes},
                {"thread_scratch_bytes", library.thread_scratch_bytes},
                {"seconds", library.seconds},
                {"warnings", warnings_.json()}});
    return;
  }
  Table table({{"file", Table::Align::left, true}, {"size", Table::Align::right}});
  add_files(table, library.files);
  table.rule();
  if (library.sets > 1)
    table.add({"sets of shapes", with_commas(static_cast<int64_t>(library.sets))});
  if (library.targets.size() > 1)
    table.add({"targets", fmt::format("{}", fmt::join(library.targets, " "))});
  table.add({"kernels", with_commas(static_cast<int64_t>(library.kernels.size()))});
  table.add({"parameters", human_bytes(library.parameter_bytes)});
  table.add({"arena of a context", human_bytes(library.arena_bytes)});
  table.add({"scratch of each of its threads", human_bytes(library.thread_scratch_bytes)});
  table.add({"time", human_seconds(library.seconds)});
  std::fputs(table.to_string().c_str(), stdout);
}

} // namespace

void make_compiler(CLI::App& app, ModelSource model) {
  auto command = std::make_shared<CompileCommand>(app, std::move(model));
  app.callback([command] { command->run(); });
}

void add_compile(CLI::App& fovea) {
  CLI::App* verb = add_verb(
      fovea, "compile",
      "Compile a model to a library that stands alone. The library needs nothing but the C "
      "library, libm and threads; its header says how it is called. With --emit, show what the "
      "compiler makes on its way instead. --target may be repeated: the library then holds the "
      "network for each, and runs the best that the processor can.",
      "  fovea compile lenet5.mlir -o lenet5.so --header lenet5.h\n"
      "  fovea compile zoo:lenet5 --load lenet5.safetensors -o liblenet5.a --header lenet5.h\n"
      "  fovea compile lenet5.mlir -o lenet5.so --weights lenet5.weights --name mynet\n"
      "  fovea compile lenet5.mlir -o lenet5.o --target 'x86-64-v3 threads=4'\n"
      "  fovea compile lenet5.mlir -o lenet5.so --target x86-64-v2 --target x86-64-v4\n"
      "  fovea compile net.onnx --shape x=1x3x224x224 --shape x=1x3x256x256 -o net.so\n"
      "  fovea compile lenet5.mlir --emit ir\n"
      "  fovea compile lenet5.mlir --emit kernels -o kernels/");
  make_compiler(*verb, ModelSource());
}

} // namespace fovea::command
