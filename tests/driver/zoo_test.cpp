// Parameters as published: the papers' own (AlexNet, LeNet-5), torchvision's documentation
// (num_params; of fcn_resnet50 without its auxiliary classifier, 2,365,205), PyTorch Hub (U-Net);
// GoogLeNet without batch normalisation and auxiliary classifiers, ZFNet and the small networks
// by hand from their tables.
#include <fovea/graph/network.hpp>
#include <fovea/zoo.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace fovea {
namespace {

// Those that are learnt by descent: stored statistics are not.
int64_t trainable_parameters(const Network& net) {
  int64_t count = 0;
  for (const int value : net.parameters()) {
    const ValueInfo& info = net.values()[static_cast<size_t>(value)];
    if (info.name.find(".running_") == std::string::npos)
      count += info.type.shape.elements();
  }
  return count;
}

TEST(Zoo, HasThePublishedNumbersOfParameters) {
  const std::map<std::string, int64_t> published = {
      {"alexnet", 60'965'224},   {"densenet121", 7'978'856},   {"fcn_resnet50", 32'957'013},
      {"googlenet", 6'998'552},  {"lenet5", 61'706},           {"lenet5_table", 61'706},
      {"mnist", 36'054},         {"mnist_wide", 1'668'490},    {"mobilenet_v2", 3'504'872},
      {"resnet18", 11'689'512},  {"resnet34", 21'797'672},     {"resnet50", 25'557'032},
      {"resnet152", 60'192'808}, {"squeezenet1_1", 1'235'496}, {"unet", 7'763'041},
      {"vgg16", 138'357'544},    {"vgg19", 143'667'240},       {"zfnet", 62'357'608}};
  for (const ZooEntry& entry : zoo_entries()) {
    const auto known = published.find(std::string(entry.name));
    ASSERT_NE(known, published.end()) << entry.name;
    EXPECT_EQ(trainable_parameters(entry.make(1)), known->second) << entry.name;
  }
  EXPECT_EQ(zoo_entries().size(), published.size());
}

// A batch changes the leading extents and nothing else.
TEST(Zoo, TakesBatches) {
  for (const ZooEntry& entry : zoo_entries()) {
    const Network one = entry.make(1), three = entry.make(3);
    Shape shape = one.values()[static_cast<size_t>(one.outputs()[0].value)].type.shape;
    shape[0] = 3;
    EXPECT_EQ(three.values()[static_cast<size_t>(three.outputs()[0].value)].type.shape, shape)
        << entry.name;
    EXPECT_EQ(trainable_parameters(one), trainable_parameters(three)) << entry.name;
    EXPECT_EQ(one.name(), entry.name);
  }
}

} // namespace
} // namespace fovea
