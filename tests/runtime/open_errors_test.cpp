// What model_open and context_create refuse, and what they say.
#include "counting_allocator.hpp"
#include "hand_program.hpp"

#include <gtest/gtest.h>

using namespace fovea_test;

namespace {

void expect_refused(const fovea_program& program, fovea_status status, const char* words) {
  Session session(program, with_threads(1));
  EXPECT_EQ(session.status, status) << session.text;
  EXPECT_NE(std::string(session.text).find(words), std::string::npos) << session.text;
  EXPECT_EQ(session.model, nullptr);
}

TEST(OpenErrors, Programs) {
  HandProgram hand;
  fovea_program wrong = hand.program;
  wrong.struct_size = 8;
  expect_refused(wrong, FOVEA_ERROR_UNSUPPORTED_ABI, "program: struct_size");
  wrong = hand.program;
  wrong.abi_version = 2;
  expect_refused(wrong, FOVEA_ERROR_UNSUPPORTED_ABI, "expected ABI version 1, got 2");
  wrong = hand.program;
  wrong.entry = nullptr;
  expect_refused(wrong, FOVEA_ERROR_NULL_POINTER, "expected a function to enter, got null");
  wrong = hand.program;
  wrong.name = nullptr;
  expect_refused(wrong, FOVEA_ERROR_NULL_POINTER, "expected a name, got null");
  wrong = hand.program;
  wrong.inputs = nullptr;
  expect_refused(wrong, FOVEA_ERROR_NULL_POINTER, "hand: expected 1 inputs, got null");
  wrong = hand.program;
  wrong.parameter_data = nullptr;
  expect_refused(wrong, FOVEA_ERROR_NULL_POINTER, "hand: parameter 'w' is not embedded");

  fovea_model* model = nullptr;
  EXPECT_EQ(fovea_core_table()->model_open(nullptr, nullptr, &model), FOVEA_ERROR_NULL_POINTER);
  EXPECT_EQ(fovea_core_table()->model_open(&hand.program, nullptr, nullptr),
            FOVEA_ERROR_NULL_POINTER);
}

TEST(OpenErrors, TensorInfos) {
  HandProgram hand;
  auto with = [&hand](auto change, fovea_status status, const char* words) {
    hand.inputs[0] = tensor_info("x", {rows, columns});
    change(hand.inputs[0]);
    expect_refused(hand.program, status, words);
  };
  with([](auto& info) { info.struct_size = 0; }, FOVEA_ERROR_UNSUPPORTED_ABI, "input 0");
  with([](auto& info) { info.name = nullptr; }, FOVEA_ERROR_NULL_POINTER, "input 0");
  with([](auto& info) { info.dtype = 9; }, FOVEA_ERROR_WRONG_DTYPE, "expected a dtype, got 9");
  with([](auto& info) { info.rank = 13; }, FOVEA_ERROR_WRONG_RANK, "expected a rank of 0 to 12");
  with([](auto& info) { info.extents[0] = -1; }, FOVEA_ERROR_WRONG_SHAPE, "[-1,32]");
  with([](auto& info) { info.extents[0] = INT64_MAX; }, FOVEA_ERROR_WRONG_SHAPE, "extents");
  with([](auto& info) { ++info.bytes; }, FOVEA_ERROR_WRONG_SHAPE, "8193 bytes");
  with([](auto& info) { info.alignment = 24; }, FOVEA_ERROR_MISALIGNED, "power of two, got 24");
  with([](auto& info) { info.flags = 4; }, FOVEA_ERROR_UNSUPPORTED_ABI, "flags 0x4");
}

TEST(OpenErrors, ContextOptions) {
  HandProgram hand;
  hand.program.arena_bytes = UINT64_MAX;
  EXPECT_EQ(Session(hand.program, with_threads(1)).status, FOVEA_ERROR_OUT_OF_MEMORY);
  hand.program.arena_bytes = 64;
  EXPECT_EQ(Session(hand.program, with_threads(5000)).status, FOVEA_ERROR_INVALID_ARGUMENT);

  fovea_executor executor{};
  fovea_context_options options{};
  options.executor = &executor;
  EXPECT_EQ(Session(hand.program, options).status, FOVEA_ERROR_NULL_POINTER);
  executor.parallel_for = [](void*, int, int (*)(void*, int, int), void*) { return 0; };
  EXPECT_EQ(Session(hand.program, options).status, FOVEA_ERROR_INVALID_ARGUMENT);
  executor.threads = 3;
  options.threads = 4;
  EXPECT_EQ(Session(hand.program, options).status, FOVEA_ERROR_INVALID_ARGUMENT);
  options.threads = 3;
  EXPECT_EQ(Session(hand.program, options).status, FOVEA_OK);

  fovea_allocator allocator{};
  options = with_threads(1);
  options.allocator = &allocator;
  EXPECT_EQ(Session(hand.program, options).status, FOVEA_ERROR_NULL_POINTER);
  allocator.allocate = [](void*, std::uint64_t, std::uint64_t) -> void* { return nullptr; };
  allocator.release = [](void*, void*, std::uint64_t) {};
  Session refused(hand.program, options);
  EXPECT_EQ(refused.status, FOVEA_ERROR_OUT_OF_MEMORY);
  EXPECT_NE(std::string(refused.text).find("no memory for a context"), std::string::npos);

  options = {};
  options.struct_size = 8;
  fovea_context* context = nullptr;
  EXPECT_EQ(fovea_core_table()->context_create(refused.model, &options, &context),
            FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT_EQ(fovea_core_table()->context_create(nullptr, nullptr, &context),
            FOVEA_ERROR_NULL_POINTER);
  EXPECT_EQ(fovea_core_table()->context_create(refused.model, nullptr, nullptr),
            FOVEA_ERROR_NULL_POINTER);
}

TEST(OpenErrors, WorkspaceOfTheCaller) {
  HandProgram hand;
  Session sized(hand.program, with_threads(1));
  std::uint64_t bytes = sized.table->workspace_size(sized.model, 2);
  EXPECT_EQ(bytes, rows * columns * sizeof(float) + 2 * hand.program.thread_scratch_bytes);
  std::vector<char> memory(bytes + 128, 0x5a);
  auto start = reinterpret_cast<std::uintptr_t>(memory.data());
  char* aligned = memory.data() + (64 - start % 64) % 64;

  fovea_context_options options = with_threads(2);
  options.workspace = aligned;
  options.workspace_bytes = bytes - 1;
  Session small(hand.program, options);
  EXPECT_EQ(small.status, FOVEA_ERROR_WORKSPACE_TOO_SMALL);
  EXPECT_NE(std::string(small.text).find("expected " + std::to_string(bytes)), std::string::npos);
  options.workspace = aligned + 8;
  options.workspace_bytes = bytes;
  EXPECT_EQ(Session(hand.program, options).status, FOVEA_ERROR_MISALIGNED);

  options.workspace = aligned;
  Session session(hand.program, options);
  ASSERT_EQ(session.status, FOVEA_OK) << session.text;
  fovea_buffer input = hand.input(), output = hand.output();
  ASSERT_EQ(session.run(input, output), FOVEA_OK) << session.message();
  EXPECT_TRUE(hand.correct());
  // The program's arena lies in it, and nothing around it was written.
  EXPECT_EQ(std::memcmp(aligned, hand.y.data(), hand.y.size() * sizeof(float)), 0);
  for (char* p = memory.data(); p != aligned; ++p)
    EXPECT_EQ(*p, 0x5a);
  for (char* p = aligned + bytes; p != memory.data() + memory.size(); ++p)
    EXPECT_EQ(*p, 0x5a);
}

TEST(OpenErrors, AllocatorOfTheCallerGetsAllBack) {
  HandProgram hand;
  CountingAllocator counter;
  const fovea_table& table = *fovea_core_table();
  fovea_model_options model_options{};
  model_options.struct_size = sizeof model_options;
  model_options.allocator = &counter.allocator;
  fovea_context_options options = with_threads(3);
  options.struct_size = sizeof options;
  options.allocator = &counter.allocator;
  fovea_model* model = nullptr;
  fovea_context* context = nullptr;
  ASSERT_EQ(table.model_open(&hand.program, &model_options, &model), FOVEA_OK);
  ASSERT_EQ(table.context_create(model, &options, &context), FOVEA_OK);
  EXPECT_EQ(table.context_threads(context), 3u);
  std::int64_t calls = counter.calls;
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(table.run(context, &input, 1, &output, 1), FOVEA_OK);
  EXPECT_EQ(counter.calls, calls);
  table.model_close(model); // the context keeps what it needs
  EXPECT_EQ(table.run(context, &input, 1, &output, 1), FOVEA_OK);
  EXPECT_TRUE(hand.correct());
  table.context_destroy(context);
  EXPECT_TRUE(counter.all_returned());
}

TEST(OpenErrors, ParametersOfTheCaller) {
  HandProgram hand;
  hand.parameter_data = {nullptr};
  std::vector<float> given(columns, 3.0f);
  fovea_buffer parameter = buffer_for(hand.parameters[0], given);
  char text[256];
  fovea_model_options options{};
  options.struct_size = sizeof options;
  options.parameters = &parameter;
  options.parameter_count = 1;
  options.message = text;
  options.message_bytes = sizeof text;
  const fovea_table& table = *fovea_core_table();
  fovea_model* model = nullptr;
  parameter.extents[0] = 31;
  EXPECT_EQ(table.model_open(&hand.program, &options, &model), FOVEA_ERROR_WRONG_SHAPE);
  EXPECT_STREQ(text, "hand: parameter 'w': wrong shape: expected [32], got [31]");
  options.parameter_count = 2;
  EXPECT_EQ(table.model_open(&hand.program, &options, &model), FOVEA_ERROR_INVALID_ARGUMENT);
  options.parameter_count = 1;
  parameter.extents[0] = 32;
  ASSERT_EQ(table.model_open(&hand.program, &options, &model), FOVEA_OK) << text;
  fovea_context* context = nullptr;
  ASSERT_EQ(table.context_create(model, nullptr, &context), FOVEA_OK);
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(table.run(context, &input, 1, &output, 1), FOVEA_OK);
  EXPECT_EQ(hand.y[0], 2 * hand.x[0] + 3);
  table.context_destroy(context);
  table.model_close(model);
}

TEST(Table, DescribesTheModel) {
  HandProgram hand;
  Session session(hand.program, with_threads(1));
  const fovea_table& table = *session.table;
  EXPECT_EQ(table.struct_size, sizeof table);
  EXPECT_EQ(table.abi_version, std::uint64_t(FOVEA_ABI_VERSION));
  EXPECT_EQ(table.program_count, 0u);
  EXPECT_EQ(table.model_program(session.model), &hand.program);
  EXPECT_EQ(table.input_count(session.model), 1u);
  EXPECT_EQ(table.output_count(session.model), 1u);
  EXPECT_EQ(table.parameter_count(session.model), 1u);
  EXPECT_STREQ(table.input_info(session.model, 0)->name, "x");
  EXPECT_STREQ(table.output_info(session.model, 0)->name, "y");
  EXPECT_STREQ(table.parameter_info(session.model, 0)->name, "w");
  EXPECT_EQ(table.input_info(session.model, 1), nullptr);
  for (fovea_status status = FOVEA_OK; status <= FOVEA_ERROR_WEIGHTS_FILE; ++status)
    EXPECT_STRNE(table.status_name(status), "unknown status");
  EXPECT_STREQ(table.status_name(99), "unknown status");
  EXPECT_NE(std::string(table.message(nullptr)), "");
}

} // namespace
