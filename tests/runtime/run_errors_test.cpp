// Every argument of `run` that can be wrong: the status, the words, and that nothing was written.
#include "hand_program.hpp"

#include <gtest/gtest.h>

using namespace fovea_test;

namespace {

using Change = std::function<void(fovea_buffer& input, fovea_buffer& output)>;

struct Case {
  const char* name;
  Change change;
  fovea_status status;
  const char* words;
};

const Case cases[] = {
    {"input_struct_size", [](auto& x, auto&) { x.struct_size = 8; }, FOVEA_ERROR_UNSUPPORTED_ABI,
     "hand: input 0: struct_size: expected sizeof the struct, at least 144, got 8"},
    {"input_null", [](auto& x, auto&) { x.data = nullptr; }, FOVEA_ERROR_NULL_POINTER,
     "hand: input 'x': expected 8192 bytes of data, got null"},
    {"input_misaligned", [](auto& x, auto&) { x.data = static_cast<char*>(x.data) + 2; },
     FOVEA_ERROR_MISALIGNED, "hand: input 'x': misaligned: expected a pointer aligned to 4 bytes"},
    {"input_dtype", [](auto& x, auto&) { x.dtype = FOVEA_F64; }, FOVEA_ERROR_WRONG_DTYPE,
     "hand: input 'x': wrong dtype: expected f32, got f64"},
    {"input_no_dtype", [](auto& x, auto&) { x.dtype = 77; }, FOVEA_ERROR_WRONG_DTYPE,
     "expected f32, got no dtype"},
    {"input_rank", [](auto& x, auto&) { x.rank = 3; }, FOVEA_ERROR_WRONG_RANK,
     "hand: input 'x': wrong rank: expected 2 ([64,32]), got 3"},
    {"input_absurd_rank", [](auto& x, auto&) { x.rank = -100000; }, FOVEA_ERROR_WRONG_RANK,
     "got -100000"},
    {"input_shape", [](auto& x, auto&) { std::swap(x.extents[0], x.extents[1]); },
     FOVEA_ERROR_WRONG_SHAPE, "hand: input 'x': wrong shape: expected [64,32], got [32,64]"},
    {"input_bytes", [](auto& x, auto&) { --x.bytes; }, FOVEA_ERROR_BUFFER_TOO_SMALL,
     "hand: input 'x': buffer too small: expected 8192 bytes for [64,32] of f32, got 8191"},
    {"input_device", [](auto& x, auto&) { x.device_type = FOVEA_DEVICE_CUDA; },
     FOVEA_ERROR_UNSUPPORTED_DEVICE, "hand: input 'x': expected CPU memory"},
    {"input_device_id", [](auto& x, auto&) { x.device_id = 1; }, FOVEA_ERROR_UNSUPPORTED_DEVICE,
     "device 1"},
    {"input_stream", [](auto& x, auto&) { x.stream = &x; }, FOVEA_ERROR_UNSUPPORTED_DEVICE,
     "a stream"},
    {"output_struct_size", [](auto&, auto& y) { y.struct_size = 0; }, FOVEA_ERROR_UNSUPPORTED_ABI,
     "hand: output 0: struct_size"},
    {"output_null", [](auto&, auto& y) { y.data = nullptr; }, FOVEA_ERROR_NULL_POINTER,
     "hand: output 'y': expected 8192 bytes of data, got null"},
    {"output_misaligned", [](auto&, auto& y) { y.data = static_cast<char*>(y.data) + 1; },
     FOVEA_ERROR_MISALIGNED, "hand: output 'y': misaligned"},
    {"output_dtype", [](auto&, auto& y) { y.dtype = FOVEA_I32; }, FOVEA_ERROR_WRONG_DTYPE,
     "hand: output 'y': wrong dtype: expected f32, got i32"},
    {"output_rank", [](auto&, auto& y) { y.rank = 1; }, FOVEA_ERROR_WRONG_RANK,
     "hand: output 'y': wrong rank"},
    {"output_bytes", [](auto&, auto& y) { y.bytes = 0; }, FOVEA_ERROR_BUFFER_TOO_SMALL,
     "hand: output 'y': buffer too small"},
    {"output_device", [](auto&, auto& y) { y.device_type = FOVEA_DEVICE_OPENCL; },
     FOVEA_ERROR_UNSUPPORTED_DEVICE, "hand: output 'y'"},
    {"overlap", [](auto& x, auto& y) { x.data = static_cast<char*>(y.data) + 4; },
     FOVEA_ERROR_INVALID_ARGUMENT, "hand: output 'y' is written and overlaps input 'x'"},
};

TEST(RunErrors, EachWrongArgumentIsNamedAndNothingIsWritten) {
  HandProgram hand;
  Session session(hand.program, with_threads(2));
  ASSERT_EQ(session.status, FOVEA_OK) << session.text;
  for (const Case& wrong : cases) {
    fovea_buffer input = hand.input(), output = hand.output();
    wrong.change(input, output);
    EXPECT_EQ(session.run(input, output), wrong.status) << wrong.name << ": " << session.message();
    EXPECT_NE(session.message().find(wrong.words), std::string::npos)
        << wrong.name << ": " << session.message();
    EXPECT_TRUE(hand.untouched()) << wrong.name;
  }
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(session.run(input, output), FOVEA_OK);
  EXPECT_EQ(session.message(), "");
  EXPECT_TRUE(hand.correct());
}

TEST(RunErrors, CountsAndNullArrays) {
  HandProgram hand;
  Session session(hand.program, with_threads(1));
  fovea_buffer input = hand.input(), output = hand.output();
  const fovea_table& table = *session.table;
  EXPECT_EQ(table.run(session.context, &input, 2, &output, 1), FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(session.message(), "hand: expected 1 inputs, got 2");
  EXPECT_EQ(table.run(session.context, &input, 1, &output, 0), FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(session.message(), "hand: expected 1 outputs, got 0");
  EXPECT_EQ(table.run(session.context, nullptr, 1, &output, 1), FOVEA_ERROR_NULL_POINTER);
  EXPECT_EQ(table.run(session.context, &input, 1, nullptr, 1), FOVEA_ERROR_NULL_POINTER);
  EXPECT_EQ(table.run(nullptr, &input, 1, &output, 1), FOVEA_ERROR_NULL_POINTER);
  EXPECT_TRUE(hand.untouched());
}

TEST(RunErrors, OutputMayNotOverlapAParameter) {
  HandProgram hand;
  std::vector<float> both(rows * columns, -1.0f);
  hand.parameter_data = {both.data() + 100};
  Session session(hand.program, with_threads(1));
  fovea_buffer input = hand.input(), output = buffer_for(hand.outputs[0], both);
  EXPECT_EQ(session.run(input, output), FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(session.message().find("overlaps parameter 'w'"), std::string::npos);
}

TEST(RunErrors, InOutInputsCountAsWritten) {
  HandProgram hand(
      [](void*, const void* const*, void* const*, const void* const*, void*) { return 0; });
  hand.inputs = {tensor_info("state", {4}, FOVEA_F32, FOVEA_TENSOR_IN_OUT), tensor_info("x", {4})};
  hand.outputs.clear();
  hand.update();
  Session session(hand.program, with_threads(1));
  ASSERT_EQ(session.status, FOVEA_OK) << session.text;
  std::vector<float> memory(16), elsewhere(4);
  fovea_buffer inputs[2] = {buffer_for(hand.inputs[0], memory), buffer_for(hand.inputs[1], memory)};
  EXPECT_EQ(session.table->run(session.context, inputs, 2, nullptr, 0),
            FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(session.message().find("input 'state' is written and overlaps input 'x'"),
            std::string::npos)
      << session.message();
  inputs[1] = buffer_for(hand.inputs[1], elsewhere);
  EXPECT_EQ(session.table->run(session.context, inputs, 2, nullptr, 0), FOVEA_OK);
}

// A caller of a later version: longer structs, whose size is the array's stride.
TEST(RunErrors, NewerStructsAreReadByTheirStride) {
  struct NewerBuffer {
    fovea_buffer buffer;
    std::uint64_t unknown;
  };
  HandProgram hand;
  hand.inputs.push_back(tensor_info("unused", {1}));
  hand.update();
  Session session(hand.program, with_threads(1));
  ASSERT_EQ(session.status, FOVEA_OK) << session.text;
  std::vector<float> unused(1);
  NewerBuffer inputs[2] = {{hand.input(), 0}, {buffer_for(hand.inputs[1], unused), 0}};
  inputs[0].buffer.struct_size = inputs[1].buffer.struct_size = sizeof(NewerBuffer);
  fovea_buffer output = hand.output();
  const auto* array = reinterpret_cast<const fovea_buffer*>(inputs);
  EXPECT_EQ(session.table->run(session.context, array, 2, &output, 1), FOVEA_OK)
      << session.message();
  EXPECT_TRUE(hand.correct());

  inputs[1].unknown = 1; // asks for what this core cannot do
  EXPECT_EQ(session.table->run(session.context, array, 2, &output, 1), FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT_NE(session.message().find("input 1: a field that ABI version 1 does not know is set"),
            std::string::npos);
  inputs[1].unknown = 0;
  inputs[1].buffer.struct_size = sizeof(fovea_buffer);
  EXPECT_EQ(session.table->run(session.context, array, 2, &output, 1), FOVEA_ERROR_UNSUPPORTED_ABI);
}

TEST(RunErrors, KernelFailureKeepsItsCode) {
  HandProgram hand(
      [](void* user_context, const void* const*, void* const*, const void* const*, void*) {
        return fovea_par_for(
            user_context, [](void*, int i, std::uint8_t*) { return i == 77 ? 42 : 0; }, 0, 1000,
            nullptr);
      });
  for (std::uint32_t threads : {1u, 4u}) {
    Session session(hand.program, with_threads(threads));
    fovea_buffer input = hand.input(), output = hand.output();
    output.extents[0] = 12345;
    EXPECT_EQ(session.run(input, output), FOVEA_ERROR_KERNEL_FAILED);
    EXPECT_EQ(session.message(), "hand: a kernel failed with code 42");
    EXPECT_EQ(output.extents[0], 12345);
  }
}

int bounded_entry(void* user_context, const void* const* inputs, void* const*, const void* const*,
                  void*) {
  auto extent = std::int64_t(*static_cast<const float*>(inputs[0]));
  fovea_set_output_extent(user_context, 0, 0, extent);
  return 0;
}

TEST(RunErrors, ActualExtentsOfBoundedOutputs) {
  HandProgram hand(bounded_entry);
  hand.outputs[0].flags = FOVEA_TENSOR_BOUNDED;
  Session session(hand.program, with_threads(1));
  fovea_buffer input = hand.input(), output = hand.output();
  hand.x[0] = 5;
  EXPECT_EQ(session.run(input, output), FOVEA_OK) << session.message();
  EXPECT_EQ(output.extents[0], 5);
  EXPECT_EQ(output.extents[1], columns);
  hand.x[0] = rows; // the smaller extents of the last run are not taken for a shape
  EXPECT_EQ(session.run(input, output), FOVEA_OK) << session.message();
  EXPECT_EQ(output.extents[0], rows);
  hand.x[0] = rows + 1;
  EXPECT_EQ(session.run(input, output), FOVEA_ERROR_INTERNAL);
  EXPECT_NE(session.message().find("output 0"), std::string::npos) << session.message();
}

TEST(RunErrors, EmptyTensorsNeedNoMemory) {
  HandProgram hand(
      [](void*, const void* const*, void* const*, const void* const*, void*) { return 0; });
  hand.inputs = {tensor_info("x", {0, 3})};
  hand.update();
  Session session(hand.program, with_threads(1));
  std::vector<float> nothing;
  fovea_buffer input = buffer_for(hand.inputs[0], nothing), output = hand.output();
  input.data = nullptr;
  EXPECT_EQ(session.run(input, output), FOVEA_OK) << session.message();
}

} // namespace
