// The house keeps its order: which room may include what, one call of schedules, one name per op
// and pass. Read from the source tree, so that it needs no list of files.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = FOVEA_SOURCE_DIR;
const std::vector<std::string> rooms = {"dsl",     "compiler", "passes",
                                        "runtime", "tests",    "examples"};

struct Source {
  std::string path; // from the root: "dsl/graph/network.cpp"
  std::vector<std::string> lines;
};

bool is_code(const fs::path& path) {
  static const std::set<std::string> endings = {".hpp", ".cpp", ".h", ".c", ".td"};
  return endings.count(path.extension().string()) != 0;
}

std::vector<Source> read_sources() {
  std::vector<Source> sources;
  for (const std::string& room : rooms) {
    if (!fs::exists(root / room))
      continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      if (!entry.is_regular_file() || !is_code(entry.path()))
        continue;
      Source source{fs::relative(entry.path(), root).generic_string(), {}};
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);)
        source.lines.push_back(line);
      sources.push_back(std::move(source));
    }
  }
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

const std::vector<Source>& sources() {
  static const std::vector<Source> list = read_sources();
  return list;
}

struct Include {
  std::string path;
  bool angled = false;
};

std::vector<std::pair<int, Include>> includes_of(const Source& source) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<std::pair<int, Include>> list;
  for (size_t k = 0; k < source.lines.size(); ++k)
    if (std::smatch match; std::regex_search(source.lines[k], match, pattern))
      list.push_back({static_cast<int>(k) + 1, {match[2], match[1] == "<"}});
  return list;
}

// The room of an include of this project, named by the folder that holds it; "std", "c", "mlir",
// "llvm", "halide", "fmt" ... for others.
std::string origin_of(const Include& include) {
  static const std::map<std::string, std::string> public_headers = [] {
    std::map<std::string, std::string> homes; // "fovea/shape.hpp" -> "dsl"
    for (const char* home : {"dsl", "compiler/catalogue", "compiler/kernels", "compiler/driver",
                             "compiler/command", "compiler/emit", "compiler/import", "compiler/ir",
                             "runtime/core", "runtime/host", "runtime/device"}) {
      const fs::path folder = root / home / "include";
      if (!fs::exists(folder))
        continue;
      for (const auto& entry : fs::recursive_directory_iterator(folder))
        homes[fs::relative(entry.path(), folder).generic_string()] = home;
    }
    homes["fovea/all_ops.hpp"] = "dsl"; // generated
    homes["fovea/version.hpp"] = "dsl"; // likewise
    return homes;
  }();
  const std::string& path = include.path;
  if (auto home = public_headers.find(path); home != public_headers.end())
    return home->second;
  static const std::vector<std::pair<std::string, std::string>> folders = {
      {"dsl/", "dsl"},
      {"compiler/catalogue/", "compiler/catalogue"},
      {"compiler/ir/", "compiler/ir"},
      {"compiler/import/onnx/", "compiler/import/onnx"},
      {"compiler/import/", "compiler/import"},
      {"onnx/", "onnx"},
      {"google/protobuf/", "onnx"},
      {"compiler/kernels/", "compiler/kernels"},
      {"compiler/emit/", "compiler/emit"},
      {"compiler/driver/", "compiler/driver"},
      {"compiler/command/", "compiler/command"},
      {"passes/", "passes"},
      {"runtime/core/", "runtime/core"},
      {"runtime/host/", "runtime/host"},
      {"runtime/device/", "runtime/device"},
      {"mlir/", "mlir"},
      {"mlir-c/", "mlir"},
      {"llvm/", "llvm"},
      {"llvm-c/", "llvm"},
      {"Halide", "halide"},
      {"fmt/", "fmt"},
      {"nlohmann/", "json"},
      {"CLI/", "cli11"},
      {"xxhash.h", "xxhash"},
      {"zlib.h", "zlib"},
      {"png.h", "png"},
      {"jpeglib.h", "jpeg"},
      {"jerror.h", "jpeg"},
      {"gtest/", "gtest"},
      {"gmock/", "gtest"},
      {"sys/", "posix"},
      {"linux/", "posix"},
  };
  for (const auto& [prefix, origin] : folders)
    if (path.rfind(prefix, 0) == 0)
      return origin;
  if (!include.angled)
    return "beside"; // a header of the same folder, or generated into it
  if (path == "atomic" || path == "new")
    return "freestanding"; // headers of the language, which need no library
  if (path.find('.') == std::string::npos)
    return "std";
  static const std::set<std::string> c = {"assert.h",  "errno.h",  "float.h",    "limits.h",
                                          "math.h",    "stdarg.h", "stdalign.h", "stdatomic.h",
                                          "stdbool.h", "stddef.h", "stdint.h",   "stdio.h",
                                          "stdlib.h",  "string.h", "time.h"};
  return c.count(path) ? "c" : "posix";
}

