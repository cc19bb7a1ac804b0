// What emit() refuses, before it compiles anything, and what it leaves behind: nothing.
#include "tests/emit/library_files.hpp"

#include <expect_error.hpp>
#include <fovea/fovea.hpp>

#include <gmock/gmock.h>

namespace fovea::emission::testing {
namespace {

using fovea::testing::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Network net_with(const Shape& shape, bool set = true) {
  Network net("net");
  net.output("y", net.input("x", shape) | dense(2).named("fc"));
  if (set)
    net.randomize(1);
  return net;
}

// Expects an Error of this file before any phase begins, and no file.
void expect_refused(const TestFolder& folder, const std::string& library, EmitOptions options,
                    const std::string& what, const std::string& hint,
                    const Network& net = net_with({1, 4})) {
  const std::vector<std::string> before = folder.names();
  options.compile.progress = [&](const CompileProgress& progress) {
    ADD_FAILURE() << what << ": only after phase " << progress.phase;
  };
  const ErrorParts error = error_of([&] { emit(net, library, options); });
  EXPECT_THAT(error.what, HasSubstr(what));
  EXPECT_THAT(error.hint + error.detail, HasSubstr(hint));
  EXPECT_THAT(std::string(error.where.file), HasSubstr("emit_errors_test.cpp"));
  EXPECT_EQ(folder.names(), before);
}

TEST(EmitErrors, endings) {
  const TestFolder folder;
  for (const char* name : {"net", "net.dll", "net.so.1", ".so"})
    expect_refused(folder, folder / name, {}, "does not say what to make", "lenet5.so");
}

TEST(EmitErrors, places) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "dir.so");
  expect_refused(folder, folder / "dir.so", {}, "dir.so", "it is a folder");
  expect_refused(folder, folder / "absent/net.so", {}, "absent/net.so", "make the folder");
  expect_refused(folder, folder / "net.so", {.header = folder / "absent/net.h"}, "absent/net.h",
                 "make the folder");
  expect_refused(folder, folder / "net.so", {.header = folder / ""}, "cannot write", "folder");
}

TEST(EmitErrors, one_file_for_two) {
  const TestFolder folder;
  expect_refused(folder, folder / "net.so", {.header = folder / "./net.so"}, "written twice",
                 "own");
  expect_refused(folder, folder / "net.so",
                 {.header = folder / "net.h", .cpp_header = folder / "net.h"}, "written twice",
                 "own");
  expect_refused(folder, folder / "net.so",
                 {.header = folder / "net.weights", .weights = WeightsPlace::file}, "written twice",
                 "own");
}

TEST(EmitErrors, prefixes) {
  const TestFolder folder;
  for (const char* prefix : {"1net", "my-net", "class", "int", "_Net", "_net", "__net", "a__b",
                             "fovea", "fovea_x", "std", "näh", "a b", "a_"})
    expect_refused(folder, folder / "net.so", {.prefix = prefix}, "prefix", "'net'");
}

TEST(EmitErrors, options_that_contradict_one_another) {
  const TestFolder folder;
  expect_refused(folder, folder / "net.so", {.cpp_header = folder / "net.hpp"},
                 "without a C header", "EmitOptions::header");
  expect_refused(folder, folder / "net.so", {.weights_file = folder / "w"}, "weights_file",
                 "EmitOptions::weights");
  EmitOptions stopped;
  stopped.compile.stop_after = "import";
  expect_refused(folder, folder / "net.so", stopped, "stop_after", "compile()");
}

TEST(EmitErrors, weights) {
  const TestFolder folder;
  const Network unset = net_with({1, 4}, false);
  expect_refused(folder, folder / "net.so", {}, "fc.weight", "net.load", unset);
  expect_refused(folder, folder / "net.so", {.weights = WeightsPlace::file}, "fc.weight",
                 "net.load", unset);
  emit(unset, folder / "net.so", {.weights = WeightsPlace::caller});
  EXPECT_THAT(folder.names(), ElementsAre("net.so"));
}

// Too large for a library; their contents are not even looked at.
TEST(EmitErrors, too_many_weights) {
  const TestFolder folder;
  Network net("large");
  Tensor x = net.input("x", {1, 400'000'000});
  net.output("y", x | dense(1));
  expect_refused(folder, folder / "net.so", {}, "too large", "WeightsPlace::file", net);
}

TEST(EmitErrors, another_architecture) {
  const TestFolder folder;
  EmitOptions options;
  options.compile.target = catalogue::Target::host();
  options.compile.target->arch = "riscv64";
  expect_refused(folder, folder / "net.so", options, "without its runtime for riscv64", "");
}

TEST(EmitErrors, a_failure_leaves_what_was_there) {
  const TestFolder folder;
  folder.write("net.so", "old");
  std::filesystem::create_directory(folder / "tmp");
  const Network net = net_with({1, 4});
  EmitOptions options{.header = folder / "net.h"};
  // The phase after the checks finds no place for temporary files.
  const char* before = std::getenv("TMPDIR");
  const std::string restored = before ? before : "";
  options.compile.progress = [&](const CompileProgress& progress) {
    if (progress.phase == "link")
      setenv("TMPDIR", "/proc/self", 1);
  };
  const ErrorParts error = error_of([&] { emit(net, folder / "net.so", options); });
  before ? setenv("TMPDIR", restored.c_str(), 1) : unsetenv("TMPDIR");
  EXPECT_THAT(error.what, HasSubstr("temporary folder"));
  EXPECT_THAT(error.hint, HasSubstr("TMPDIR"));
  EXPECT_THAT(std::string(error.where.file), HasSubstr("emit_errors_test.cpp"));
  EXPECT_THAT(folder.names(), ElementsAre("net.so", "tmp"));
  EXPECT_EQ(file_text(folder / "net.so"), "old");
}

} // namespace
} // namespace fovea::emission::testing
