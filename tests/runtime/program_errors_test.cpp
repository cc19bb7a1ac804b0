// What a program says of its kernels, weights, preparation and processor, and the sizes of structs:
// contradictions are refused when the model opens.
#include "hand_program.hpp"
#include "runtime/core/check.hpp"

#include <array>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace fovea_test;

namespace {

void expect_refused(const fovea_program& program, fovea_status status, const std::string& words) {
  Session session(program, with_threads(1));
  EXPECT_EQ(session.status, status) << session.text;
  EXPECT_NE(std::string(session.text).find(words), std::string::npos) << session.text;
  EXPECT_EQ(session.model, nullptr);
}

fovea_call_info call_info(const char* layer) {
  fovea_call_info info{};
  info.struct_size = sizeof info;
  info.layer = layer;
  info.ops = "conv tanh";
  info.algorithm = "generic";
  return info;
}

TEST(ProgramErrors, Calls) {
  HandProgram hand;
  hand.program.call_count = 2;
  expect_refused(hand.program, FOVEA_ERROR_NULL_POINTER, "hand: expected 2 calls, got null");
  fovea_call_info calls[] = {call_info("conv1"), call_info("conv2")};
  hand.program.calls = calls;
  EXPECT_EQ(Session(hand.program, with_threads(1)).status, FOVEA_OK);
  calls[1].struct_size = 8;
  expect_refused(hand.program, FOVEA_ERROR_UNSUPPORTED_ABI, "hand: call 1: struct_size");
  for (auto field : {&fovea_call_info::layer, &fovea_call_info::ops, &fovea_call_info::algorithm}) {
    calls[1] = call_info("conv2");
    calls[1].*field = nullptr;
    expect_refused(hand.program, FOVEA_ERROR_NULL_POINTER, "hand: call 1: expected the names");
  }
}

TEST(ProgramErrors, WeightsFiles) {
  HandProgram hand;
  std::uint64_t offset = 128;
  auto with = [&](auto change, fovea_status status, const char* words) {
    fovea_weights_file file{sizeof file, "hand.weights", 256, 1, &offset};
    offset = 128;
    change(file);
    hand.program.weights_file = &file;
    expect_refused(hand.program, status, words);
  };
  with([](auto& file) { file.struct_size = 0; }, FOVEA_ERROR_UNSUPPORTED_ABI, "weights file");
  with([](auto& file) { file.file_name = nullptr; }, FOVEA_ERROR_NULL_POINTER, "expected a name");
  with([](auto& file) { file.offsets = nullptr; }, FOVEA_ERROR_NULL_POINTER, "expected offsets");
  with([](auto& file) { file.bytes = 20; }, FOVEA_ERROR_WEIGHTS_FILE, "header's 128 bytes, got 20");
  with(
      [&](auto&) { offset = 136; }, FOVEA_ERROR_WEIGHTS_FILE,
      "hand: weights file: expected the 128 bytes of parameter 'w' at a multiple of 64 between 128 "
      "and 256, got offset 136");
  with([&](auto&) { offset = 64; }, FOVEA_ERROR_WEIGHTS_FILE, "got offset 64");
  with([&](auto&) { offset = 192; }, FOVEA_ERROR_WEIGHTS_FILE, "got offset 192");
  with([&](auto&) { offset = std::uint64_t(0) - 64; }, FOVEA_ERROR_WEIGHTS_FILE, "got offset");
}

TEST(ProgramErrors, Preparation) {
  HandProgram hand;
  hand.program.prepared_bytes = 64;
  expect_refused(hand.program, FOVEA_ERROR_INVALID_ARGUMENT, "got none and 64 bytes");
  hand.program.prepare = [](void*, const void* const*, void*) { return 0; };
  hand.program.prepared_bytes = 0;
  expect_refused(hand.program, FOVEA_ERROR_INVALID_ARGUMENT, "got a function and 0 bytes");
  hand.program.prepared_bytes = UINT64_MAX;
  expect_refused(hand.program, FOVEA_ERROR_OUT_OF_MEMORY, "exceed the address space");
  hand.program.prepared_bytes = 64;
  hand.program.prepare_scratch_bytes = UINT64_MAX;
  expect_refused(hand.program, FOVEA_ERROR_OUT_OF_MEMORY, "exceed the address space");
}

// What the system says of the first processor; empty where that is not x86.
std::string processor_flags() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("flags", 0) == 0)
      return line + " ";
  return {};
}

// In the order of the FOVEA_CPU_ bits.
const std::array<std::pair<const char*, const char*>, 6> features = {{
    {"SSE4.1", "sse4_1"},
    {"AVX", "avx"},
    {"AVX2", "avx2"},
    {"FMA", "fma"},
    {"F16C", "f16c"},
    {"AVX-512", "avx512f avx512cd avx512vl avx512bw avx512dq"},
}};

TEST(ProgramErrors, ProcessorOfThisMachine) {
  const std::string flags = processor_flags();
  HandProgram hand;
  for (std::size_t bit = 0; bit < features.size(); ++bit) {
    bool available = true;
    std::istringstream names(features[bit].second);
    for (std::string name; names >> name;)
      available = available && flags.find(" " + name + " ") != std::string::npos;
    hand.program.cpu_features = std::uint64_t(1) << bit;
    if (available)
      EXPECT_EQ(Session(hand.program, with_threads(1)).status, FOVEA_OK) << features[bit].first;
    else
      expect_refused(hand.program, FOVEA_ERROR_UNSUPPORTED_DEVICE,
                     std::string("hand: expected a processor with ") + features[bit].first + ",");
  }
  hand.program.cpu_features = std::uint64_t(1) << features.size();
  expect_refused(hand.program, FOVEA_ERROR_UNSUPPORTED_ABI, "cpu_features 0x40 are not known");
}