struct Rule {
  std::string folder;
  std::set<std::string> may_use; // beside its own room
};

// The table of the rooms. The first folder that fits decides.
const std::vector<Rule>& rules() {
  static const std::vector<Rule> table = {
      {"dsl", {"std", "fmt"}},
      {"compiler/catalogue", {"std", "fmt", "dsl", "posix"}}, // to ask what this machine is
      {"compiler/ir", {"std", "fmt", "dsl", "compiler/catalogue", "mlir", "llvm"}},
      {"compiler/import/onnx", {"std", "fmt", "dsl", "posix", "onnx"}},
      {"compiler/import",
       {"std", "fmt", "dsl", "compiler/catalogue", "compiler/ir", "mlir", "llvm"}},
      {"passes", {"std", "fmt", "dsl", "compiler/catalogue", "compiler/ir", "mlir", "llvm"}},
      {"compiler/kernels", {"std", "fmt", "dsl", "compiler/catalogue", "halide", "posix"}},
      {"compiler/emit",
       {"std", "fmt", "dsl", "compiler/catalogue", "compiler/ir", "mlir", "llvm", "runtime/core",
        "posix", "xxhash"}},
      {"compiler/driver",
       {"std", "fmt", "dsl", "compiler/catalogue", "compiler/ir", "compiler/import",
        "compiler/import/onnx", "compiler/kernels", "compiler/emit", "passes", "runtime/core",
        "runtime/host", "mlir", "llvm", "posix", "json", "xxhash"}},
      {"compiler/command",
       {"std", "c", "fmt", "json", "cli11", "posix", "dsl", "compiler/catalogue", "compiler/driver",
        "runtime/core", "runtime/host"}},
      {"compiler/tools",
       {"std", "fmt", "dsl", "compiler/catalogue", "compiler/ir", "compiler/import",
        "compiler/kernels", "passes", "mlir", "llvm"}},
      {"runtime/core", {"c", "posix", "freestanding", "xxhash"}},
      {"runtime/device", {"c", "posix", "freestanding", "runtime/core"}},
      {"runtime/host", {"std", "c", "posix", "fmt", "json", "zlib", "png", "jpeg", "runtime/core"}},
      {"examples",
       {"std", "c", "fmt", "posix", "dsl", "compiler/driver", "compiler/catalogue",
        "runtime/host"}},
  };
  return table;
}

const Rule* rule_for(const std::string& path) {
  for (const Rule& rule : rules())
    if (path.rfind(rule.folder + "/", 0) == 0)
      return &rule;
  return nullptr;
}

TEST(Layering, RoomsIncludeWhatTheyMayKnow) {
  const auto in_any_room = [](const std::string& origin) {
    return origin == "beside" || origin == "freestanding";
  };
  for (const Source& source : sources()) {
    const Rule* rule = rule_for(source.path);
    if (!rule) {
      EXPECT_EQ(source.path.rfind("tests/", 0), 0u) << source.path << " belongs to no room";
      continue;
    }
    for (const auto& [line, include] : includes_of(source)) {
      const std::string origin = origin_of(include);
      EXPECT_TRUE(in_any_room(origin) || origin == rule->folder || rule->may_use.count(origin))
          << source.path << ":" << line << ": " << rule->folder << " must not include "
          << include.path << " (" << origin << ")";
    }
  }
}

