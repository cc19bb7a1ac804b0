// The C++ wrapper over the table, and host tensors as its arguments.
#include "hand_program.hpp"

#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/model.hpp>

#include <gtest/gtest.h>

using namespace fovea_test;
using fovea::host::Context;
using fovea::host::HostTensor;
using fovea::host::Model;
using fovea::host::RunError;

namespace {

TEST(Model, RunsHostTensors) {
  HandProgram hand;
  Model model(*fovea_core_table(), hand.program);
  EXPECT_EQ(model.name(), "hand");
  EXPECT_STREQ(model.input(0).name, "x");
  EXPECT_STREQ(model.output(0).name, "y");
  EXPECT_STREQ(model.parameter(0).name, "w");
  EXPECT_THROW(model.output(1), std::out_of_range);
  EXPECT_GT(model.workspace_size(2), model.workspace_size(1));

  HostTensor x({rows, columns}, hand.x), y(FOVEA_F32, {rows, columns});
  Context context(model, 2);
  EXPECT_EQ(context.threads(), 2u);
  fovea_buffer inputs[] = {x.buffer()}, outputs[] = {y.buffer()};
  context.run(inputs, outputs);
  std::span<const float> values = y.data<float>();
  hand.y.assign(values.begin(), values.end());
  EXPECT_TRUE(hand.correct());
}

TEST(Model, ErrorsCarryCodeAndMessage) {
  HandProgram hand;
  Model model(*fovea_core_table(), hand.program);
  Context context(model, 1);
  HostTensor x(FOVEA_F32, {columns, rows}), y(FOVEA_F32, {rows, columns});
  fovea_buffer inputs[] = {x.buffer()}, outputs[] = {y.buffer()};
  try {
    context.run(inputs, outputs);
    FAIL() << "accepted";
  } catch (const RunError& error) {
    EXPECT_EQ(error.code(), FOVEA_ERROR_WRONG_SHAPE);
    EXPECT_STREQ(error.what(), "hand: input 'x': wrong shape: expected [64,32], got [32,64]");
  }
  EXPECT_THROW(Context(model, 100'000), RunError);
  hand.program.abi_version = 7;
  EXPECT_THROW(Model(*fovea_core_table(), hand.program), RunError);
  fovea_table newer = *fovea_core_table();
  newer.abi_version = 2;
  EXPECT_THROW(Model(newer, hand.program), RunError);
}

TEST(Model, OwnerOfTheProgramLivesAsLongAsAContext) {
  auto hand = std::make_shared<HandProgram>();
  std::weak_ptr<HandProgram> watch = hand;
  auto model =
      std::make_unique<Model>(*fovea_core_table(), hand->program, nullptr, std::move(hand));
  Context context(*model, 2);
  model.reset();
  ASSERT_FALSE(watch.expired());
  {
    HandProgram other;
    Model other_model(*fovea_core_table(), other.program);
    Context replacement(other_model, 1);
    context = std::move(replacement);
    EXPECT_TRUE(watch.expired());
    fovea_buffer inputs[] = {other.input()}, outputs[] = {other.output()};
    context.run(inputs, outputs);
    EXPECT_TRUE(other.correct());
  }
}

TEST(HostTensor, ChecksShapesAndTypes) {
  EXPECT_THROW(HostTensor(FOVEA_F32, {-1}), std::invalid_argument);
  EXPECT_THROW(HostTensor(99, {1}), std::invalid_argument);
  EXPECT_THROW(HostTensor(FOVEA_F32, {INT64_MAX, 2}), std::invalid_argument);
  EXPECT_THROW(HostTensor(FOVEA_F32, std::vector<std::int64_t>(13, 1)), std::invalid_argument);
  EXPECT_THROW(HostTensor({3}, std::vector<float>{1, 2}), std::invalid_argument);
  HostTensor tensor(FOVEA_BF16, {2, 2});
  EXPECT_EQ(tensor.data<std::uint16_t>().size(), 4u);
  EXPECT_THROW(tensor.data<float>(), std::invalid_argument);
  HostTensor copy = tensor;
  copy.data<std::uint16_t>()[0] = 1;
  EXPECT_EQ(tensor.data<std::uint16_t>()[0], 0);
  EXPECT_EQ(HostTensor().size(), 0u);
}

} // namespace
