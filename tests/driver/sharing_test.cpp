// Tensors that are made and read side by side in one memory: the values are the definition's, and
// concatenations and slices are kernels no more.
#include "compiler/driver/compare.hpp"
#include "networks.hpp"

namespace fovea::testing {
namespace {

using Tensors = std::vector<Tensor<>>;

struct Case {
  const char* name;
  Shape image;
  Tensors (*build)(const Tensor<>& x); // outputs
  // Kernels that hold a concat, a slice or a copy. More than there must be: another layout may be
  // worth a copy, as costs were measured.
  size_t most_copies;
};

Tensor<> branches(const Tensor<>& x, const std::vector<int64_t>& channels) {
  return concat(Tensors{x | conv(channels[0], 1) | relu, x | conv(channels[1], 3, same) | relu,
                        x | max_pool(3, stride(1), same) | conv(channels[2], 1) | relu});
}

// Each layer reads all features before it.
Tensor<> dense_block(const Tensor<>& x, int64_t growth, int layers) {
  Tensors features{x};
  for (int k = 0; k < layers; ++k) {
    const Tensor<> all = features.size() == 1 ? features[0] : concat(features);
    features.push_back(all | batch_norm | relu | conv(2 * growth, 1) | batch_norm | relu |
                       conv(growth, 3, same));
  }
  return concat(features);
}

const Case cases[] = {
    {"inception",
     {1, 16, 9, 9},
     [](const Tensor<>& x) {
       return Tensors{branches(branches(x, {16, 32, 16}), {32, 16, 48})};
     },
     1},
    {"odd channels",
     {1, 16, 9, 9},
     [](const Tensor<>& x) {
       return Tensors{branches(branches(x, {5, 7, 3}), {11, 16, 1}) | conv(8, 1)};
     },
     1},
    {"batch",
     {2, 16, 7, 7},
     [](const Tensor<>& x) {
       return Tensors{branches(x, {16, 32, 16}) | conv(16, 1)};
     },
     1},
    {"dense block",
     {1, 16, 7, 7},
     [](const Tensor<>& x) {
       return Tensors{dense_block(x | conv(32, 1) | relu, 16, 3) | batch_norm | relu | conv(16, 1)};
     },
     1},
    {"dense block, odd",
     {1, 3, 7, 7},
     [](const Tensor<>& x) { return Tensors{dense_block(x | conv(6, 1), 5, 3) | global_avg_pool}; },
     1},
    {"parts",
     {1, 16, 8, 8},
     [](const Tensor<>& x) {
       const Tensors parts = split(x | conv(64, 3, same) | relu, {16, 32, 16});
       return Tensors{parts[0] | conv(16, 3, same), (parts[1] | max_pool(2)) | conv(8, 1),
                      parts[2] | softmax};
     },
     1},
    {"odd parts",
     {1, 16, 8, 8},
     [](const Tensor<>& x) {
       const Tensors parts = split(x | conv(29, 3, same) | relu, {5, 16, 8});
       return Tensors{parts[0] | conv(16, 3, same), parts[1] | conv(7, 1), parts[2] | softmax,
                      x | slice(1, 3, 10) | conv(4, 1)};
     },
     2},
    {"of an input",
     {1, 16, 8, 8},
     [](const Tensor<>& x) {
       return Tensors{concat(Tensors{x, x | conv(48, 3, same)}) | conv(16, 1)};
     },
     2},
    {"twice",
     {1, 16, 8, 8},
     [](const Tensor<>& x) {
       const Tensor<> y = x | conv(16, 3, same) | relu, z = x | conv(32, 1);
       return Tensors{concat(Tensors{y, z, y}) | conv(8, 1), concat(Tensors{z, y}) | conv(8, 1)};
     },
     4},
    {"outputs",
     {1, 16, 6, 6},
     [](const Tensor<>& x) {
       const Tensor<> y = x | conv(16, 3, same), z = x | conv(3, 1), w = concat(Tensors{y, z});
       return Tensors{w, w | conv(5, 1), concat(Tensors{z, y | relu}) | slice(1, 1, 12)};
     },
     3},
    {"many readers",
     {1, 16, 8, 8},
     [](const Tensor<>& x) {
       const Tensor<> y = branches(x, {16, 16, 16});
       return Tensors{(y | conv(16, 1)) + (y | conv(16, 3, same)), y | max_pool(2), y | relu};
     },
     1},
    {"rows",
     {1, 1, 8, 6}, // the axis is that of the rows
     [](const Tensor<>& x) {
       return Tensors{concat(Tensors{x | conv(1, 3, same), x | conv(1, 1)}, 2) | softmax};
     },
     1},
};

// The whole run against the interpreter: a kernel that wrote into what others still read would be
// right by itself.
void expect_values(const Network& net, const Array<float>& image) {
  const Model model = compile(net, {.precision = Precision::exact});
  std::vector<Array<float>> results;
  const std::vector<TensorInfo> infos = model.outputs();
  for (const TensorInfo& output : infos)
    results.emplace_back(output.type.shape);
  const std::vector<NamedInput> inputs{{"image", image}};
  std::vector<NamedOutput> outputs;
  for (size_t k = 0; k < results.size(); ++k)
    outputs.push_back({infos[k].name, results[k]});
  Context context = model.context({.threads = 2});
  context.run(inputs, outputs);
  expect_reference(net, {image.data()}, results);
}

// Kernel by kernel, Winograd's included. Returns those that copy.
std::vector<std::string> expect_kernels(const Network& net, const Array<float>& image) {
  host::TensorMap inputs;
  inputs.emplace("image", host::HostTensor(image.shape().to_vector(), image.span()));
  std::vector<std::string> copies;
  for (const driver::KernelComparison& kernel :
       driver::compare_with_reference(net, inputs, {}, {})) {
    EXPECT_FALSE(kernel.departure) << kernel.layer << ": " << kernel.ops;
    for (const char* op : {"concat", "slice", "copy"})
      if (kernel.ops.find(op) != std::string::npos) {
        copies.push_back(kernel.layer + ": " + kernel.ops);
        break;
      }
  }
  return copies;
}

TEST(Sharing, AgreesWithTheInterpreter) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    Network net("sharing");
    const Tensors outputs = one.build(net.input("image", one.image));
    for (size_t k = 0; k < outputs.size(); ++k)
      net.output("y" + std::to_string(k), outputs[k]);
    net.randomize(5);
    const Array<float> image = random_array(one.image, 2);
    expect_values(net, image);
    const std::vector<std::string> copies = expect_kernels(net, image);
    EXPECT_LE(copies.size(), one.most_copies) << ::testing::PrintToString(copies);
  }
}

} // namespace
} // namespace fovea::testing