// Examples and public headers show what an installed package has: no path into the compiler.
TEST(Layering, PublicHeadersAndExamplesIncludePublicHeadersOnly) {
  for (const Source& source : sources()) {
    const bool is_public = source.path.find("/include/") != std::string::npos;
    if (!is_public && source.path.rfind("examples/", 0) != 0)
      continue;
    for (const auto& [line, include] : includes_of(source)) {
      EXPECT_TRUE(include.angled || source.path.rfind("examples/", 0) == 0)
          << source.path << ":" << line << ": " << include.path
          << " is not included as <fovea/...>";
      for (const char* folder : {"dsl/", "compiler/", "passes/", "runtime/"})
        EXPECT_NE(include.path.rfind(folder, 0), 0u)
            << source.path << ":" << line << ": " << include.path << " is not public";
    }
  }
}

// runtime/core lies in every emitted library: no exceptions, no run-time types, no libstdc++.
TEST(Layering, TheCoreUsesNoCxxLibrary) {
  const std::regex forbidden(
      R"(\b(std::(?!atomic\b|memory_order)|throw\b|try\s*\{|dynamic_cast|typeid))");
  for (const Source& source : sources())
    if (source.path.rfind("runtime/core/", 0) == 0)
      for (size_t k = 0; k < source.lines.size(); ++k) {
        const std::string code = source.lines[k].substr(0, source.lines[k].find("//"));
        EXPECT_FALSE(std::regex_search(code, forbidden))
            << source.path << ":" << k + 1 << ": " << source.lines[k];
      }
}

// One interpreter applies schedules; every other kernel file states algorithms and schedule texts.
TEST(Layering, SchedulesAreAppliedInOnePlace) {
  const std::regex call(
      R"((\.|->)(split|vectorize|parallel|unroll|reorder|compute_at|compute_root|store_at|store_in|)"
      R"(store_root|fuse|tile|bound_extent|hoist_storage|gpu_\w+|prefetch|rfactor)\s*\()");
  const std::regex own_place(R"(^compiler/kernels/schedule\w*\.cpp$)");
  for (const Source& source : sources()) {
    const bool uses_halide = source.path.rfind("compiler/", 0) == 0;
    if (!uses_halide || std::regex_match(source.path, own_place))
      continue;
    for (size_t k = 0; k < source.lines.size(); ++k) {
      const std::string code = source.lines[k].substr(0, source.lines[k].find("//"));
      EXPECT_FALSE(std::regex_search(code, call))
          << source.path << ":" << k + 1 << ": a scheduling call: " << source.lines[k];
    }
  }
}

TEST(Layering, NoDeadCode) {
  const std::regex dead(R"(^\s*#\s*if\s+(0|false)\b)");
  for (const Source& source : sources())
    for (size_t k = 0; k < source.lines.size(); ++k)
      EXPECT_FALSE(std::regex_search(source.lines[k], dead)) << source.path << ":" << k + 1;
}

TEST(Layering, FilesStaySmall) {
  constexpr size_t most = 450;
  for (const Source& source : sources())
    EXPECT_LE(source.lines.size(), most) << source.path;
}

// "batch_norm" -> "BatchNorm"
std::string type_name(const std::string& name) {
  std::string result;
  bool initial = true;
  for (char letter : name) {
    if (letter != '_')
      result += initial ? static_cast<char>(std::toupper(letter)) : letter;
    initial = letter == '_';
  }
  return result;
}

