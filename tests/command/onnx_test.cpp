// Models in ONNX format as arguments of the command. tests/data/make_small_onnx.py wrote the model:
// a convolution, its mean over the image.
#include "run_command.hpp"

#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;

const std::string model = FOVEA_SOURCE_DIR "/tests/data/small.onnx";

TEST(Onnx, RunsOnShapesThatAreGiven) {
  const CommandFolder folder;
  std::vector<float> image(9);
  std::iota(image.begin(), image.end(), 0.0f);
  host::write_npy(folder / "x.npy", host::HostTensor({1, 1, 3, 3}, image));
  for (const char* option : {"--shape x=1x1x3x3", "--batch 1"}) {
    const CommandResult result =
        folder.fovea("run " + model + " " + option + " --input x=x.npy --output-dir out");
    ASSERT_EQ(result.code, 0) << result.err;
    const host::HostTensor y = host::read_npy(folder / "out/y.npy");
    EXPECT_EQ(y.shape(), (std::vector<int64_t>{1, 2}));
    EXPECT_EQ(y.data<float>()[0], 47); // of 27, 37, 57, 67
    EXPECT_EQ(y.data<float>()[1], 2);  // of four equal differences
  }
}

TEST(Onnx, EveryVerbTakesIt) {
  const CommandFolder folder;
  host::write_npy(folder / "x.npy", host::HostTensor({2, 1, 3, 3}, std::vector<float>(18, 0.5f)));
  for (const char* verb : {"inspect", "explain", "compile -o small.so", "bench --repetitions 1",
                           "diff --input x=x.npy"}) {
    const CommandResult result = folder.fovea(std::string(verb) + " " + model + " --batch 2");
    EXPECT_EQ(result.code, 0) << verb << "\n" << result.err;
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "small.so"));
  const CommandResult inspect = folder.fovea("inspect " + model + " --batch 2");
  EXPECT_THAT(inspect.out, HasSubstr("conv.Conv"));
  EXPECT_THAT(inspect.out, HasSubstr("2x2x2x2"));
}

TEST(Onnx, SaysWhatIsOpen) {
  const CommandFolder folder;
  const auto refused = [&](const std::string& words) {
    const CommandResult result = folder.fovea(words);
    EXPECT_NE(result.code, 0);
    return result.err;
  };
  EXPECT_THAT(refused("inspect " + model),
              HasSubstr("the shape of input 'x' is not known\n  expected: extents that are "
                        "numbers, got Nx1x3x3\n  hint: give it: --shape x="));
  EXPECT_THAT(refused("inspect " + model + " --shape x=1x2x3x3"), HasSubstr("got 1x2x3x3"));
  EXPECT_THAT(refused("inspect " + model + " --shape x=1xx3"), HasSubstr("got '1xx3'"));
  EXPECT_THAT(refused("inspect " + model + " --shape 1x3"), HasSubstr("expected NAME=VALUE"));
  EXPECT_THAT(refused("inspect zoo:lenet5 --shape image=1x1x28x28"),
              HasSubstr("only a .onnx model or an equation"));
}

} // namespace
} // namespace fovea::testing
