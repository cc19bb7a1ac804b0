#include <fovea/emit.hpp>

#include "compiler/driver/compilation.hpp"
#include "compiler/driver/emit_files.hpp"
#include "compiler/driver/files.hpp"
#include "compiler/driver/prepared_weights.hpp"
#include "compiler/driver/shape_sets.hpp"
#include "compiler/driver/targets.hpp"
#include "compiler/driver/weights.hpp"
#include "compiler/emit/c_header.hpp"
#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/object.hpp"
#include "compiler/emit/object_symbols.hpp"
#include "compiler/emit/program.hpp"
#include "compiler/emit/shared_weights.hpp"
#include "compiler/emit/stored_weights.hpp"

#include <fovea/runtime/output_files.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <set>

namespace fovea {
namespace fs = std::filesystem;
namespace {

// "x86-64-linux sse41 avx": without the sizes of its caches.
std::string instructions_of(const catalogue::Target& target) {
  const std::string text = to_string(target);
  return text.substr(0, text.find(" threads="));
}

// Emission knows no user's line: what it throws gets ours.
template <class Action>
auto located(SourceLocation location, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    ErrorParts parts = error.parts();
    if (!parts.where.known())
      parts.where = location;
    throw Error(std::move(parts));
  } catch (const host::FileError& error) {
    driver::rethrow(error, location);
  }
}

// Each op that has words of its author once.
std::vector<emission::HeaderRequest::OpDoc> docs_of(const Network& network) {
  std::vector<emission::HeaderRequest::OpDoc> docs;
  for (const NodeInfo& node : network.nodes()) {
    const std::string op = node.op->layer_name(), &text = node.op->notes().doc;
    if (text.empty())
      continue;
    const auto known = std::ranges::find_if(
        docs, [&](const auto& doc) { return doc.op == op && doc.text == text; });
    if (known == docs.end())
      docs.push_back({op, node.layer, text});
    else
      known->layers += ", " + node.layer;
  }
  return docs;
}

// A network on its way into a library: one for each set of shapes, for each target.
struct Part {
  Part(const Network& network, const CompileOptions& options, SourceLocation location)
      : compilation(network, options, location) {}

  driver::Compilation compilation;
  std::vector<driver::CompiledKernel> kernels = {};
  // Where the weights are known:
  std::optional<driver::Weights> weights = {};
  std::optional<driver::PreparedWeights> prepared = {}; // if anything is prepared
  std::optional<emission::StoredWeights> stored = {};
};

class Emission {
 public:
  // `parts`: all sets for the first target, then for the next.
  Emission(const driver::EmitFiles& files, std::deque<Part>& parts, size_t sets)
      : files_(files), parts_(parts), sets_(sets), first_(parts.front().compilation),
        linker_(located(first_.location(),
                        [] { return emission::find_linker(emission::linker_folders()); })) {
    // Before the long work.
    located(first_.location(), [&] {
      emission::check_linker(linker_, first_.target().arch);
      emission::system_libraries(first_.target().arch);
    });
  }

  EmittedLibrary run() {
    for (Part& part : parts_)
      compile(part);
    share_weights();
    describe();
    located(first_.location(), [&] { write(); });
    return result();
  }

 private:
  bool weights_are_known() const { return files_.place != emission::LibraryWeights::caller; }
  size_t targets() const { return parts_.size() / sets_; }
  // Targets want their weights in different forms: to store them all would multiply their bytes.
  bool prepares_when_opened() const { return !weights_are_known() || targets() > 1; }

  void compile(Part& part) {
    part.compilation.lower();
    using Preparations = driver::Compilation::Preparations;
    part.kernels = part.compilation.compile_kernels(prepares_when_opened() ? Preparations::with
                                                                           : Preparations::without);
    if (weights_are_known())
      part.weights.emplace(part.compilation.network(),
                           driver::parameter_names(part.compilation.plan()),
                           part.compilation.location());
    if (!prepares_when_opened())
      store_prepared(part);
  }

  // The weights as kernels want them, instead of the functions that make them so.
  static void store_prepared(Part& part) {
    const ir::Plan& network = part.compilation.plan();
    if (!network.preparations.empty())
      part.prepared.emplace(part.compilation, part.weights->data());
    part.stored.emplace(network);
  }