std::vector<std::string> names_in(const std::string& folder, const std::string& ending) {
  std::vector<std::string> names;
  if (fs::exists(root / folder))
    for (const auto& entry : fs::directory_iterator(root / folder))
      if (entry.path().extension() == ending)
        names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string text_of(const std::string& path) {
  std::ifstream file(root / path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_of_folder(const std::string& folder, const std::string& ending) {
  std::string text;
  for (const std::string& name : names_in(folder, ending))
    text += text_of(folder + "/" + name + ending);
  return text;
}

// An op touches three places: its header, its record, its test, which it may share with its family.
TEST(Layering, EveryOpHasARecordAndATest) {
  const std::vector<std::string> ops = names_in("dsl/include/fovea/ops", ".hpp");
  ASSERT_FALSE(ops.empty());
  const std::string records = text_of_folder("compiler/ir", ".td");
  const std::string tests = text_of_folder("tests/ops", ".cpp");
  for (const std::string& op : ops) {
    const std::regex tested("\\b(" + op + "|ops::" + type_name(op) + ")\\b");
    EXPECT_TRUE(std::regex_search(tests, tested)) << "no file of tests/ops names " << op;
    EXPECT_NE(text_of("dsl/include/fovea/ops/" + op + ".hpp").find("struct " + type_name(op)),
              std::string::npos)
        << op << ".hpp holds no struct " << type_name(op);
    const std::regex record("<\\s*\"" + op + "\"");
    EXPECT_TRUE(std::regex_search(records, record))
        << "compiler/ir has no record of \"" << op << "\"";
  }
}

// One pass: one .cpp, one record, one lit test, one name. Passes are the files that define one.
TEST(Layering, EveryPassHasARecordAndALitTest) {
  const std::string records = text_of("passes/Passes.td");
  std::set<std::string> recorded;
  const std::regex record(R"(def\s+(\w+)\s*:\s*\w*Pass<)");
  for (std::sregex_iterator k(records.begin(), records.end(), record), end; k != end; ++k)
    recorded.insert((*k)[1]);
  const std::vector<std::string> tests = names_in("tests/lit/passes", ".mlir");
  for (const std::string& file : names_in("passes", ".cpp")) {
    const bool is_pass =
        text_of("passes/" + file + ".cpp").find("GEN_PASS_DEF") != std::string::npos;
    EXPECT_EQ(is_pass, recorded.count(file) == 1)
        << "passes/" << file << ".cpp: a pass has a record of its name in Passes.td";
    if (is_pass) {
      EXPECT_TRUE(std::binary_search(tests.begin(), tests.end(), file))
          << "passes/" << file << ".cpp has no test in tests/lit/passes";
    }
  }
  for (const std::string& name : recorded)
    EXPECT_TRUE(fs::exists(root / "passes" / (name + ".cpp")))
        << name << " has no file of its name";
}

// A unit of a user reads no header of the compiler's libraries.
TEST(Layering, UserHeadersReachNoCompilerLibrary) {
  const fs::path header = root / "compiler/driver/include/fovea/fovea.hpp";
  ASSERT_TRUE(fs::exists(header));
  const fs::path unit = fs::path(FOVEA_BINARY_DIR) / "layering_user_unit.cpp";
  const fs::path list = fs::path(FOVEA_BINARY_DIR) / "layering_user_unit.d";
  std::ofstream(unit) << "#include <fovea/fovea.hpp>\n";
  std::string command = "g++ -std=c++20 -M";
  for (const char* home :
       {"dsl", "compiler/catalogue", "compiler/driver", "runtime/core", "runtime/host"})
    command += fmt::format(" -I'{}'", (root / home / "include").string());
  command +=
      fmt::format(" -I'{}/generated' '{}' -o '{}'", FOVEA_BINARY_DIR, unit.string(), list.string());
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  std::ifstream file(list);
  int headers = 0;
  for (std::string name; file >> name; ++headers)
    for (const char* library :
         {"/llvm", "/mlir", "Halide", "nlohmann", "zlib.h", "png.h", "jpeglib.h", "/fmt/"})
      EXPECT_EQ(name.find(library), std::string::npos) << name;
  EXPECT_GT(headers, 50);
}

} // namespace
