#include "compiler/command/intermediate.hpp"

#include <fovea/emit.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fovea::command {
namespace {

namespace fs = std::filesystem;

// The compiler dumps into folders; what is shown to the user passes through this one, so that
// nothing of a compilation that fails half-way appears where the user wants it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "fovea-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw Error({.what = name + ": a temporary folder cannot be made",
                   .got = std::strerror(errno),
                   .hint = "name another place for temporary files in TMPDIR"});
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<IntermediateFile> read_all(const fs::path& folder) {
  std::vector<IntermediateFile> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(file), {}}});
    if (!file.is_open() || file.bad())
      throw Error({.what = entry.path().string() + ": cannot be read"});
  }
  std::ranges::sort(files, {}, &IntermediateFile::name);
  return files;
}

std::vector<IntermediateFile> phases(const Network& network, CompileOptions options,
                                     const std::string& last) {
  const TemporaryFolder folder;
  options.dump_phases = folder.path();
  options.stop_after = last;
  compile(network, options, nowhere);
  return read_all(folder.path());
}

// By emit(), which compiles for any machine; the library itself is not wanted.
std::vector<IntermediateFile> kernels(const Network& network, CompileOptions options) {
  const TemporaryFolder folder;
  options.dump_kernels = folder.path() / "kernels";
  emit(network, folder.path() / "library.o",
       {.prefix = "network", .weights = WeightsPlace::caller, .compile = std::move(options)},
       nowhere);
  return read_all(folder.path() / "kernels");
}

std::vector<IntermediateFile> assembly(const Network& network, CompileOptions options) {
  IntermediateFile all{network.name() + ".s", {}};
  for (const IntermediateFile& file : kernels(network, std::move(options)))
    if (file.name.ends_with(".s"))
      all.text += "# ---- " + file.name.substr(0, file.name.size() - 2) + "\n" + file.text + "\n";
  return {all};
}

} // namespace

std::vector<IntermediateFile> intermediate_files(std::string_view kind, const Network& network,
                                                 CompileOptions options) {
  if (kind == "ir")
    return phases(network, std::move(options), "import");
  if (kind == "phases")
    return phases(network, std::move(options), "driver");
  return kind == "asm" ? assembly(network, std::move(options))
                       : kernels(network, std::move(options));
}

} // namespace fovea::command
