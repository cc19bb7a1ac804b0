// compare_with_reference: finds the kernel that is wrong, where it is wrong, and nothing else.
#include "compiler/driver/compare.hpp"
#include "networks.hpp"

#include <expect_error.hpp>
#include <fovea/kernels/kernels.hpp>

#include <algorithm>
#include <gmock/gmock.h>

namespace fovea::testing {
namespace {

using driver::compare_with_reference;
using driver::KernelComparison;

host::TensorMap one_image() {
  const Array<float> image = random_array({1, 2, 9, 9}, 3);
  host::TensorMap inputs;
  inputs.emplace("image", host::HostTensor(std::vector<int64_t>{1, 2, 9, 9}, image.span()));
  return inputs;
}

// Halide's, but for one kernel, whose result comes out larger.
class Faulty : public catalogue::KernelCompiler {
 public:
  explicit Faulty(std::string name, double factor = 1.001)
      : name_(std::move(name)), factor_(factor) {}
  catalogue::KernelObject compile(const catalogue::KernelRequest& request) const override {
    catalogue::KernelRequest changed = request;
    changed.schedule.reset(); // the default of the changed definition
    Equation& last = changed.definition.equations.back();
    if (request.definition.name == name_) {
      last.body = scaled(last.body);
      const std::vector<bool>& prepared = changed.forms.prepared;
      if (std::find(prepared.begin(), prepared.end(), true) == prepared.end())
        changed.algorithm = "generic"; // the algorithm may not know the like
    }
    return halide_->compile(changed);
  }
  catalogue::KernelDump dump(const catalogue::KernelRequest& request) const override {
    return halide_->dump(request);
  }

 private:
  Expr scaled(const Expr& body) const {
    Node factor, product;
    factor.constant = factor_;
    product.kind = Node::Kind::op;
    product.op = ScalarOp::mul;
    product.args = {body, std::make_shared<const Node>(factor)};
    return std::make_shared<const Node>(product);
  }

