// Filters among layers, in files, and by themselves on arrays.
#include "interpret.hpp"

#include <expect_error.hpp>

#include <fovea/equation/text.hpp>
#include <fovea/fovea.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <unistd.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;

Array<float> ramp(const Shape& shape) {
  Array<float> x(shape);
  float value = 0;
  for (float& element : x)
    element = value++ * 0.5f;
  return x;
}

TEST(FilterBlocks, StandBetweenLayers) {
  Network net("edges");
  const Tensor<> x = net.input("x", {2, 3, 8, 9});
  const auto block = filters::gaussian(1.2, filters::border::wrap) | filters::sobel().x() | relu;
  EXPECT_EQ(shape_of(block, {2, 3, 8, 9}), (Shape{2, 3, 8, 9}));
  net.output("y", x | block | conv(4, 3, same) | filters::median(3).named("clean"));
  net.randomize(1);
  const std::string text = to_string(summary(net));
  for (const char* words : {"gaussian  gaussian  sigma=1.2 radius=5 border=wrap",
                            "sobel_x   sobel_x ", "clean     median    size=3"})
    EXPECT_THAT(text, HasSubstr(words));
  const Model model = compile(net);
  Network longer = with_batch(net, 3);
  EXPECT_EQ(longer.outputs().size(), 1u);
  EXPECT_EQ(model.outputs()[0].type.shape, (Shape{2, 4, 8, 9}));
}

// Two of one filter are numbered as other layers are.
TEST(FilterBlocks, AreLayersWithNames) {
  Network net("twice");
  const Tensor<> x = net.input("x", {4, 4});
  net.output("y", x | filters::sharpen() | filters::sharpen());
  EXPECT_EQ(net.nodes()[0].layer, "sharpen");
  EXPECT_EQ(net.nodes()[1].layer, "sharpen_2");
}

TEST(FilterBlocks, SavedNetworksKeepThem) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                     ("fovea_filters_" + std::to_string(getpid()) + ".mlir");
  Network net("saved");
  net.output("y", net.input("x", {3, 9, 10}) | filters::unsharp_mask(1, 2) | filters::median(5));
  net.save(file.string());
  const Network again = load_network(file.string());
  std::filesystem::remove(file);
  EXPECT_EQ(canonical_text(definition_of(again)), canonical_text(definition_of(net)));
}

// A filter is what it says: its equations as text are read back as the same definition.
TEST(FilterBlocks, AreEquations) {
  using namespace filters;
  const TensorType image{DType::f32, {3, 12, 13}};
  EXPECT_EQ(to_text(laplacian().definition({DType::f32, {4, 5}})),
            "laplacian(X: 4x5xf32)\n"
            "P(i, j) = X(reflect(i - 1), reflect(j - 1)) where i < 6, j < 7\n"
            "Z(i, j) = P(i, j + 1) + (P(i + 1, j) - P(i + 1, j + 1) * 4 + P(i + 1, j + 2)) + "
            "P(i + 2, j + 1) where i < 4, j < 5\n");
  for (const Filter& filter :
       {mean(3), trapezoidal(5), gaussian(1.5), gaussian5x5(), median(3), median(5),
        bilateral(1, 2), sobel().magnitude(), laplacian_of_gaussian(1), unsharp_mask(2)}) {
    const Definition definition = filter.definition(image);
    const Definition again = Equations(to_text(definition)).bind();
    EXPECT_EQ(canonical_text(again), canonical_text(definition)) << filter.op()->name();
  }
}

TEST(FilterBlocks, FilterArrays) {
  const Array<float> image = ramp({5, 6});
  const Array<float> x = image | filters::sobel().x(), y = image | filters::sobel().y();
  EXPECT_EQ(x(2, 3), 4.0f);  // 8 times the slope
  EXPECT_EQ(y(2, 3), 24.0f); // of 6 columns
  EXPECT_EQ(x(2, 0), 0.0f);  // mirrored at the edge
  const Array<float> both = image | (filters::mean(3) | filters::laplacian()) | relu;
  EXPECT_EQ(both.shape(), image.shape());
}

TEST(FilterBlocks, OfBytes) {
  Array<uint8_t> image({4, 5});
  std::fill(image.begin(), image.end(), uint8_t{100});
  image(2, 2) = 255;
  const Array<uint8_t> sharp = image | filters::sharpen(), smooth = image | filters::mean(3);
  EXPECT_EQ(sharp(2, 2), 255); // saturated
  EXPECT_EQ(sharp(0, 0), 100);
  EXPECT_EQ(smooth(2, 2), 117); // 100 + 155 / 9 = 117.2
  const Array<float> edges = run<float>(filters::edge(4), image);
  EXPECT_EQ(edges(2, 2), 620.0f);
  EXPECT_EQ(edges(1, 2), -155.0f);
}

TEST(FilterBlocks, OnceCompiledForManyArrays) {
  const Model blur = compile(filters::gaussian3x3(), {2, 4, 4});
  for (const float level : {1.0f, 2.0f}) {
    Array<float> x({2, 4, 4});
    std::fill(x.begin(), x.end(), level);
    EXPECT_TRUE(std::ranges::equal(blur(x), x));
  }
}

TEST(FilterBlocks, RefuseWhatCannotBe) {
  const Array<float> image = ramp({5, 6});
  EXPECT_THAT(error_of([&] { image | dense(3).named("fc"); }).what,
              HasSubstr("a block with weights is no function by itself: 'fc.weight'"));
  const Array<uint8_t> bytes({5, 6});
  const ErrorParts parts = error_of([&] { bytes | filters::laplacian(); });
  EXPECT_THAT(parts.what + parts.expected + parts.got, HasSubstr("f32"));
  EXPECT_THAT(error_of([&] { ramp({7}) | filters::mean(3); }).what, HasSubstr("the wrong rank"));
}

} // namespace
} // namespace fovea
