// What an emitted library asks of a system and shows to a program: read by tools that know nothing
// of fovea.
#include "emitted.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace fovea::testing {
namespace {

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.insert(line);
  return lines;
}

const std::set<std::string> functions = {
    "lenet5_model_open",      "lenet5_model_close", "lenet5_context_create",
    "lenet5_context_destroy", "lenet5_run",         "lenet5_workspace_size",
    "lenet5_message",         "lenet5_query",       "lenet5_status_name"};

TEST(Symbols, a_library_needs_only_the_c_library) {
  const std::string needed =
      succeed("readelf -dW " + Emitted::once().so + " | sed -n 's/.*NEEDED.*\\[\\(.*\\)\\]/\\1/p'");
  const std::set<std::string> allowed = {"libc.so.6", "libm.so.6", "libpthread.so.0",
                                         "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"};
  EXPECT_TRUE(lines_of(needed).contains("libc.so.6")) << needed;
  for (const std::string& library : lines_of(needed))
    EXPECT_TRUE(allowed.contains(library)) << library;
  EXPECT_EQ(succeed("ldd " + Emitted::once().so).find("not found"), std::string::npos);
}

TEST(Symbols, no_run_path_text_relocation_or_executable_stack) {
  const std::string dynamic = succeed("readelf -dW " + Emitted::once().so);
  for (const char* entry : {"RUNPATH", "RPATH", "TEXTREL"})
    EXPECT_EQ(dynamic.find(entry), std::string::npos) << dynamic;
  const std::string segments = succeed("readelf -lW " + Emitted::once().so);
  EXPECT_NE(segments.find("GNU_STACK"), std::string::npos);
  EXPECT_EQ(segments.find("RWE"), std::string::npos) << segments;
}

TEST(Symbols, a_library_exports_its_functions_and_nothing_else) {
  EXPECT_EQ(lines_of(succeed("nm -D --defined-only " + Emitted::once().so + " | awk '{print $3}'")),
            functions);
}

TEST(Symbols, an_object_and_an_archive_show_the_same) {
  const Emitted& emitted = Emitted::once();
  for (const char* name : {"lenet5.o", "lenet5.a"}) {
    const std::string file = emitted.folder / name;
    emit(emitted.net, file);
    const std::string shown =
        succeed("nm -g --defined-only " + file + " | awk 'NF == 3 {print $3}'");
    for (const std::string& symbol : lines_of(shown))
      EXPECT_TRUE(symbol.starts_with("lenet5_")) << name << ": " << symbol;
    for (const std::string& function : functions)
      EXPECT_TRUE(lines_of(shown).contains(function)) << name << ": " << function;
    // All that is missing is the C library's: a program in C links with nothing else.
    const std::string undefined = succeed("nm -u " + file + " | awk 'NF == 2 {print $2}'");
    for (const std::string& symbol : lines_of(undefined))
      EXPECT_TRUE(!symbol.starts_with("halide") && !symbol.starts_with("fovea") &&
                  !symbol.starts_with("_Z"))
          << name << ": " << symbol;
  }
}

TEST(Symbols, no_constructor_runs_at_load) {
  const std::string sections = succeed("readelf -SW " + Emitted::once().so);
  EXPECT_EQ(sections.find(".init_array"), std::string::npos) << sections;
  EXPECT_EQ(sections.find(".ctors"), std::string::npos) << sections;
}

TEST(Symbols, lenet_takes_less_than_150_kb_beside_its_weights) {
  const Emitted& emitted = Emitted::once();
  const std::string file = emitted.folder / "bare.so";
  emit(emitted.net, file, {.weights = WeightsPlace::caller});
  EXPECT_LT(std::filesystem::file_size(file), 150 * 1024u);
}

} // namespace
} // namespace fovea::testing