  const std::unique_ptr<catalogue::KernelCompiler> halide_ = kernels::make_halide_compiler();
  const std::string name_;
  const double factor_;
};

TEST(Compare, names_the_first_kernel_that_departs) {
  const Faulty faulty("max_pool");
  driver::CompareOptions options;
  options.compiler = &faulty;
  const auto kernels = compare_with_reference(small_network(), one_image(), options, {});
  ASSERT_EQ(kernels.size(), 2u); // no further than the first that departs
  EXPECT_FALSE(kernels[0].departure);
  ASSERT_TRUE(kernels[1].departure);
  EXPECT_EQ(kernels[1].layer, "max_pool");
  const driver::Departure& departure = *kernels[1].departure;
  EXPECT_EQ(departure.indices.size(), 4u);
  EXPECT_NEAR(departure.got / departure.expected, 1.001, 1e-5);
  EXPECT_GT(departure.count, 5 * 3 * 3 / 2);
  EXPECT_GT(kernels[1].largest_ratio, 1);
}

TEST(Compare, an_error_is_not_laid_at_the_door_of_later_kernels) {
  const Faulty faulty("max_pool");
  driver::CompareOptions options;
  options.compiler = &faulty;
  options.stop_at_first = false;
  const auto kernels = compare_with_reference(small_network(), one_image(), options, {});
  ASSERT_GT(kernels.size(), 2u);
  for (const KernelComparison& kernel : kernels)
    EXPECT_EQ(kernel.departure.has_value(), kernel.layer == "max_pool") << kernel.layer;
}

TEST(Compare, every_kernel_of_a_sound_network_agrees) {
  const Network net = small_network();
  const auto kernels = compare_with_reference(net, one_image(), {}, {});
  ASSERT_EQ(kernels.size(), compile(net).kernels().size());
  for (const KernelComparison& kernel : kernels) {
    EXPECT_FALSE(kernel.departure) << kernel.layer;
    EXPECT_EQ(kernel.compared, kernel.elements) << kernel.layer;
    EXPECT_GT(kernel.elements, 0) << kernel.layer;
    EXPECT_LE(kernel.largest_ratio, 1) << kernel.layer;
  }
  EXPECT_EQ(kernels.front().layer, "conv1");
  EXPECT_EQ(kernels.front().ops, "conv tanh");
}

// Results and operands of every kind of type, fused as the passes see fit.
TEST(Compare, decisions_and_casts_agree) {
  Network net("decisions");
  const Tensor<> image = net.input("image", {1, 2, 9, 9});
  const Tensor<> x = image | conv(6, 3, same).named("conv1") | gelu;
  const Tensor<> y = x | conv(6, 1).named("conv2") | leaky_relu(0.2);
  const Tensor<> low = less(x, y);
  const Tensor<> mixed = where(logical_or(low, is_nan(x)), mish(y), sin(x));
  const Tensor<> count = cast(mixed * y | shrink | round, DType::i32);
  net.output("low", low);
  net.output("count", mod(count, cast(low, DType::i32)));
  net.output("mean", pow(mixed | softplus, x | relu6) | max_pool(2));
  net.randomize(7);
  for (const KernelComparison& kernel : compare_with_reference(net, one_image(), {}, {}))
    EXPECT_FALSE(kernel.departure) << kernel.layer << ": " << kernel.ops;
}

TEST(Compare, samples_are_fewer_and_the_same_for_a_seed) {
  driver::CompareOptions options;
  options.samples = 20;
  const auto kernels = compare_with_reference(small_network(), one_image(), options, {});
  EXPECT_LE(kernels.front().compared, 20);
  EXPECT_GT(kernels.front().compared, 10);
  EXPECT_EQ(kernels.front().elements, 5 * 9 * 9);
  const auto again = compare_with_reference(small_network(), one_image(), options, {});
  EXPECT_EQ(again.front().largest_difference, kernels.front().largest_difference);
}

TEST(Compare, every_optimisation_and_thread_count_agrees) {
  for (const int level : {0, 1, 2})
    for (const int threads : {1, 2}) {
      driver::CompareOptions options;
      options.compile.optimization = level;
      options.threads = threads;
      for (const KernelComparison& kernel :
           compare_with_reference(small_network(), one_image(), options, {}))
        EXPECT_FALSE(kernel.departure) << kernel.layer << " at level " << level;
    }
}

// Sums that are transformed err by more than plain ones, by a bound that is derived; more departs.
TEST(Compare, transforms_have_bounds_of_their_own) {
  Network net("transformed");
  Tensor x = net.input("image", {1, 2, 9, 9});
  net.output("y", x | conv(5, 3, same).named("conv") | relu | max_pool(2).named("pool"));
  net.randomize(2);
  for (const char* algorithm : {"winograd2", "winograd4", "winograd6"}) {
    driver::CompareOptions options;
    options.compile.algorithms = {{"conv", algorithm}};
    const auto kernels = compare_with_reference(net, one_image(), options, {});
    ASSERT_EQ(kernels.size(), 2u);
    EXPECT_EQ(kernels[0].algorithm, algorithm);
    EXPECT_FALSE(kernels[0].departure) << algorithm;

    const Faulty faulty("conv", 3);
    options.compiler = &faulty;
    const auto departing = compare_with_reference(net, one_image(), options, {});
    ASSERT_FALSE(departing.empty());
    EXPECT_TRUE(departing[0].departure) << algorithm;

    options.compiler = nullptr;
    options.compile.precision = Precision::exact;
    const ErrorParts error =
        error_of([&] { compare_with_reference(net, one_image(), options, {}); });
    EXPECT_THAT(error.what, ::testing::HasSubstr(algorithm));
    EXPECT_THAT(error.what, ::testing::HasSubstr("exact results forbid"));
  }
}

TEST(Compare, refuses_inputs_that_do_not_fit) {
  const ErrorParts missing = error_of([] { compare_with_reference(small_network(), {}, {}, {}); });
  EXPECT_EQ(missing.what, "input 'image' of 'small': not given");
  EXPECT_EQ(missing.expected, "1x2x9x9xf32");
  host::TensorMap inputs;
  inputs.emplace("image", host::HostTensor(FOVEA_F64, {1, 2, 9, 9}));
  const ErrorParts wrong =
      error_of([&] { compare_with_reference(small_network(), inputs, {}, {}); });
  EXPECT_EQ(wrong.what, "input 'image' of 'small': wrong type");
  EXPECT_EQ(wrong.got, "1x2x9x9xf64");
}

} // namespace
} // namespace fovea::testing
