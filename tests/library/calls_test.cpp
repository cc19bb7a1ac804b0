// What a host gives is used, and what a host does wrong is answered: a code, a message, nothing
// written.
#include "emitted.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace fovea::testing {
namespace {

class Calls : public ::testing::Test {
 protected:
  const Emitted& emitted = Emitted::once();
  host::Library library = host::Library::open(emitted.so);
  host::Model model = library.model();
  std::vector<float> image = an_image(9);
};

// One thread that runs all tasks in its own order, and counts.
struct OwnThreads {
  int calls = 0, tasks = 0;
  fovea_executor executor{sizeof(fovea_executor), this, 3, 0, parallel_for};

  static int parallel_for(void* user, int count, int (*task)(void*, int, int), void* closure) {
    auto* self = static_cast<OwnThreads*>(user);
    ++self->calls;
    for (int index = count; index-- > 0; ++self->tasks)
      if (const int code = task(closure, index, index % 3))
        return code;
    return 0;
  }
};

TEST_F(Calls, use_the_hosts_threads) {
  Network net("wide"); // large enough that its loops are worth several threads
  net.output("y", net.input("x", {1, 8, 64, 64}) | conv(16, 3, same).named("conv1") | relu);
  net.randomize(4);
  const std::string file = emitted.folder / "wide.so";
  emit(net, file);
  const host::Model wide = host::Library::open(file).model();

  std::vector<float> x(8 * 64 * 64), expected(16 * 64 * 64), y(expected.size());
  for (size_t k = 0; k < x.size(); ++k)
    x[k] = static_cast<float>(k % 31) - 15;
  compile(net).run({{"x", {x.data(), {1, 8, 64, 64}}}},
                   {{"y", {expected.data(), {1, 16, 64, 64}}}});
  OwnThreads threads;
  fovea_context_options options{};
  options.executor = &threads.executor;
  host::Context context(wide, options);
  EXPECT_EQ(context.threads(), 3u);
  const fovea_buffer input = buffer_for(wide.input(0), x.data());
  fovea_buffer output = buffer_for(wide.output(0), y.data());
  context.run({&input, 1}, {&output, 1});
  EXPECT_EQ(y, expected);
  EXPECT_GT(threads.calls, 0);
  EXPECT_GE(threads.tasks, threads.calls);
}

TEST_F(Calls, stay_in_the_hosts_workspace) {
  const uint64_t bytes = model.workspace_size(2);
  ASSERT_GT(bytes, 0u);
  constexpr size_t margin = 4096;
  std::vector<unsigned char> memory(bytes + 2 * margin + 64, 0xA5);
  unsigned char* workspace =
      memory.data() + margin + (64 - reinterpret_cast<uintptr_t>(memory.data() + margin) % 64) % 64;
  fovea_context_options options{};
  options.threads = 2;
  options.workspace = workspace;
  options.workspace_bytes = bytes;
  host::Context context(model, options);
  EXPECT_EQ(answer(context, image), answer(emitted.model, image));
  bool used = false;
  for (uint64_t k = 0; k < bytes; ++k)
    used |= workspace[k] != 0xA5;
  EXPECT_TRUE(used) << "the arena is elsewhere";
  for (const unsigned char* at = memory.data(); at < memory.data() + memory.size(); ++at)
    if (at < workspace || at >= workspace + bytes) {
      ASSERT_EQ(*at, 0xA5) << "written outside the workspace";
    }
}

TEST_F(Calls, take_memory_from_the_hosts_allocator_only) {
  struct Counter {
    int64_t live = 0, calls = 0;
  } counter;
  const fovea_allocator allocator{sizeof(fovea_allocator), &counter,
                                  [](void* user, uint64_t bytes, uint64_t alignment) -> void* {
                                    auto* count = static_cast<Counter*>(user);
                                    ++count->calls;
                                    ++count->live;
                                    return std::aligned_alloc(alignment, (bytes + alignment - 1) /
                                                                             alignment * alignment);
                                  },
                                  [](void* user, void* pointer, uint64_t) {
                                    --static_cast<Counter*>(user)->live;
                                    std::free(pointer);
                                  }};
  {
    fovea_model_options model_options{};
    model_options.allocator = &allocator;
    fovea_context_options options{};
    options.allocator = &allocator;
    options.threads = 1;
    host::Context context(library.model(0, &model_options), options);
    const int64_t before = counter.calls;
    EXPECT_EQ(answer(context, image), answer(emitted.model, image));
    EXPECT_EQ(counter.calls, before);
  }
  EXPECT_GT(counter.calls, 1);
  EXPECT_EQ(counter.live, 0);
}

// Every way in which a run's tensors can be wrong.
TEST_F(Calls, wrong_tensors_are_refused_and_nothing_is_written) {
  host::Context context(model, 1);
  const fovea_table& table = library.table();
  const fovea_buffer good_input = buffer_for(model.input(0), image.data());
  std::vector<float> probs(11, -1.0f);
  const fovea_buffer good_output = buffer_for(model.output(0), probs.data());
  fovea_context_options ask{};
  ask.threads = 1;
  fovea_context* raw = nullptr;
  ASSERT_EQ(table.context_create(model.handle(), &ask, &raw), FOVEA_OK);

  const auto expect = [&](fovea_status code, const char* word, auto&& change) {
    fovea_buffer input = good_input, output = good_output;
    change(input, output);
    EXPECT_EQ(table.run(raw, &input, 1, &output, 1), code) << word;
    EXPECT_NE(std::string(table.message(raw)).find(word), std::string::npos)
        << word << ": " << table.message(raw);
    for (const float value : probs)
      ASSERT_EQ(value, -1.0f) << word;
  };
  using B = fovea_buffer;
  expect(FOVEA_ERROR_WRONG_SHAPE, "image", [](B& input, B&) { input.extents[2] = 27; });
  expect(FOVEA_ERROR_WRONG_RANK, "image", [](B& input, B&) { input.rank = 3; });
  expect(FOVEA_ERROR_WRONG_DTYPE, "image", [](B& input, B&) { input.dtype = FOVEA_F64; });
  expect(FOVEA_ERROR_NULL_POINTER, "image", [](B& input, B&) { input.data = nullptr; });
  expect(FOVEA_ERROR_NULL_POINTER, "probs", [](B&, B& output) { output.data = nullptr; });
  expect(FOVEA_ERROR_MISALIGNED, "probs",
         [](B&, B& output) { output.data = static_cast<char*>(output.data) + 1; });
  expect(FOVEA_ERROR_WRONG_DTYPE, "probs", [](B&, B& output) { output.dtype = FOVEA_I32; });
  expect(FOVEA_ERROR_WRONG_RANK, "probs", [](B&, B& output) { output.rank = 1; });
  expect(FOVEA_ERROR_BUFFER_TOO_SMALL, "probs", [](B&, B& output) { output.bytes = 39; });
  expect(FOVEA_ERROR_UNSUPPORTED_ABI, "input", [](B& input, B&) { input.struct_size = 8; });
  expect(FOVEA_ERROR_UNSUPPORTED_DEVICE, "image",
         [](B& input, B&) { input.device_type = FOVEA_DEVICE_CUDA; });
  expect(FOVEA_ERROR_INVALID_ARGUMENT, "overlaps",
         [](B& input, B& output) { output.data = input.data; });
  EXPECT_EQ(table.run(raw, &good_input, 0, nullptr, 0), FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(table.run(nullptr, nullptr, 0, nullptr, 0), FOVEA_ERROR_NULL_POINTER);
  table.context_destroy(raw);
}

TEST_F(Calls, wrong_options_are_refused) {
  const auto refused = [&](fovea_status code, const char* word, fovea_context_options options) {
    try {
      const host::Context context(model, options);
      ADD_FAILURE() << word << ": accepted";
    } catch (const host::RunError& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  };
  alignas(64) static unsigned char memory[256];
  fovea_context_options options{};
  options.threads = 1;
  options.workspace = memory;
  options.workspace_bytes = 64;
  refused(FOVEA_ERROR_WORKSPACE_TOO_SMALL, "workspace", options);
  options.workspace = memory + 4;
  options.workspace_bytes = uint64_t{1} << 40;
  refused(FOVEA_ERROR_MISALIGNED, "workspace", options);
  options = {};
  options.threads = 1u << 20;
  refused(FOVEA_ERROR_INVALID_ARGUMENT, "threads", options);
}

TEST_F(Calls, unknown_versions_are_refused) {
  void* handle = dlopen(emitted.so.c_str(), RTLD_NOW | RTLD_LOCAL);
  using Query = int (*)(uint64_t, const fovea_table**, char*, uint64_t);
  const auto query = reinterpret_cast<Query>(dlsym(handle, "lenet5_query"));
  ASSERT_TRUE(query);
  for (const uint64_t version : {uint64_t{0}, uint64_t{FOVEA_ABI_VERSION + 1}, UINT64_MAX}) {
    const fovea_table* table = nullptr;
    char message[200] = "";
    EXPECT_EQ(query(version, &table, message, sizeof message), FOVEA_ERROR_UNSUPPORTED_ABI);
    EXPECT_EQ(table, nullptr);
    EXPECT_NE(std::string(message).find("version"), std::string::npos) << message;
    EXPECT_EQ(query(version, &table, nullptr, 0), FOVEA_ERROR_UNSUPPORTED_ABI);
  }
  EXPECT_EQ(query(FOVEA_ABI_VERSION, nullptr, nullptr, 0), FOVEA_ERROR_NULL_POINTER);
  dlclose(handle);
}

} // namespace
} // namespace fovea::testing
