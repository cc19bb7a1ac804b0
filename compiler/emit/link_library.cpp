#include "compiler/emit/link_library.hpp"

#include "compiler/emit/core_files.hpp"
#include "compiler/emit/data_object.hpp"
#include "compiler/emit/library.hpp"
#include "compiler/emit/object_symbols.hpp"

#include <fovea/error.hpp>
#include <fovea/runtime/core.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

namespace fovea::emission {
namespace fs = std::filesystem;
namespace {

// Removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code none;
    fs::path parent = fs::temp_directory_path(none);
    if (none)
      parent = "/tmp";
    std::string pattern = (parent / "fovea-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw Error({.what = pattern + ": cannot make a temporary folder",
                   .detail = std::strerror(errno),
                   .hint = "set TMPDIR to a folder that can be written"});
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

// The names by which Halide's kernels call the hooks -> core's own names: libraries of several
// origins in one program then share no halide_ symbol.
std::map<std::string, std::string> hook_names() {
  std::map<const void*, std::string> own;
  for (const fovea_hook* hook = fovea_hooks(); hook->name; ++hook)
    if (std::string_view(hook->name).starts_with("fovea_"))
      own[hook->address] = hook->name;
  std::map<std::string, std::string> names;
  for (const fovea_hook* hook = fovea_hooks(); hook->name; ++hook)
    if (!std::string_view(hook->name).starts_with("fovea_"))
      if (const auto found = own.find(hook->address); found != own.end())
        names[hook->name] = found->second;
  return names;
}

class LibraryLink {
 public:
  LibraryLink(const LinkRequest& request, const Linker& linker)
      : request_(request), linker_(linker), exported_(exported_symbols(request.prefix)) {}

  void run() {
    write_inputs();
    if (request_.form == LibraryForm::shared)
      link_shared(inputs_, request_.output);
    else if (request_.form == LibraryForm::object)
      link_object(request_.output);
    else {
      const fs::path object = folder_ / "library.o";
      link_object(object);
      write_archive(request_.output, object, fs::path(request_.name).stem().string() + ".o");
    }
  }

 private:
  void write_inputs() {
    const std::map<std::string, std::string> hooks = hook_names();
    for (std::span<const std::byte> object : request_.objects) {
      const fs::path path = folder_ / (std::to_string(inputs_.size()) + ".o");
      const std::vector<std::byte> renamed = rename_symbols(object, hooks);
      write_file(path, {renamed});
      inputs_.push_back(path);
    }
    if (!request_.weights.empty()) {
      weights_ = folder_ / "weights.o";
      write_data_object(weights_, request_.arch, weights_symbol(request_.prefix), request_.weights);
    }
    const fs::path core = folder_ / "core.a";
    write_file(core, {core_archive(request_.arch)});
    inputs_.push_back(core); // last: it defines what the others lack
  }

  void link_shared(const std::vector<fs::path>& inputs, const fs::path& output) const {
    const fs::path script = folder_ / "exports";
    std::string text = "{ global:";
    for (const std::string& symbol : exported_)
      text += " " + symbol + ";";
    text += " local: *; };\n";
    write_file(script, {std::as_bytes(std::span(text))});

    std::vector<std::string> arguments{"-shared",
                                       "-o" + output.string(),
                                       "--soname=" + request_.name,
                                       "--version-script=" + script.string(),
                                       "--gc-sections",
                                       "--no-undefined",
                                       "--build-id",
                                       "--eh-frame-hdr", // for backtraces
                                       "-zrelro",
                                       "-znow",
                                       "-znoexecstack"};
    for (const fs::path& input : inputs)
      arguments.push_back(input.string());
    if (!weights_.empty())
      arguments.push_back(weights_.string());
    arguments.push_back("--as-needed");
    for (std::string& library : system_libraries(request_.arch))
      arguments.push_back(std::move(library));
    run_linker(linker_, arguments, "linking " + request_.name);
  }

  // Code first, so that its symbols can be made local without reading the weights; these come last.
  void link_object(const fs::path& output) const {
    const fs::path code = weights_.empty() ? output : folder_ / "code.o";
    std::vector<std::string> arguments{"-r", "-o" + code.string(), "--gc-sections",
                                       // Groups are one per name in a program: two libraries would
                                       // share functions that are local to one of them.
                                       "--force-group-allocation"};
    for (const std::string& symbol : exported_)
      arguments.push_back("--undefined=" + symbol);
    for (const fs::path& input : inputs_)
      arguments.push_back(input.string());
    run_linker(linker_, arguments, "linking " + request_.name);
    localise_symbols(code, exported_);
    check_complete(code);
    if (!weights_.empty())
      run_linker(linker_, {"-r", "-o" + output.string(), code.string(), weights_.string()},
                 "adding the weights to " + request_.name);
  }

  // A relocatable object may lack symbols, a shared library may not: so a missing one shows now,
  // and not to those who link the object.
  void check_complete(const fs::path& object) const {
    link_shared({object}, folder_ / "complete.so");
  }

  const LinkRequest& request_;
  const Linker& linker_;
  const std::vector<std::string> exported_;
  const TemporaryFolder folder_;
  std::vector<fs::path> inputs_; // but weights
  fs::path weights_;             // empty: none
};

} // namespace

void link_library(const LinkRequest& request, const Linker& linker) {
  LibraryLink(request, linker).run();
}

} // namespace fovea::emission
