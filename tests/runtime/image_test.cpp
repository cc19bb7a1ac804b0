// Images as a network's input, against numbers that tests/data/make_image_values.py made without
// this reader.
#include "scratch_folder.hpp"

#include <fovea/runtime/image_file.hpp>

#include <cmath>
#include <cstring>

using namespace fovea::host;
using namespace fovea_test;
namespace fs = std::filesystem;
using Fit = ImageOptions::Fit;

namespace {

const fs::path images = FOVEA_SOURCE_DIR "/tests/data/images";

const TensorMap& values() {
  static const TensorMap map = read_safetensors(images / "values.safetensors");
  return map;
}

void expect_near(const HostTensor& result, const std::string& name, float tolerance) {
  const HostTensor& expected = values().at(name);
  ASSERT_EQ(result.shape(), expected.shape()) << name;
  std::span<const float> got = result.data<float>(), wanted = expected.data<float>();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    ASSERT_NEAR(got[i], wanted[i], tolerance) << name << ", element " << i;
}

// Both sides compute in float32 or better, from numbers up to 1.
constexpr float rounding = 2e-6f;
// One level: libjpeg's versions may round differently.
constexpr float jpeg_rounding = 1.001f / 255;

TEST(Image, EveryKindOfPng) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(images)) {
    std::string name = entry.path().stem();
    if (entry.path().extension() != ".png" || name == "photo")
      continue;
    ++files;
    expect_near(read_image(entry.path(), {.channels = 3, .height = 5, .width = 7}), name + ".rgb",
                rounding);
    expect_near(read_image(entry.path(), {.channels = 1, .height = 5, .width = 7}), name + ".grey",
                rounding);
  }
  EXPECT_EQ(files, 16);
}

TEST(Image, OfItsOwnSize) {
  expect_near(read_image(images / "rgb8.png", {.fit = Fit::none}), "rgb8.rgb", rounding);
  EXPECT_EQ(read_image(images / "full.jpg", {.fit = Fit::none}).shape(),
            (std::vector<std::int64_t>{1, 3, 23, 37}));
}

TEST(Image, WrittenPngIsReadAsItWas) {
  ScratchFolder folder;
  const fs::path file = folder.write("");
  std::vector<std::uint8_t> samples;
  for (int k = 0; k < 3 * 5 * 7; ++k)
    samples.push_back(std::uint8_t(k * 37));
  write_png(file, HostTensor({1, 3, 5, 7}, samples));
  const HostTensor again = read_image(file, {.scale = 1, .fit = Fit::none});
  ASSERT_EQ(again.size(), samples.size());
  for (std::size_t k = 0; k < samples.size(); ++k)
    EXPECT_EQ(again.data<float>()[k], samples[k]) << k;
  auto refused = [](const fs::path& path) { write_png(path, HostTensor(FOVEA_F32, {5, 7})); };
  expect_refused(file, refused, "f32 of shape [5, 7]");
}

TEST(Image, Jpeg) {
  ImageOptions options{.height = 23, .width = 37};
  for (std::string name : {"full", "subsampled", "progressive"})
    expect_near(read_image(images / (name + ".jpg"), options), name + ".rgb", jpeg_rounding);
  options.channels = 1;
  expect_near(read_image(images / "grey.jpg", options), "grey.grey", jpeg_rounding);
}

TEST(Image, ResizesAsPillowDoes) {
  for (auto [height, width] : {std::pair{8, 8}, {50, 60}, {10, 90}, {23, 5}, {1, 1}, {23, 37}})
    expect_near(
        read_image(images / "photo.png", {.height = height, .width = width, .fit = Fit::stretch}),
        "photo.stretch_" + std::to_string(height) + "x" + std::to_string(width), rounding);
}

TEST(Image, CropsAsTorchvisionDoes) {
  ImageOptions options{.height = 16, .width = 16, .fit = Fit::crop};
  expect_near(read_image(images / "photo.png", options), "photo.crop_16x16", rounding);
  options.height = 10;
  options.width = 30;
  expect_near(read_image(images / "photo.png", options), "photo.crop_10x30", rounding);
  options = {.height = 12, .width = 13, .fit = Fit::crop, .shorter_side = 15};
  expect_near(read_image(images / "photo.png", options), "photo.crop_15_12x13", rounding);
  options.shorter_side = 11;
  expect_refused(
      images / "photo.png", [&](const fs::path& path) { read_image(path, options); },
      "got: 11 x 17");
}

