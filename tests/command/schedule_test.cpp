// `--schedule`: what is wrong with one is said in its own words, with the option and the layer;
// what is only unwise is a warning, like a kernel cache that cannot be used.
#include "run_command.hpp"

#include <fovea/fovea.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace fovea::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++found;
  return found;
}

// wide.mlir, and x.npy for its input. Its first layer has a map of 8x8 for 8 filters.
class ScheduleFlag : public ::testing::Test {
 protected:
  ScheduleFlag() {
    Network net("wide");
    net.output("y", net.input("x", {1, 2, 10, 10}) | conv(8, 3).named("conv1") | relu |
                        conv(4, 3).named("conv2") | flatten | dense(3).named("fc"));
    net.randomize(1);
    net.save(folder / "wide.mlir");
    Array<float> x({1, 2, 10, 10});
    for (int64_t k = 0; k < x.size(); ++k)
      x.data()[k] = static_cast<float>(k % 7) - 3;
    write_npy(folder / "x.npy", x);
  }
  // What is said of `explain` with this schedule for conv1, by the generic algorithm.
  CommandResult given(const std::string& schedule, const std::string& options = {}) const {
    return folder.fovea("explain wide.mlir -O0 --schedule 'conv1=" + schedule + "' " + options);
  }
  const CommandFolder folder;
};

// All filters at all pixels in registers, vectors along rows.
const std::string overflowing =
    "sum_sum: compute_root; sum_sum.1: reorder(j1, j0, i, m1, m0, l) vectorize(j1) unroll(j0) "
    "unroll(i)";

struct Bad {
  std::string schedule;
  int code; // 2: wrong in itself, 1: for this layer
  std::vector<std::string> said;
};

TEST_F(ScheduleFlag, says_what_is_wrong_with_a_schedule) {
  const Bad bad[] = {
      {"sum_sum.1: unrol(i)", 2, {"no directive 'unrol'", "did you mean `unroll`?"}},
      {"sum_sum.1: gpu_blocks(i)", 2, {"'gpu_blocks' is reserved for GPU targets", "`parallel`"}},
      {"sum_sum: store_in(shared)", 2, {"memory 'shared' is reserved for GPU targets"}},
      {"sum_sum.1: unroll(i", 2, {"schedule 1:"}},
      {"sum_sam.1: unroll(i)", 1, {"no stage 'sum_sam'", "did you mean `sum_sum`?"}},
      {"sum_sum: compute_root; sum_sum.1: unroll(j9)", 1, {"'j9'", "j0", "j1"}},
      {"sum_sum: compute_root; sum_sum.3: unroll(i)", 1, {"no update 3"}},
      {"sum_sum: compute_root; sum_sum.1: parallel(l)", 1, {"'l' is reduced"}},
      // What `direct` would have: the schedule of another algorithm.
      {"T.1: unroll(i)", 1, {"no stage 'T'", "the algorithm is 'generic'"}}};
  for (const Bad& one : bad) {
    SCOPED_TRACE(one.schedule);
    const CommandResult result = given(one.schedule);
    EXPECT_EQ(result.code, one.code);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, AllOf(HasSubstr("error: "), HasSubstr("--schedule"), HasSubstr("conv1"),
                                  Not(HasSubstr("CompileOptions"))));
    for (const std::string& words : one.said)
      EXPECT_THAT(result.err, HasSubstr(words));
  }
}

TEST_F(ScheduleFlag, says_which_layers_there_are) {
  for (const char* option :
       {"--schedule 'conv9=sum_sum: compute_root'", "--algorithm conv9=generic"}) {
    const CommandResult result = folder.fovea("explain wide.mlir " + std::string(option));
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("error: " + std::string(option).substr(0, 10)), // "--schedule"
                      HasSubstr("'conv9'"), HasSubstr("conv1, conv2, fc")));
  }
}

TEST_F(ScheduleFlag, warns_of_registers_that_overflow) {
  const catalogue::Target host = catalogue::Target::host();
  const int64_t lanes = host.lanes(4), registers = 8 * 8 * ((8 + lanes - 1) / lanes);
  const std::string option = "-O0 --schedule 'conv1=" + overflowing + "' ";
  const std::string words = "warning: layer 'conv1': --schedule: 'sum_sum.1' accumulates in " +
                            std::to_string(registers) + " vector registers";
  const CommandResult plain = folder.fovea("run wide.mlir -O0 --input x.npy -o plain");
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_EQ(plain.err, "");
  const CommandResult run = folder.fovea("run wide.mlir --input x.npy -o result --json " + option);
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(count(run.err, words), 1) << run.err;
  const Json warnings = Json::parse(run.out)["warnings"];
  ASSERT_GE(warnings.size(), 1u) << run.out;
  EXPECT_EQ(warnings[0]["layer"], "conv1");
  EXPECT_THAT(warnings[0]["what"].get<std::string>(), HasSubstr("vector registers"));
  const auto expected = host::read_npy(folder / "plain/y.npy"),
             got = host::read_npy(folder / "result/y.npy");
  for (int k = 0; k < 3; ++k)
    EXPECT_NEAR(got.data<float>()[k], expected.data<float>()[k], 1e-4);
  for (const char* verb :
       {"compile wide.mlir -o wide.so --json ", "explain wide.mlir --json ",
        "diff wide.mlir --input x.npy --json ", "compile wide.mlir --emit phases -o phases --json ",
        "bench wide.mlir --repetitions 1 --json "}) {
    const CommandResult result = folder.fovea(verb + option);
    EXPECT_EQ(result.code, 0) << verb;
    EXPECT_EQ(count(result.err, words), 1) << verb << result.err;
    EXPECT_EQ(Json::parse(result.out)["warnings"], warnings) << verb;
  }
}

TEST_F(ScheduleFlag, warns_of_one_for_wider_vectors) {
  const CommandResult narrow = given(overflowing, "--target x86-64-linux"); // vectors of four
  EXPECT_EQ(narrow.code, 0);
  EXPECT_THAT(narrow.err, AllOf(HasSubstr("conv1"), HasSubstr("vectorized by 8"),
                                HasSubstr("made for another target")));
  const CommandResult wide = given(overflowing, "--target 'x86-64-linux avx2 fma'");
  EXPECT_THAT(wide.err, Not(HasSubstr("made for another target")));
}

TEST_F(ScheduleFlag, a_cache_that_cannot_be_used_is_a_warning) {
  std::ofstream(folder / "file") << "no folder";
  const std::string words = "warning: the kernel cache cannot be used: file/below";
  for (const std::string& way : {std::string("--cache file/below"), std::string()}) {
    const CommandResult result = folder.fovea("run wide.mlir --input x.npy -o result --json " + way,
                                              "FOVEA_CACHE=file/below");
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(count(result.err, "warning: "), 1) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr(words), HasSubstr("--cache or $FOVEA_CACHE")));
    EXPECT_EQ(Json::parse(result.out)["warnings"][0]["path"], "file/below");
  }
  const CommandResult library =
      folder.fovea("compile wide.mlir -o wide.so --algorithm conv1=direct --cache file/below");
  EXPECT_EQ(library.code, 0);
  EXPECT_EQ(count(library.err, words), 1) << library.err;
  EXPECT_EQ(folder.fovea("run wide.so --input x.npy -o library").code, 0);
  EXPECT_EQ(folder.fovea("compile wide.mlir -o wide.so --no-cache").err, "");
}

} // namespace
} // namespace fovea::testing