TEST(ProgramErrors, ProcessorsThatLackSomething) {
  constexpr std::uint64_t all = 0x3f;
  HandProgram hand;
  for (std::size_t bit = 0; bit < features.size(); ++bit) {
    char text[256];
    fovea::core::Message message(text, sizeof text);
    hand.program.cpu_features = all;
    EXPECT_EQ(fovea::core::check_processor(hand.program, all, message), FOVEA_OK);
    EXPECT_EQ(fovea::core::check_processor(hand.program, all & ~(std::uint64_t(1) << bit), message),
              FOVEA_ERROR_UNSUPPORTED_DEVICE);
    EXPECT_EQ(text, std::string("hand: expected a processor with ") + features[bit].first +
                        ", got one without; compile it for a target without");
    hand.program.cpu_features = 0;
    EXPECT_EQ(fovea::core::check_processor(hand.program, 0, message), FOVEA_OK);
  }
}

// A host of a later version: its longer structs are fine while they ask for nothing new.
template <class Struct>
struct Newer {
  Struct known{};
  std::uint64_t unknown = 0;
  Newer() { known.struct_size = sizeof *this; }
};

TEST(StructSizes, ZeroMeansVersionOne) {
  HandProgram hand;
  fovea_executor executor{0, nullptr, 1, 0,
                          [](void*, int, int (*)(void*, int, int), void*) { return 0; }};
  fovea_allocator allocator{0, nullptr,
                            [](void*, std::uint64_t bytes, std::uint64_t alignment) {
                              return std::aligned_alloc(alignment, (bytes + alignment - 1) /
                                                                       alignment * alignment);
                            },
                            [](void*, void* pointer, std::uint64_t) { std::free(pointer); }};
  fovea_profiler profiler{0, nullptr, [](void*, std::uint64_t) {}, [](void*, std::uint64_t) {}};
  fovea_model_options model_options{};
  model_options.allocator = &allocator;
  fovea_context_options options{};
  options.executor = &executor;
  options.allocator = &allocator;
  options.profiler = &profiler;
  fovea_model* model = nullptr;
  fovea_context* context = nullptr;
  ASSERT_EQ(fovea_core_model_open(&hand.program, &model_options, &model), FOVEA_OK);
  EXPECT_EQ(fovea_core_context_create(model, &options, &context), FOVEA_OK);
  fovea_core_context_destroy(context);
  fovea_core_model_close(model);
}

TEST(StructSizes, NewerOptionsOfAModel) {
  HandProgram hand;
  char text[256] = "";
  Newer<fovea_model_options> options;
  options.known.message = text;
  options.known.message_bytes = sizeof text;
  fovea_model* model = nullptr;
  ASSERT_EQ(fovea_core_model_open(&hand.program, &options.known, &model), FOVEA_OK) << text;
  fovea_core_model_close(model);
  options.unknown = 1;
  EXPECT_EQ(fovea_core_model_open(&hand.program, &options.known, &model),
            FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT_STREQ(text, "model options: a field that ABI version 1 does not know is set (byte 56); "
                     "zero it, or use a newer fovea");
  EXPECT_EQ(model, nullptr);
  // Too short to say where a message would go.
  options.known.struct_size = 8;
  text[0] = 0;
  EXPECT_EQ(fovea_core_model_open(&hand.program, &options.known, &model),
            FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT_STREQ(text, "");
}

TEST(StructSizes, NewerOptionsOfAContext) {
  HandProgram hand;
  char text[256] = "";
  fovea_model* model = nullptr;
  ASSERT_EQ(fovea_core_model_open(&hand.program, nullptr, &model), FOVEA_OK);
  auto expect = [&](fovea_status status, const fovea_context_options& options, const char* words) {
    fovea_context* context = nullptr;
    EXPECT_EQ(fovea_core_context_create(model, &options, &context), status) << text;
    EXPECT_NE(std::string(text).find(words), std::string::npos) << text;
    fovea_core_context_destroy(context);
  };
  Newer<fovea_context_options> options;
  options.known.message = text;
  options.known.message_bytes = sizeof text;
  options.known.threads = 1;
  expect(FOVEA_OK, options.known, "");
  options.unknown = 1;
  expect(FOVEA_ERROR_UNSUPPORTED_ABI, options.known, "context options: a field");
  options.unknown = 0;

  Newer<fovea_profiler> profiler;
  options.known.profiler = &profiler.known;
  expect(FOVEA_ERROR_NULL_POINTER, options.known, "profiler: expected kernel_begin, got null");
  profiler.known.kernel_begin = [](void*, std::uint64_t) {};
  expect(FOVEA_ERROR_NULL_POINTER, options.known, "profiler: expected kernel_end, got null");
  profiler.known.kernel_end = [](void*, std::uint64_t) {};
  expect(FOVEA_OK, options.known, "");
  profiler.unknown = 1;
  expect(FOVEA_ERROR_UNSUPPORTED_ABI, options.known, "profiler: a field");
  options.known.profiler = nullptr;

  Newer<fovea_executor> executor;
  executor.unknown = 1;
  options.known.executor = &executor.known;
  expect(FOVEA_ERROR_UNSUPPORTED_ABI, options.known, "executor: a field");
  options.known.executor = nullptr;
  Newer<fovea_allocator> allocator;
  allocator.unknown = 1;
  options.known.allocator = &allocator.known;
  expect(FOVEA_ERROR_UNSUPPORTED_ABI, options.known, "allocator: a field");
  fovea_core_model_close(model);
}

} // namespace
