#include "tests/kernels/forms.hpp"

#include <fovea/ops/dense.hpp>

#include <algorithm>

// Layers that networks really have, in the forms in which they run: images in blocks where that is
// preferred, weights prepared, an activation in the same kernel.
namespace fovea::kernel_test {
namespace {

constexpr int64_t few_macs = 10'000'000; // up to here every element is compared
constexpr size_t sampled_elements = 4096;
constexpr size_t sampled_of_transforms = 256; // each needs a tile of every channel

struct Layer {
  const char* network;
  Shape image;
  int64_t filters;
  Shape kernel; // empty: a dense layer
  int64_t stride = 1, padding = 0, groups = 1, dilation = 1;
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> list = {
      {"LeNet-5 C3", {1, 6, 14, 14}, 16, {5, 5}},
      {"AlexNet conv1", {1, 3, 227, 227}, 96, {11, 11}, 4},
      {"AlexNet conv2", {1, 96, 27, 27}, 256, {5, 5}, 1, 2, 2},
      {"AlexNet conv5", {1, 384, 13, 13}, 256, {3, 3}, 1, 1, 2},
      {"AlexNet fc7", {1, 4096}, 4096, {}},
      {"VGG-16 conv1_1", {1, 3, 224, 224}, 64, {3, 3}, 1, 1},
      {"VGG-16 conv3_1", {1, 128, 56, 56}, 256, {3, 3}, 1, 1},
      {"VGG-16 conv5_1", {1, 512, 14, 14}, 512, {3, 3}, 1, 1},
      {"GoogLeNet 3a 1x1", {1, 192, 28, 28}, 64, {1, 1}},
      {"GoogLeNet 3a 5x5", {1, 16, 28, 28}, 32, {5, 5}, 1, 2},
      {"GoogLeNet 5b 3x3", {1, 192, 7, 7}, 384, {3, 3}, 1, 1},
      {"ResNet-50 conv1", {1, 3, 224, 224}, 64, {7, 7}, 2, 3},
      {"ResNet-50 conv2 3x3", {1, 64, 56, 56}, 64, {3, 3}, 1, 1},
      {"ResNet-50 conv2 1x1", {1, 64, 56, 56}, 256, {1, 1}},
      {"ResNet-50 conv3 shortcut", {1, 256, 56, 56}, 512, {1, 1}, 2},
      {"ResNet-50 conv4 3x3 stride 2", {1, 256, 28, 28}, 256, {3, 3}, 2, 1},
      {"ResNet-50 fc", {1, 2048}, 1000, {}},
      {"ResNeXt-50 conv3", {1, 256, 28, 28}, 256, {3, 3}, 1, 1, 32},
      {"MobileNet conv1", {1, 3, 224, 224}, 32, {3, 3}, 2, 1},
      {"MobileNet depthwise", {1, 32, 112, 112}, 32, {3, 3}, 1, 1, 32},
      {"MobileNet depthwise stride 2", {1, 64, 112, 112}, 64, {3, 3}, 2, 1, 64},
      {"MobileNet pointwise", {1, 512, 14, 14}, 512, {1, 1}},
      {"MobileNetV2 project", {1, 96, 56, 56}, 24, {1, 1}},
      {"EfficientNet depthwise 5x5", {1, 240, 28, 28}, 240, {5, 5}, 2, 2, 240},
      {"EfficientNet expand", {1, 40, 28, 28}, 240, {1, 1}},
      {"EfficientNet squeeze", {1, 672, 1, 1}, 28, {1, 1}},
      {"U-Net down 1", {1, 1, 196, 196}, 64, {3, 3}},
      {"U-Net up", {1, 128, 52, 52}, 64, {3, 3}},
      {"U-Net last", {1, 64, 96, 96}, 2, {1, 1}},
      {"DeepLab dilated", {1, 256, 28, 28}, 256, {3, 3}, 1, 2, 1, 2},
  };
  return list;
}

Definition definition_of(const Layer& layer) {
  if (!layer.kernel.empty())
    return convolution(layer.image, layer.filters, layer.kernel, layer.stride, layer.padding,
                       layer.groups, layer.dilation);
  ops::Dense op;
  op.outputs = layer.filters;
  return op.definition(operands_of(op, {TensorType{DType::f32, layer.image}}));
}

TEST(RealLayers, AgreeWithTheDefinition) {
  std::vector<Layer> chosen = layers();
  const uint64_t seed = base_seed(1);
  if (!runs_all()) {
    Random random(seed);
    std::shuffle(chosen.begin(), chosen.end(), random);
    chosen.resize(4);
  }
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  for (const Layer& layer : chosen) {
    SCOPED_TRACE(std::string(layer.network) + ", FOVEA_TEST_SEED=" + std::to_string(seed));
    const Definition definition = with_epilogue(definition_of(layer), Epilogue::relu);
    for (const Algorithm* algorithm : catalogue.algorithms()) {
      if (!algorithm->matches({definition, test_target(), {}}))
        continue;
      const Problem problem = as_preferred(*algorithm, definition);
      EXPECT_TRUE(algorithm->matches(problem)) << describe(*algorithm, problem);
      const bool large = count_macs(definition) > few_macs;
      const bool transforms = algorithm->error_bound() == catalogue::ErrorBound::transform;
      check_forms(*algorithm, problem,
                  {.seed = seed,
                   .special_values = false,
                   .compiled = true,
                   .most_elements = !large       ? 0
                                    : transforms ? sampled_of_transforms
                                                 : sampled_elements});
    }
  }
}

} // namespace
} // namespace fovea::kernel_test