  // What the library runs: plans that agree about their parameters.
  void share_weights() {
    std::vector<ir::Plan> plans;
    std::vector<std::vector<const void*>> data;
    for (const Part& part : parts_) {
      plans.push_back(part.stored ? part.stored->plan : part.compilation.plan());
      if (part.stored)
        data.push_back(part.stored->data(part.weights->data(),
                                         part.prepared ? part.prepared->block.bytes() : nullptr));
      else if (part.weights)
        data.push_back(part.weights->data());
    }
    if (plans.size() == 1)
      shared_ = {std::move(plans), weights_are_known() ? data.front() : std::vector<const void*>{}};
    else if (weights_are_known())
      shared_ = emission::share_stored_weights(std::move(plans), data);
    else
      shared_.plans = std::move(plans);
    if (prepares_when_opened())
      shared_.plans = emission::share_preparations(std::move(shared_.plans), sets_);
  }

  void describe() {
    const emission::WeightsLayout layout = emission::layout_weights(
        shared_.plans.front().parameters,
        files_.place == emission::LibraryWeights::file ? emission::weights_file_head_bytes : 0);
    uint64_t prepare_scratch_bytes = 0;
    for (const Part& part : parts_)
      prepare_scratch_bytes =
          std::max(prepare_scratch_bytes,
                   driver::scratch_bytes(part.kernels, &driver::CompiledKernel::prepares));
    for (size_t k = 0; k < parts_.size(); ++k)
      programs_.push_back({.plan = shared_.plans[k],
                           .prefix = files_.prefix,
                           .weights = files_.place,
                           .layout = layout,
                           .weights_file_name = files_.weights.filename().string(),
                           .thread_scratch_bytes = driver::scratch_bytes(
                               parts_[k].kernels, &driver::CompiledKernel::runs),
                           .prepare_scratch_bytes = prepare_scratch_bytes,
                           .cpu_features = emission::cpu_features(parts_[k].compilation.target()),
                           .sets = sets_,
                           .targets = targets() > 1 ? target_names() : std::vector<std::string>{}});
    for (size_t k = 1; k < sets_; ++k)
      programs_.front().other_sets.push_back(&shared_.plans[k]);
    if (files_.place == emission::LibraryWeights::embedded)
      driver::check_embedded_bytes(first_.network(), static_cast<int64_t>(layout.bytes),
                                   first_.location());
    if (weights_are_known())
      weights_ = emission::weights_parts(shared_.plans.front().parameters, layout, shared_.data);
  }

  std::vector<std::string> target_names() const {
    std::vector<std::string> names;
    for (size_t k = 0; k < parts_.size(); k += sets_)
      names.push_back(target_name(parts_[k].compilation.target()));
    return names;
  }

  void write() {
    const std::vector<std::vector<std::byte>> drivers = build_driver_objects();
    first_.report("link");
    host::OutputFiles output;
    link(drivers, output.open(files_.library));
    first_.report("write");
    write_headers(output);
    write_weights(output);
    output.commit();
  }

  void write_weights(host::OutputFiles& output) const {
    if (files_.place != emission::LibraryWeights::file)
      return;
    const std::vector<std::byte> head =
        emission::weights_file_head(programs_.front().plan, programs_.front().layout, weights_);
    emission::Parts file{head};
    file.insert(file.end(), weights_.begin(), weights_.end());
    output.write(files_.weights, file);
  }

  std::vector<std::vector<std::byte>> build_driver_objects() {
    std::vector<std::vector<std::byte>> objects;
    for (size_t k = 0; k < parts_.size(); ++k) {
      const mlir::OwningOpRef<mlir::ModuleOp> module =
          parts_[k].compilation.build_driver(programs_[k].plan);
      k ? emission::complete_other_program(*module, programs_[k], k)
        : emission::complete_library(*module, programs_[k]);
      objects.push_back(emission::compile_to_object(*module, first_.target().arch));
      if (k)
        objects.back() = emission::rename_symbols(
            objects.back(), emission::symbols_of_other_program(programs_[k], k));
    }
    return objects;
  }

  void link(const std::vector<std::vector<std::byte>>& drivers, const fs::path& output) const {
    emission::LinkRequest request{.output = output,
                                  .name = files_.library.filename().string(),
                                  .form = files_.form,
                                  .prefix = files_.prefix,
                                  .objects = {drivers.begin(), drivers.end()},
                                  .weights = {},
                                  .arch = first_.target().arch};
    for (const driver::CompiledKernel* kernel : unique_kernels())
      request.objects.push_back(std::as_bytes(std::span(kernel->object.object)));
    if (files_.place == emission::LibraryWeights::embedded)
      request.weights = weights_;
    emission::link_library(request, linker_);
  }

