#include <fovea/emit.hpp>

#include "compiler/driver/compilation.hpp"
#include "compiler/driver/emit_files.hpp"
#include "compiler/driver/files.hpp"
#include "compiler/driver/prepared_weights.hpp"
#include "compiler/driver/weights.hpp"
#include "compiler/emit/c_header.hpp"
#include "compiler/emit/object.hpp"
#include "compiler/emit/program.hpp"
#include "compiler/emit/stored_weights.hpp"

#include <fovea/runtime/output_files.hpp>

#include <optional>

namespace fovea {
namespace fs = std::filesystem;
namespace {

// The core that goes into libraries is this machine's.
void check_architecture(const driver::Compilation& compilation) {
  const catalogue::Target host = catalogue::Target::host();
  const catalogue::Target& target = compilation.target();
  if (target.arch != host.arch || target.os != host.os)
    throw Error({.what = "CompileOptions::target: libraries are emitted for this architecture only",
                 .where = compilation.location(),
                 .expected = host.arch + "-" + host.os,
                 .got = target.arch + "-" + target.os});
}

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

class Emission {
 public:
  Emission(const driver::EmitFiles& files, driver::Compilation& compilation)
      : files_(files), compilation_(compilation), linker_(located(compilation.location(), [] {
          return emission::find_linker(emission::linker_folders());
        })) {}

  EmittedLibrary run() {
    compilation_.lower();
    using Preparations = driver::Compilation::Preparations;
    kernels_ = compilation_.compile_kernels(weights_are_known() ? Preparations::without
                                                                : Preparations::with);
    if (weights_are_known())
      store_weights();
    describe();
    located(compilation_.location(), [&] { write(); });
    return result();
  }

 private:
  bool weights_are_known() const { return files_.place != emission::LibraryWeights::caller; }
  // What the library runs.
  const ir::Plan& plan() const { return stored_ ? stored_->plan : compilation_.plan(); }

  // The weights as kernels want them, instead of the functions that make them so.
  void store_weights() {
    const ir::Plan& network = compilation_.plan();
    weights_.emplace(compilation_.network(), driver::parameter_names(network),
                     compilation_.location());
    const std::byte* block = nullptr;
    if (!network.preparations.empty()) {
      prepared_.emplace(compilation_, weights_->data());
      block = prepared_->block.bytes();
    }
    stored_.emplace(network);
    stored_data_ = stored_->data(weights_->data(), block);
  }

  void describe() {
    library_.emplace(emission::Library{
        .plan = plan(),
        .prefix = files_.prefix,
        .weights = files_.place,
        .layout = emission::layout_weights(
            plan().parameters,
            files_.place == emission::LibraryWeights::file ? emission::weights_file_head_bytes : 0),
        .weights_file_name = files_.weights.filename().string(),
        .thread_scratch_bytes = driver::scratch_bytes(kernels_, &driver::CompiledKernel::runs),
        .prepare_scratch_bytes = driver::scratch_bytes(kernels_, &driver::CompiledKernel::prepares),
        .cpu_features = emission::cpu_features(compilation_.target())});
    if (files_.place == emission::LibraryWeights::embedded)
      driver::check_embedded_bytes(compilation_.network(),
                                   static_cast<int64_t>(library_->layout.bytes),
                                   compilation_.location());
    if (weights_are_known())
      parts_ = emission::weights_parts(plan().parameters, library_->layout, stored_data_);
  }

  void write() {
    const std::vector<std::byte> driver_object = build_driver_object();
    compilation_.report("link");
    host::OutputFiles output;
    link(driver_object, output.open(files_.library));
    compilation_.report("write");
    write_headers(output);
    write_weights(output);
    output.commit();
  }

  void write_weights(host::OutputFiles& output) const {
    if (files_.place != emission::LibraryWeights::file)
      return;
    const std::vector<std::byte> head =
        emission::weights_file_head(plan(), library_->layout, parts_);
    emission::Parts file{head};
    file.insert(file.end(), parts_.begin(), parts_.end());
    output.write(files_.weights, file);
  }

  std::vector<std::byte> build_driver_object() {
    const mlir::OwningOpRef<mlir::ModuleOp> module = compilation_.build_driver(plan());
    emission::complete_library(*module, *library_);
    return emission::compile_to_object(*module);
  }

  void link(const std::vector<std::byte>& driver_object, const fs::path& output) const {
    emission::LinkRequest request{.output = output,
                                  .name = files_.library.filename().string(),
                                  .form = files_.form,
                                  .prefix = files_.prefix,
                                  .objects = {driver_object},
                                  .weights = {}};
    for (const driver::CompiledKernel& kernel : kernels_)
      request.objects.push_back(std::as_bytes(std::span(kernel.object.object)));
    if (files_.place == emission::LibraryWeights::embedded)
      request.weights = parts_;
    emission::link_library(request, linker_);
  }

  void write_headers(host::OutputFiles& output) const {
    emission::HeaderRequest request{.library = *library_,
                                    .header_name = files_.header.filename().string(),
                                    .library_name = files_.library.filename().string(),
                                    .target = instructions_of(compilation_.target())};
    if (!files_.header.empty())
      output.write(files_.header, emission::c_header(request));
    request.header_name = files_.header_as_included;
    if (!files_.cpp_header.empty())
      output.write(files_.cpp_header, emission::cpp_header(request));
  }

  EmittedLibrary result() {
    EmittedLibrary emitted;
    emitted.prefix = files_.prefix;
    for (const fs::path& path : {files_.library, files_.header, files_.cpp_header, files_.weights})
      if (!path.empty()) {
        std::error_code none; // a device has no size
        const uintmax_t bytes = fs::file_size(path, none);
        emitted.files.push_back({path, none ? 0 : static_cast<int64_t>(bytes)});
      }
    emitted.kernels = driver::infos_of(kernels_, &driver::CompiledKernel::runs);
    emitted.preparations = prepared_
                               ? prepared_->kernels
                               : driver::infos_of(kernels_, &driver::CompiledKernel::prepares);
    emitted.prepared_bytes = compilation_.plan().prepared_bytes;
    for (const ir::PlanValue& parameter : compilation_.plan().parameters)
      emitted.parameter_bytes += parameter.type.bytes();
    emitted.arena_bytes = compilation_.plan().arena_bytes;
    emitted.thread_scratch_bytes = static_cast<int64_t>(library_->thread_scratch_bytes);
    emitted.seconds = compilation_.seconds();
    return emitted;
  }

  const driver::EmitFiles& files_;
  driver::Compilation& compilation_;
  const emission::Linker linker_;
  std::vector<driver::CompiledKernel> kernels_;
  std::optional<emission::Library> library_;
  // Where the weights are known:
  std::optional<driver::Weights> weights_;
  std::optional<driver::PreparedWeights> prepared_; // if anything is prepared
  std::optional<emission::StoredWeights> stored_;
  std::vector<const void*> stored_data_; // one per parameter of the library
  emission::Parts parts_;                // of them
};

} // namespace

EmittedLibrary emit(const Network& network, const fs::path& library, const EmitOptions& options,
                    SourceLocation location) {
  const driver::EmitFiles files(network, library, options, location);
  driver::Compilation compilation(network, options.compile, location);
  check_architecture(compilation);
  return Emission(files, compilation).run();
}

} // namespace fovea
