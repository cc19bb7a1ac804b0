#include <fovea/runtime/load_library.hpp>

#include "runtime/host/elf.hpp"

#include <algorithm>
#include <dlfcn.h>

namespace fovea::host {

using Query = int (*)(std::uint64_t abi_version, const fovea_table** table, char* message,
                      std::uint64_t message_bytes);

static std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

static std::string choose_prefix(const std::filesystem::path& path, std::string wanted) {
  std::vector<std::string> found = exported_prefixes(path);
  if (!wanted.empty()) {
    if (std::find(found.begin(), found.end(), wanted) == found.end())
      throw FileError(path, {"the library has no function " + wanted + "_query",
                             "a library emitted with this prefix",
                             "prefixes: " + listed(found),
                             {}});
    return wanted;
  }
  if (found.empty())
    throw FileError(path, {"no library of fovea", "functions PREFIX_query and PREFIX_model_open",
                           "none", "emit a shared library with fovea"});
  if (found.size() > 1)
    throw FileError(path, {"several networks in one library", "one prefix", listed(found),
                           "say which prefix to open"});
  return found[0];
}

static const fovea_table* ask_for_table(const std::filesystem::path& path, void* handle,
                                        const std::string& prefix) {
  auto query = reinterpret_cast<Query>(::dlsym(handle, (prefix + "_query").c_str()));
  if (!query)
    throw FileError(path, {"cannot find " + prefix + "_query", {}, ::dlerror(), {}});
  std::string wanted = "ABI version " + std::to_string(FOVEA_ABI_VERSION);
  char message[1024] = "";
  const fovea_table* table = nullptr;
  if (query(FOVEA_ABI_VERSION, &table, message, sizeof message) != 0)
    throw FileError(path, {"the library refuses this version of fovea", wanted, message,
                           "emit it again with this fovea"});
  if (!table || table->struct_size < sizeof(fovea_table) ||
      table->abi_version != FOVEA_ABI_VERSION || (table->program_count && !table->programs))
    throw FileError(path, {"the library does not hold the table that it promised", wanted,
                           table ? "version " + std::to_string(table->abi_version) : "nothing",
                           "emit it again with this fovea"});
  return table;
}

Library Library::open(const std::filesystem::path& path, std::string prefix) {
  auto loaded = std::make_shared<Loaded>();
  loaded->path = path;
  loaded->prefix = choose_prefix(path, std::move(prefix));
  // Absolute: a bare name would be looked for in the system's folders.
  std::filesystem::path absolute = std::filesystem::absolute(path);
  loaded->handle.reset(::dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* handle) {
    if (handle)
      ::dlclose(handle);
  });
  if (!loaded->handle)
    throw FileError(path, {"cannot load the library", {}, ::dlerror(), {}});
  loaded->table = ask_for_table(path, loaded->handle.get(), loaded->prefix);
  return Library(std::move(loaded));
}

const fovea_program& Library::program(std::size_t index) const {
  if (index >= program_count())
    throw std::out_of_range(path().string() + ": no program " + std::to_string(index) + " of " +
                            std::to_string(program_count()));
  return *table().programs[index];
}

Model Library::model(std::size_t index, const fovea_model_options* options) const {
  return Model(table(), program(index), options, loaded_);
}

} // namespace fovea::host
