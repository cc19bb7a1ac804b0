#include "tests/kernels/forms.hpp"
#include "tests/support/single_kernel.hpp"

// A kernel that is a program of its own does what the same code does between guard pages.
namespace fovea::kernel_test {
namespace {

TEST(SingleKernel, TakesAndGivesWhatIsStored) {
  const int64_t lanes = test_target().lanes(4);
  const catalogue::Layout blocks = catalogue::Layout::blocked(1, lanes);
  const catalogue::KernelRequest request{
      .definition = convolution({1, 2 * lanes, 9, 7}, lanes + 1, {3, 3}, 1, 1),
      .algorithm = "direct",
      .schedule = {},
      .target = test_target(),
      .symbol = "fovea_single_kernel",
      .forms = {{blocks}, {blocks}, {false, true, false}}};
  const auto compiler = kernels::make_halide_compiler();
  const testing::SingleKernel kernel(request, *compiler);
  ASSERT_EQ(kernel.operands().at(0).shape, Shape({1, 2, 9, 7, lanes}));
  ASSERT_EQ(kernel.results().at(0).shape, Shape({1, 2, 9, 7, lanes}));

  std::vector<Bytes> operands;
  std::vector<const void*> addresses;
  for (const TensorType& type : kernel.operands()) {
    operands.push_back(random_tensor(type, static_cast<uint32_t>(operands.size() + 1)));
    addresses.push_back(operands.back().data());
  }
  Bytes result(static_cast<size_t>(kernel.results()[0].bytes()));
  std::vector<fovea_buffer> outputs = testing::buffers_of(kernel.results(), {result.data()});
  host::Context(kernel.model(), 2).run(testing::buffers_of(kernel.operands(), addresses), outputs);
  EXPECT_EQ(result, run(request, operands).at(0));
}

} // namespace
} // namespace fovea::kernel_test
