// Pictures as arrays: written, and read as they were.
#include <expect_error.hpp>

#include <fovea/fovea.hpp>

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <unistd.h>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Picture : public ::testing::Test {
 protected:
  ~Picture() override { fs::remove(file_); }
  const std::string file_ =
      (fs::temp_directory_path() / ("fovea_picture_" + std::to_string(getpid()) + ".png")).string();
};

Array<uint8_t> pattern(const Shape& shape) {
  Array<uint8_t> image(shape);
  int value = 0;
  for (uint8_t& sample : image)
    sample = static_cast<uint8_t>(value = (value * 5 + 17) % 256);
  return image;
}

TEST_F(Picture, BytesAreReadAsTheyWereWritten) {
  for (const Shape& shape : {Shape{3, 5, 7}, Shape{1, 1, 1}, Shape{1, 9, 300}}) {
    const Array<uint8_t> image = pattern(shape);
    write_png(file_, image);
    const auto again = read_image<uint8_t>(file_, shape[0]);
    EXPECT_EQ(again.shape(), shape);
    EXPECT_TRUE(std::ranges::equal(again, image)) << to_string(shape);
  }
}

TEST_F(Picture, GreyNeedsNoChannel) {
  const Array<uint8_t> image = pattern({4, 6});
  write_png(file_, image);
  EXPECT_TRUE(std::ranges::equal(read_image<uint8_t>(file_, 1), image));
  const auto colour = read_image<uint8_t>(file_);
  EXPECT_EQ(colour.shape(), (Shape{3, 4, 6}));
  EXPECT_TRUE(std::ranges::equal(colour.row(2), image));
}

TEST_F(Picture, FloatsAreFromZeroToOne) {
  const Array<float> image({1, 5}, {0.5f, -3, 7, 1, std::nanf("")});
  write_png(file_, image);
  EXPECT_THAT(read_image<uint8_t>(file_, 1), ::testing::ElementsAre(128, 0, 255, 255, 0));
  EXPECT_FLOAT_EQ(read_image<float>(file_, 1)(0, 0, 0), 128 / 255.f);
}

TEST_F(Picture, WhatIsNoPictureIsRefused) {
  const ErrorParts shape = error_of([&] { write_png(file_, pattern({2, 4, 4})); });
  EXPECT_THAT(shape.what, HasSubstr("these elements are no image"));
  EXPECT_EQ(shape.got, "u8 of shape [2, 4, 4]");
  EXPECT_TRUE(shape.where.known());
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_EQ(error_of([&] { read_image<float>(file_, 4); }).expected, "1 or 3 channels");
  EXPECT_THAT(error_of([&] { read_image<float>(file_); }).what, HasSubstr(file_));
}

} // namespace
} // namespace fovea::testing
