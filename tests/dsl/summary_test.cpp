// What a summary says of a network.
#include <fovea/dsl.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

namespace fovea {
namespace {

TEST(Summary, PrintsATable) {
  Network net("tiny");
  net.output("y", net.input("x", {1, 1, 12, 12}) | conv(10, 5, same).named("conv1") | relu |
                      max_pool(2) | flatten | dense(1000).named("fc"));
  std::ostringstream text;
  text << summary(net);
  EXPECT_EQ(text.str(), R"(tiny
layer     op        attributes                          output      parameters     MACs  receptive
--------------------------------------------------------------------------------------------------
conv1     conv      filters=10 kernel=5x5 padding=same  1x10x12x12         260   36,000  5x5
relu      relu                                          1x10x12x12           0        0  5x5
max_pool  max_pool  kernel=2x2 stride=2x2               1x10x6x6             0        0  6x6
flatten   flatten                                       1x360                0        0  6x6
fc        dense     outputs=1000                        1x1000         361,000  360,000  16x16
--------------------------------------------------------------------------------------------------
total                                                                  361,260  396,000
)");
}

TEST(Summary, Bytes) {
  Network net("tiny");
  const Tensor<> maps =
      net.input("x", {1, 1, 12, 12}) | conv(10, 5, same) | relu; // 576, 5760, 5760
  net.output("y", maps | max_pool(2) | flatten | dense(1000));   // 1440, 1440, 4000
  const Summary table = summary(net);
  EXPECT_EQ(table.rows[0].output_bytes, 5760);
  EXPECT_EQ(table.rows[4].output_bytes, 4000);
  EXPECT_EQ(table.rows[4].dtype, DType::f32);
  EXPECT_EQ(table.parameter_bytes, 4 * (260 + 361'000));
  EXPECT_EQ(table.peak_bytes, 5760 + 5760); // while relu runs
  net.output("maps", maps);                 // kept to the end
  EXPECT_EQ(summary(net).peak_bytes, 5760 + 5760);
  net.output("more", maps | conv(10, 1) | tanh);
  EXPECT_EQ(summary(net).peak_bytes, 4000 + 3 * 5760); // y, maps, and the way from conv to tanh
}

TEST(Summary, ReceptiveFields) {
  Network net("fields");
  net.output("y", net.input("x", {1, 3, 64, 64}) | conv(4, 3, stride(2)) | conv(4, 3, dilation(2)) |
                      max_pool(2) | conv(4, {1, 3}, same));
  const Summary table = summary(net);
  EXPECT_EQ(table.rows[0].receptive_field, (Shape{3, 3}));
  EXPECT_EQ(table.rows[1].receptive_field, (Shape{11, 11}));
  EXPECT_EQ(table.rows[2].receptive_field, (Shape{13, 13}));
  EXPECT_EQ(table.rows[3].receptive_field, (Shape{13, 21}));
}

// A place that is as far as numbers go, and one behind it: no sum overflows.
TEST(Summary, ReceptiveFieldsHaveAnEnd) {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  Index<'b'> b;
  Index<'c'> c;
  Index<'i'> i;
  Result Z("Z");
  const auto far = define("far", [=](Tensor<3> x) {
    return Z(b, c, i.range(16)) = x(b, c, clamp(i * most)) + x(b, c, clamp(i * -most));
  });
  Network net("far");
  net.output("y", far(net.input("x", {1, 2, 16})) | relu);
  EXPECT_EQ(summary(net).rows.back().receptive_field, (Shape{most}));
}

// Of the wider of two ways.
TEST(Summary, ReceptiveFieldOfBranches) {
  Network net("branches");
  net.output("y", net.input("x", {1, 2, 16, 16}) | skip(conv(2, 3, same) | conv(2, 3, same)));
  EXPECT_EQ(summary(net).rows.back().receptive_field, (Shape{5, 5}));
}

TEST(Summary, ALayerThatDependsOnNoInputHasNoField) {
  Network net("constant");
  net.input("x", {1, 2, 4, 4});
  net.output("y", net.parameter("p", {1, 2, 4, 4}) | relu);
  EXPECT_FALSE(summary(net).rows[0].reaches_input);
  EXPECT_EQ(summary(net).parameters, 32);
}

TEST(Summary, SharedWeightsCountOnce) {
  Network net("shared");
  const auto total = define("weighted", [](Tensor<1> x, Tensor<1> w) {
    const Index<'i'> i;
    return Z(i) = x(i) * w(i);
  });
  const Tensor<> w = net.parameter("w", {4});
  net.output("y", total(total(net.input("x", {4}), w), w));
  EXPECT_EQ(summary(net).parameters, 4);
}

TEST(Summary, NetworksOfPapers) {
  // VGG-16 (arXiv 1409.1556), configuration D.
  Block vgg;
  for (const auto& [filters, layers] : {std::pair{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
    for (int layer = 0; layer < layers; ++layer)
      vgg |= conv(filters, 3, same) | relu;
    vgg |= max_pool(2);
  }
  vgg |= flatten | dense(4096) | relu | dense(4096) | relu | dense(1000) | softmax;
  Network net("vgg16");
  net.output("classes", net.input("image", {1, 3, 224, 224}) | vgg);
  EXPECT_EQ(summary(net).parameters, 138357544);
}

} // namespace
} // namespace fovea
