// Lesson 1: a network as a C++ expression, compiled, and run on real data.
//
// LeNet-5 (LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition,
// Proc. IEEE 86(11), 1998) with weights trained on MNIST. Run from the project's root: ./dev demo
#include <fovea/fovea.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <unistd.h>

using namespace fovea;

// Blocks are values: an expression's type is a small template, its shape is known to the compiler.
// clang-format off
constexpr auto features = conv(6, 5, same).named("conv1") | tanh | avg_pool(2)
                        | conv(16, 5).named("conv2")      | tanh | avg_pool(2)
                        | conv(120, 5).named("conv3")     | tanh;
// clang-format on
static_assert(shape_of(features, {1, 1, 28, 28}) == Shape{1, 120, 1, 1});

constexpr auto classifier =
    flatten | dense(84).named("fc1") | tanh | dense(10).named("fc2") | softmax;
static_assert(shape_of(classifier, {1, 120, 1, 1}) == Shape{1, 10});

// Networks are run-time values: here the batch size is one.
Network lenet5(int64_t batch) {
  Network net("lenet5");
  Tensor image = net.input("image", {batch, 1, 28, 28});
  Tensor probs = image | features | classifier;
  net.output("probs", probs);
  net.load("examples/data/lenet5.safetensors");
  return net;
}

struct TestSet {
  Array<float> images; // [10000, 1, 28, 28] in 0 .. 1
  std::vector<int> labels;
};

TestSet load_mnist() {
  const auto pixels = read_idx<uint8_t>("examples/data/t10k-images-idx3-ubyte.gz");
  const auto labels = read_idx<uint8_t>("examples/data/t10k-labels-idx1-ubyte.gz");
  TestSet set{Array<float>({pixels.shape()[0], 1, 28, 28}), {labels.begin(), labels.end()}};
  std::transform(pixels.begin(), pixels.end(), set.images.begin(),
                 [](uint8_t p) { return p / 255.0f; });
  return set;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// One line that fills up; nothing where the output is no terminal.
void show_progress(const char* what, size_t done, size_t all) {
  if (!isatty(fileno(stderr)) || (done % (all / 100 + 1) != 0 && done != all))
    return;
  const int filled = static_cast<int>(40 * done / all);
  std::fprintf(stderr, "\r%s [%.*s%*s] %3zu%%%s", what, filled,
               "========================================", 40 - filled, "", 100 * done / all,
               done == all ? "\n" : "");
}

int largest(const float* row) {
  return static_cast<int>(std::max_element(row, row + 10) - row);
}

// Probabilities of all images, `batch` at a time; a last, partial batch is filled up with zeros.
Array<float> classify(const Model& model, const TestSet& set, size_t batch,
                      double& images_per_second) {
  const size_t count = set.labels.size(), pixels = 28 * 28;
  Array<float> probs({static_cast<int64_t>(count), 10});
  Array<float> x({static_cast<int64_t>(batch), 1, 28, 28}), y({static_cast<int64_t>(batch), 10});
  double inside = 0;
  for (size_t first = 0; first < count; first += batch) {
    const size_t some = std::min(batch, count - first);
    std::copy_n(set.images.begin() + first * pixels, some * pixels, x.begin());
    std::fill(x.begin() + some * pixels, x.end(), 0.0f);
    const auto start = std::chrono::steady_clock::now();
    model.run({{"image", x}}, {{"probs", y}});
    inside += seconds_since(start);
    std::copy_n(y.begin(), some * 10, probs.begin() + first * 10);
    show_progress("classifying", first + some, count);
  }
  images_per_second = static_cast<double>(count) / inside;
  return probs;
}

int main() try {
  Network net = lenet5(1);
  std::cout << summary(net) << "\n";

  Model model = compile(net);
  std::printf("compiled in %.2f s, %zu kernels\n", model.compile_seconds(), model.kernels().size());

  const TestSet test = load_mnist();
  double single = 0, batched = 0;
  const Array<float> probs = classify(model, test, 1, single);

  int confusion[10][10] = {}, right = 0;
  for (size_t n = 0; n < test.labels.size(); ++n) {
    const int guess = largest(probs.data() + 10 * n);
    ++confusion[test.labels[n]][guess];
    right += guess == test.labels[n];
  }
  std::printf("accuracy %d / %zu\n\nconfusion matrix (row: the digit, column: the answer)\n    ",
              right, test.labels.size());
  for (int guess = 0; guess < 10; ++guess)
    std::printf("%6d", guess);
  for (int digit = 0; digit < 10; ++digit) {
    std::printf("\n%4d", digit);
    for (int guess = 0; guess < 10; ++guess)
      std::printf("%6d", confusion[digit][guess]);
  }

  // The same rows from another framework.
  const auto expected = read_npy<float>("examples/data/t10k_first256_softmax.npy");
  float difference = 0;
  for (int64_t k = 0; k < expected.size(); ++k)
    difference = std::max(difference, std::abs(probs.data()[k] - expected.data()[k]));
  std::printf("\n\nfirst 256 rows: largest difference from the reference %.1e\n", difference);

  Model model64 = compile(lenet5(64));
  const Array<float> again = classify(model64, test, 64, batched);
  for (size_t n = 0; n < test.labels.size(); ++n)
    if (largest(again.data() + 10 * n) != largest(probs.data() + 10 * n))
      throw std::runtime_error("batch 64 answers differently from batch 1");
  std::printf("images/s: %.0f at batch 1, %.0f at batch 64\n", single, batched);
  return right == 9890 && difference <= 1e-5f ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