TEST(Image, ScaleMeanAndStdPerChannel) {
  ImageOptions options{.height = 5, .width = 7, .mean = {0.5, 0.25, 0.125}, .std = {2, 4, 0.5}};
  std::span<const float> rgb = values().at("rgb8.rgb").data<float>();
  HostTensor normal = read_image(images / "rgb8.png", options);
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(normal.data<float>()[c * 35 + i],
                  (double(rgb[c * 35 + i]) - options.mean[c]) / options.std[c], 4e-6);
  options.order = ImageOptions::Order::bgr; // mean and std are those of B, G, R then
  options.scale = 1;
  HostTensor swapped = read_image(images / "rgb8.png", options);
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(swapped.data<float>()[c * 35 + i],
                  (255 * double(rgb[(2 - c) * 35 + i]) - options.mean[c]) / options.std[c], 1e-4);
}

TEST(Image, RefusesWhatDoesNotFit) {
  ScratchFolder folder;
  auto read = [](const fs::path& path) { read_image(path, {.height = 5, .width = 8}); };
  expect_refused(images / "rgb8.png", read, "expected: 5 x 8 (height x width)\n  got: 5 x 7");
  expect_refused(images / "full.jpg", read, "got: 23 x 37");
  expect_refused(images / "cmyk.jpg", read, "got: CMYK");
  expect_refused(images / "values.safetensors", read, "expected: a PNG or JPEG file");
  expect_refused(folder.write(""), read, "unknown image format");
  expect_refused(images, read, "expected: a regular file");
}

TEST(Image, ContentDecidesNotTheName) {
  ScratchFolder folder;
  fs::path path = folder.write(read_bytes(images / "rgb8.png"), "photo.jpg");
  expect_near(read_image(path, {.height = 5, .width = 7}), "rgb8.rgb", rounding);
}

TEST(Image, Bombs) {
  auto read = [](const fs::path& path) {
    read_image(path, {.height = 5, .width = 7, .max_pixels = 34});
  };
  expect_refused(images / "rgb8.png", read, "expected: at most 34 pixels\n  got: 7x5 pixels");
  expect_refused(images / "full.jpg", read, "got: 37x23 pixels");
  // A header that claims 60000 x 60000: refused although its few bytes could be all zeros.
  ScratchFolder folder;
  std::string jpeg = read_bytes(images / "full.jpg");
  std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, jpeg.npos);
  jpeg.replace(frame + 5, 4, "\xea\x60\xea\x60");
  auto read_any = [](const fs::path& path) {
    read_image(path, {.height = 5, .width = 7, .fit = Fit::stretch});
  };
  expect_refused(folder.write(jpeg), read_any,
                 "expected: at most 100000000 pixels\n  got: 60000x60000 pixels");
}

TEST(Image, OptionsWithoutMeaning) {
  auto refused = [](const ImageOptions& options) {
    EXPECT_THROW(read_image(images / "rgb8.png", options), std::invalid_argument);
  };
  refused({.channels = 2, .height = 5, .width = 7});
  refused({.height = 0, .width = 7});
  refused({.height = 5, .width = 7, .fit = Fit::none});
  refused({.height = 5, .width = -1});
  refused({.height = 5, .width = 7, .std = {1, 0, 1}});
  refused({.height = 5, .width = 7, .shorter_side = 9});
  refused({.height = 5, .width = 7, .max_pixels = 0});
}

TEST(Image, TruncatedAndDamagedFiles) {
  ScratchFolder folder;
  auto read = [](const fs::path& path) {
    read_image(path, {.height = 5, .width = 7, .fit = Fit::stretch, .max_pixels = 100'000});
  };
  for (const char* name :
       {"rgb8.png", "interlaced_rgb8.png", "palette_alpha8.png", "full.jpg", "progressive.jpg"}) {
    std::string bytes = read_bytes(images / name);
    expect_prefixes_refused(folder, bytes, read);
    if (bytes.size() < 300)
      expect_damage_survived(folder, bytes, read);
  }
}

// What a library says of a file goes into the error, not to the terminal.
TEST(Image, LibrariesDoNotPrint) {
  ScratchFolder folder;
  std::string bytes = read_bytes(images / "full.jpg");
  bytes.resize(bytes.size() / 2);
  testing::internal::CaptureStderr();
  expect_refused(
      folder.write(bytes),
      [](const fs::path& path) { read_image(path, {.height = 23, .width = 37}); }, "damaged jpeg");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
