// Filters where a MODEL may stand.
#include "run_command.hpp"

#include <fovea/runtime/tensor_file.hpp>

#include <gmock/gmock.h>

#include <cstring>

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;

class FilterCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    host::HostTensor ramp(FOVEA_F32, {3, 4});
    for (size_t k = 0; k < 12; ++k)
      ramp.data<float>()[k] = static_cast<float>(k);
    host::write_npy(folder_ / "ramp.npy", ramp);
  }
  const CommandFolder folder_;
};

// 8 times the slope; mirrored at the edge.
TEST_F(FilterCommand, Run) {
  const CommandResult result =
      folder_.fovea("run 'filter:sobel.x' --input image=ramp.npy --output-dir out");
  ASSERT_EQ(result.code, 0) << result.err;
  const host::HostTensor edges = host::read_npy(folder_ / "out" / "result.npy");
  EXPECT_THAT(edges.data<float>(), ::testing::ElementsAre(0, 8, 8, 0, 0, 8, 8, 0, 0, 8, 8, 0));
}

TEST_F(FilterCommand, OfBytes) {
  host::HostTensor bytes(FOVEA_U8, {3, 3});
  bytes.data<uint8_t>()[4] = 9; // which every window holds
  host::write_npy(folder_ / "bytes.npy", bytes);
  const CommandResult result =
      folder_.fovea("run 'filter:mean(3, clamp)' --input image=bytes.npy --output-dir out");
  ASSERT_EQ(result.code, 0) << result.err;
  const host::HostTensor means = host::read_npy(folder_ / "out" / "result.npy");
  EXPECT_THAT(means.data<uint8_t>(), ::testing::Each(1));
  EXPECT_THAT(folder_.fovea("explain filter:median:median --shape image=4x4xu8").out,
              HasSubstr("4x4xu8"));
}

TEST_F(FilterCommand, OtherVerbs) {
  const std::string model = "'filter:median | gaussian(1, 2, wrap)' --shape image=1x3x9x20";
  EXPECT_THAT(folder_.fovea("inspect " + model).out, HasSubstr("sigma=1 radius=2 border=wrap"));
  EXPECT_EQ(folder_.fovea("explain " + model).code, 0);
  EXPECT_EQ(folder_.fovea("compile " + model + " -o smooth.so").code, 0);
  EXPECT_THAT(folder_.fovea("bench filter:sobel --shape image=6x4 --repetitions 1").out,
              HasSubstr(", batch 1, "));
  EXPECT_THAT(folder_.fovea("explain 'filter:sobel:sobel' --shape image=4x4").out,
              HasSubstr("sqrt"));
}

TEST_F(FilterCommand, WhatIsWrongIsSaid) {
  EXPECT_THAT(folder_.fovea("run filter:gauss --input image=ramp.npy").err,
              HasSubstr("filter 'gauss' is not known"));
  EXPECT_THAT(folder_.fovea("inspect filter:sobel").err,
              HasSubstr("give it with --shape image=1x3x480x640"));
  EXPECT_THAT(folder_.fovea("inspect filter:sobel --shape picture=4x4").err,
              HasSubstr("no input 'picture'"));
  EXPECT_EQ(folder_.fovea("inspect filter:sobel --shape image=4x4 --range i=3").code, 2);
}

} // namespace
} // namespace fovea::testing