  // A kernel's symbol says what it computes, how and for which target: sets share those of equal
  // symbols.
  std::vector<const driver::CompiledKernel*> unique_kernels() const {
    std::vector<const driver::CompiledKernel*> kernels;
    std::set<std::string> known;
    for (const Part& part : parts_)
      for (const driver::CompiledKernel& kernel : part.kernels)
        if (known.insert(kernel.info.symbol).second)
          kernels.push_back(&kernel);
    return kernels;
  }

  void write_headers(host::OutputFiles& output) const {
    emission::HeaderRequest request{
        .library = programs_.front(),
        .header_name = files_.header.filename().string(),
        .library_name = files_.library.filename().string(),
        .target = targets() > 1 ? fmt::format("{}", fmt::join(target_names(), " or "))
                                : instructions_of(first_.target()),
        .docs = docs_of(first_.network())};
    if (!files_.header.empty())
      output.write(files_.header, emission::c_header(request));
    request.header_name = files_.header_as_included;
    if (!files_.cpp_header.empty())
      output.write(files_.cpp_header, emission::cpp_header(request));
  }

  EmittedLibrary result() {
    EmittedLibrary emitted;
    emitted.prefix = files_.prefix;
    emitted.sets = sets_;
    emitted.targets = target_names();
    for (const fs::path& path : {files_.library, files_.header, files_.cpp_header, files_.weights})
      if (!path.empty()) {
        std::error_code none; // a device has no size
        const uintmax_t bytes = fs::file_size(path, none);
        emitted.files.push_back({path, none ? 0 : static_cast<int64_t>(bytes)});
      }
    for (const Part& part : parts_)
      add_kernels(part, emitted);
    if (prepares_when_opened())
      emitted.prepared_bytes =
          std::ranges::max(shared_.plans, {}, &ir::Plan::prepared_bytes).prepared_bytes;
    for (const ir::PlanValue& parameter : first_.plan().parameters)
      emitted.parameter_bytes += parameter.type.bytes();
    for (const emission::Library& program : programs_) {
      emitted.arena_bytes = std::max(emitted.arena_bytes, program.plan.arena_bytes);
      emitted.thread_scratch_bytes = std::max(emitted.thread_scratch_bytes,
                                              static_cast<int64_t>(program.thread_scratch_bytes));
    }
    emitted.seconds = first_.seconds();
    return emitted;
  }

  // Those that no earlier part had.
  void add_kernels(const Part& part, EmittedLibrary& emitted) const {
    const auto add = [](std::vector<KernelInfo>& list, const std::vector<KernelInfo>& infos) {
      for (const KernelInfo& info : infos)
        if (std::ranges::find(list, info.symbol, &KernelInfo::symbol) == list.end())
          list.push_back(info);
    };
    add(emitted.kernels, driver::infos_of(part.kernels, &driver::CompiledKernel::runs));
    add(emitted.preparations,
        part.prepared ? part.prepared->kernels
                      : driver::infos_of(part.kernels, &driver::CompiledKernel::prepares));
    emitted.prepared_bytes =
        std::max(emitted.prepared_bytes, part.compilation.plan().prepared_bytes);
  }

  const driver::EmitFiles& files_;
  std::deque<Part>& parts_;
  const size_t sets_; // of shapes
  driver::Compilation& first_;
  const emission::Linker linker_;
  emission::SharedWeights shared_;
  std::vector<emission::Library> programs_; // one for each part
  emission::Parts weights_;                 // of the library or its file, where they are known
};

} // namespace

EmittedLibrary emit(const Network& network, const fs::path& library, const EmitOptions& options,
                    SourceLocation location) {
  return emit(std::span(&network, 1), library, options, location);
}

EmittedLibrary emit(std::span<const Network> sets, const fs::path& library,
                    const EmitOptions& options, SourceLocation location) {
  driver::check_sets(sets, options.weights, location);
  const driver::EmitFiles files(sets.front(), library, options, location);
  if (files.place != emission::LibraryWeights::caller)
    for (const Network& network : sets)
      driver::check_weights_set(network, location);
  const std::vector<CompileOptions> targets = driver::options_for_targets(options, location);
  std::deque<Part> parts;
  for (const CompileOptions& target : targets)
    for (const Network& network : sets)
      parts.emplace_back(network, target, location);
  return Emission(files, parts, sets.size()).run();
}

} // namespace fovea
