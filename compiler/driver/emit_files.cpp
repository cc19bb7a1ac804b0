#include "compiler/driver/emit_files.hpp"

#include "compiler/driver/weights.hpp"
#include "compiler/emit/c_names.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

namespace fovea::driver {
namespace fs = std::filesystem;
namespace {

// Where 32-bit offsets of the code, and linkers' memory, leave room to spare.
constexpr int64_t most_embedded_bytes = int64_t{1500} << 20;

emission::LibraryForm form_of(const fs::path& library, SourceLocation location) {
  const fs::path ending = library.extension();
  if (ending == ".so")
    return emission::LibraryForm::shared;
  if (ending == ".a")
    return emission::LibraryForm::archive;
  if (ending == ".o")
    return emission::LibraryForm::object;
  throw Error({.what = "emit: '" + library.string() + "' does not say what to make",
               .where = location,
               .expected = "a name that ends in .so, .a or .o",
               .got = ending.empty() ? "no ending" : ending.string(),
               .hint = "lenet5.so is loaded or linked at run time, lenet5.a and lenet5.o become "
                       "part of a program"});
}

std::string checked_prefix(const Network& network, const std::string& given,
                           SourceLocation location) {
  if (given.empty())
    return emission::default_prefix(network.name());
  const std::string problem = emission::prefix_problem(given);
  if (!problem.empty())
    throw Error(
        {.what = "EmitOptions::prefix: '" + given + "' cannot begin a name in C: " + problem,
         .where = location,
         .expected = "letters, digits and underscores, as in lenet5",
         .got = "'" + given + "'",
         .hint = "leave it empty for '" + emission::default_prefix(network.name()) + "'"});
  return given;
}

emission::LibraryWeights place_of(const Network& network, WeightsPlace place) {
  if (network.parameters().empty() || place == WeightsPlace::embed)
    return emission::LibraryWeights::embedded;
  return place == WeightsPlace::file ? emission::LibraryWeights::file
                                     : emission::LibraryWeights::caller;
}

int64_t weight_bytes(const Network& network) {
  int64_t bytes = 0;
  for (int value : network.parameters())
    bytes += network.values()[static_cast<size_t>(value)].type.bytes();
  return bytes;
}

// Writing has its own checks; these spare a long compilation.
void check_writable(const fs::path& path, SourceLocation location) {
  const auto fail = [&](const std::string& why, const std::string& hint) {
    throw Error({.what = "emit: " + path.string() + ": cannot write this file",
                 .where = location,
                 .detail = why,
                 .hint = hint});
  };
  std::error_code none;
  if (!path.has_filename() || fs::is_directory(path, none))
    fail("it is a folder", "name the file in it");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (!fs::is_directory(folder, none))
    fail("there is no folder " + folder.string(), "make the folder first");
  if (!fs::exists(path, none) && access(folder.c_str(), W_OK) != 0)
    fail("folder " + folder.string() + ": " + std::strerror(errno), "");
}

void check_distinct(const std::vector<std::pair<const char*, fs::path>>& files,
                    SourceLocation location) {
  std::map<fs::path, const char*> seen;
  for (const auto& [role, path] : files) {
    if (path.empty())
      continue;
    std::error_code none;
    fs::path file = fs::weakly_canonical(fs::absolute(path, none), none);
    const auto [other, fresh] = seen.insert({std::move(file), role});
    if (!fresh)
      throw Error({.what = "emit: " + path.string() + " would be written twice",
                   .where = location,
                   .detail = std::string("as ") + other->second + " and as " + role,
                   .hint = "give each file a name of its own"});
  }
}

std::string include_name(const fs::path& header, const fs::path& cpp_header) {
  const fs::path name =
      fs::absolute(header).lexically_relative(fs::absolute(cpp_header).parent_path());
  return name.empty() ? header.filename().string() : name.generic_string();
}

} // namespace

void check_embedded_bytes(const Network& network, int64_t bytes, SourceLocation location) {
  if (bytes > most_embedded_bytes)
    throw Error({.what = "emit: the weights of '" + network.name() +
                         "' are too large to be part of a library",
                 .where = location,
                 .expected = "at most " + std::to_string(most_embedded_bytes) + " bytes",
                 .got = std::to_string(bytes),
                 .hint = "use WeightsPlace::file: the library maps them from a file beside it"});
}

EmitFiles::EmitFiles(const Network& network, const fs::path& library, const EmitOptions& options,
                     SourceLocation location)
    : library(library), header(options.header), cpp_header(options.cpp_header),
      form(form_of(library, location)), place(place_of(network, options.weights)),
      prefix(checked_prefix(network, options.prefix, location)) {
  if (place == emission::LibraryWeights::file) {
    weights = options.weights_file;
    if (weights.empty())
      weights = fs::path(library).replace_extension(".weights");
  } else if (!options.weights_file.empty() && options.weights != WeightsPlace::file) {
    throw Error({.what = "EmitOptions::weights_file is set, but no such file is wanted",
                 .where = location,
                 .expected = "weights: WeightsPlace::file",
                 .hint = "set EmitOptions::weights, or leave weights_file empty"});
  }
  if (!cpp_header.empty() && header.empty())
    throw Error({.what = "EmitOptions::cpp_header is set without a C header",
                 .where = location,
                 .hint = "set EmitOptions::header too: the C++ header includes it"});
  if (!options.compile.stop_after.empty())
    throw Error({.what = "emit: CompileOptions::stop_after leaves nothing to write",
                 .where = location,
                 .got = "'" + options.compile.stop_after + "'",
                 .hint = "use compile() for the dumps of a phase"});
  const std::vector<std::pair<const char*, fs::path>> files{{"the library", this->library},
                                                            {"the C header", header},
                                                            {"the C++ header", cpp_header},
                                                            {"the weights", weights}};
  check_distinct(files, location);
  for (const auto& [role, path] : files)
    if (!path.empty())
      check_writable(path, location);
  if (place == emission::LibraryWeights::embedded)
    check_embedded_bytes(network, weight_bytes(network), location);
  if (place != emission::LibraryWeights::caller)
    check_weights_set(network, location);
  if (!cpp_header.empty())
    header_as_included = include_name(header, cpp_header);
}

} // namespace fovea::driver
