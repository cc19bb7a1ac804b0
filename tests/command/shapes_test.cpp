// Models that leave shapes open, as arguments of the command: shapes from the inputs' files, and
// libraries of several sets. tests/data/make_small_onnx.py wrote the model: a convolution, its mean
// over the image, for any number of images of any size.
#include "run_command.hpp"

#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string model = FOVEA_SOURCE_DIR "/tests/data/any_size.onnx";

void write_ramp(const std::filesystem::path& path, const std::vector<int64_t>& shape) {
  int64_t size = 1;
  for (const int64_t extent : shape)
    size *= extent;
  std::vector<float> values(static_cast<size_t>(size));
  for (size_t k = 0; k < values.size(); ++k)
    values[k] = static_cast<float>(k % 7) - 2;
  host::write_npy(path, host::HostTensor(shape, values));
}

std::vector<float> result(const CommandFolder& folder, const std::string& words) {
  const CommandResult run = folder.fovea("run " + words + " --output-dir out");
  EXPECT_EQ(run.code, 0) << words << "\n" << run.err;
  if (run.code != 0)
    return {};
  const host::HostTensor y = host::read_npy(folder / "out/y.npy");
  return {y.data<float>().begin(), y.data<float>().end()};
}

std::string refused(const CommandFolder& folder, const std::string& words) {
  const CommandResult run = folder.fovea(words);
  EXPECT_NE(run.code, 0) << words;
  return run.err;
}

TEST(OpenShapes, ComeFromTheInputs) {
  const CommandFolder folder;
  write_ramp(folder / "a.npy", {1, 1, 3, 3});
  write_ramp(folder / "b.npy", {2, 1, 5, 4});
  write_ramp(folder / "c.npy", {1, 5, 4}); // a leading 1 may be missing
  EXPECT_EQ(result(folder, model + " --input x=a.npy"),
            result(folder, model + " --shape x=1x1x3x3 --input x=a.npy"));
  const std::vector<float> both = result(folder, model + " --input b.npy");
  EXPECT_EQ(both, result(folder, model + " --shape x=2x1x5x4 --input x=b.npy"));
  ASSERT_EQ(both.size(), 4u);
  EXPECT_EQ(result(folder, model + " --input c.npy"),
            std::vector<float>(both.begin(), both.begin() + 2));
  EXPECT_EQ(folder.fovea("diff " + model + " --input x=b.npy").code, 0);
}

TEST(OpenShapes, ConflictsAreSaid) {
  const CommandFolder folder;
  write_ramp(folder / "a.npy", {1, 1, 3, 3});
  write_ramp(folder / "rank.npy", {1, 1, 1, 3, 3});
  write_ramp(folder / "channels.npy", {1, 2, 3, 3});
  EXPECT_THAT(refused(folder, "run " + model + " --input x=a.npy --shape x=1x1x4x4"),
              HasSubstr("a.npy: the array has another shape than --shape gives input 'x'\n"
                        "  expected: 1x1x4x4, got 1x1x3x3\n"));
  EXPECT_THAT(refused(folder, "run " + model + " --input x=a.npy --batch 2"),
              HasSubstr("another shape than --batch gives"));
  for (const char* file : {"rank.npy", "channels.npy"})
    EXPECT_THAT(refused(folder, "run " + model + " --input " + file),
                HasSubstr("the array is no value for input 'x'\n  expected: ?x1x?x?, got"));
  EXPECT_THAT(refused(folder, "run " + model), HasSubstr("no file is given for input x ?x1x?x?"));
  for (const char* verb : {"bench", "explain", "inspect", "compile -o x.so"})
    EXPECT_THAT(refused(folder, std::string(verb) + " " + model),
                HasSubstr("got Nx1xHxW\n  hint: give it: --shape x=1x1x224x224, where dimensions 0 "
                          "(N), 2 (H), 3 (W) are open"));
  EXPECT_THAT(refused(folder, "bench " + model + " --shape x=1x1x3x3 --shape x=1x1x4x4"),
              HasSubstr("it gives 2 sets of shapes: expected one"));
  for (const char* shape : {"x=1x1x0x3", "x=-1x1x3x3", "x=1x1x3x"})
    EXPECT_THAT(refused(folder, "bench " + model + " --shape " + shape),
                HasSubstr("expected extents such as 1x3x224x224"));
  EXPECT_THAT(refused(folder, "bench " + model + " --shape x=1x1x3"),
              HasSubstr("input 'x' cannot have this shape\n  expected: Nx1xHxW, got 1x1x3"));
}

TEST(OpenShapes, ALibraryHoldsSeveralSets) {
  const CommandFolder folder;
  write_ramp(folder / "a.npy", {1, 1, 3, 3});
  write_ramp(folder / "b.npy", {2, 1, 5, 4});
  write_ramp(folder / "other.npy", {1, 1, 8, 8});
  const CommandResult compiled =
      folder.fovea("compile " + model +
                   " --shape x=1x1x3x3 --shape x=2x1x5x4 -o net.so --header "
                   "net.h");
  ASSERT_EQ(compiled.code, 0) << compiled.err;
  EXPECT_THAT(compiled.out, HasSubstr("sets of shapes"));
  EXPECT_THAT(contents(folder / "net.h"), HasSubstr("#define ANY_SIZE_SET_COUNT 2"));
  for (const char* file : {"a.npy", "b.npy"})
    EXPECT_EQ(result(folder, std::string("net.so --input ") + file),
              result(folder, model + " --input " + file));
  EXPECT_THAT(refused(folder, "run net.so --input other.npy"),
              HasSubstr("the library was not compiled for these shapes\n  expected: x 1x1x3x3 or x "
                        "2x1x5x4, got x 1x1x8x8"));
  EXPECT_THAT(refused(folder, "bench net.so"), HasSubstr("one of them: x 1x1x3x3 or x 2x1x5x4"));
  EXPECT_EQ(folder.fovea("bench net.so --shape x=2x1x5x4 --repetitions 1").code, 0);

  const CommandResult inspect = folder.fovea("inspect net.so");
  EXPECT_THAT(inspect.out, HasSubstr("any_size, set 1 of 2: x 1x1x3x3\n"));
  EXPECT_THAT(inspect.out, HasSubstr("any_size, set 2 of 2: x 2x1x5x4\n"));
  const auto json = nlohmann::json::parse(folder.fovea("inspect net.so --json").out);
  EXPECT_EQ(json["sets"], 2);
  EXPECT_EQ(json["programs"].size(), 2u);

  EXPECT_THAT(refused(folder, "compile " + model + " --shape x=1x1x3x3 --shape x=1x1x3x3 -o x.so"),
              HasSubstr("two sets of shapes are the same: x 1x1x3x3"));
  EXPECT_THAT(refused(folder, "compile " + model +
                                  " -o x.so --shape x=1x1x3x3 --shape z=1 --shape x=1x1x4x4 "
                                  "--shape z=2 --shape z=3"),
              HasSubstr("'x' is given 2 times and 'z' 3 times: expected once for each set"));
  EXPECT_THAT(refused(folder, "compile " + model +
                                  " --emit ir --shape x=1x1x3x3 --shape "
                                  "x=1x1x4x4"),
              HasSubstr("it gives 2 sets of shapes"));
}

} // namespace
} // namespace fovea::testing
