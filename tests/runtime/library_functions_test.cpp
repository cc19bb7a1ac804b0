// What stands behind the typed functions of emitted libraries.
#include "counting_allocator.hpp"
#include "hand_program.hpp"

#include <fovea/runtime/library.h>

#include <gtest/gtest.h>

using namespace fovea_test;

namespace {

struct Library : HandProgram {
  CountingAllocator counter;
  char text[256] = "";
  fovea_library_options options{};
  fovea_model* model = nullptr;
  fovea_context* context = nullptr;

  explicit Library(Entry entry = affine) : HandProgram(entry) {
    options.allocator = &counter.allocator;
    options.message = text;
    options.message_bytes = sizeof text;
  }
  ~Library() {
    fovea_core_context_destroy(context);
    fovea_core_model_close(model);
    EXPECT_TRUE(counter.all_returned());
  }

  bool open(std::uint32_t threads = 1) {
    model = fovea_library_open(&program, &options);
    fovea_context_options context_options = with_threads(threads);
    context_options.message = text;
    context_options.message_bytes = sizeof text;
    context = model ? fovea_library_context_create(model, &context_options) : nullptr;
    return context != nullptr;
  }
  void expect_refused(const char* words) {
    EXPECT_EQ(fovea_library_open(&program, &options), nullptr);
    EXPECT_NE(std::string(text).find(words), std::string::npos) << text;
    EXPECT_TRUE(counter.all_returned());
  }
  fovea_status run(const void* input, void* output) {
    const void* inputs[] = {input};
    void* outputs[] = {output};
    return fovea_library_run(context, inputs, outputs);
  }
  void expect_run_refused(const void* input, void* output, fovea_status status, const char* words) {
    EXPECT_EQ(run(input, output), status);
    std::string message = fovea_core_message(context);
    EXPECT_NE(message.find(words), std::string::npos) << message;
    EXPECT_TRUE(untouched());
  }
};

TEST(LibraryFunctions, OpenAndRun) {
  for (std::uint32_t threads : {1u, 3u}) {
    Library library;
    ASSERT_TRUE(library.open(threads)) << library.text;
    EXPECT_EQ(library.run(library.x.data(), library.y.data()), FOVEA_OK);
    EXPECT_STREQ(fovea_core_message(library.context), "");
    EXPECT_TRUE(library.correct());
  }
  HandProgram hand;
  fovea_model* model = fovea_library_open(&hand.program, nullptr);
  EXPECT_NE(model, nullptr);
  fovea_core_model_close(model);
}

TEST(LibraryFunctions, WeightsOfTheCaller) {
  Library library;
  library.parameter_data = {nullptr};
  library.expect_refused("hand: expected weights in the options, since the library holds none");
  const void* weights[] = {nullptr};
  library.options.weights = weights;
  library.expect_refused("hand: parameter 'w': expected 128 bytes of data, got null");
  weights[0] = reinterpret_cast<const char*>(library.w.data()) + 1;
  library.expect_refused("hand: parameter 'w': misaligned: expected a pointer aligned to 4 bytes");
  weights[0] = library.w.data();
  ASSERT_TRUE(library.open()) << library.text;
  EXPECT_EQ(library.run(library.x.data(), library.y.data()), FOVEA_OK);
  EXPECT_TRUE(library.correct());
}

TEST(LibraryFunctions, WeightsThatNobodyWouldRead) {
  Library library;
  const void* weights[] = {library.w.data()};
  library.options.weights = weights;
  library.expect_refused(
      "hand: expected no weights in the options, since the library holds its own");
  library.options.weights = nullptr;
  library.options.weights_path = "/missing";
  library.expect_refused("hand: expected no weights_path, since the program has no weights file");
}

TEST(LibraryFunctions, StructSizesOfOptions) {
  struct {
    fovea_library_options known;
    std::uint64_t unknown;
  } newer{};
  Library library;
  newer.known = library.options;
  newer.known.struct_size = sizeof newer;
  fovea_model* model = fovea_library_open(&library.program, &newer.known);
  EXPECT_NE(model, nullptr) << library.text;
  fovea_core_model_close(model);
  newer.unknown = 1;
  EXPECT_EQ(fovea_library_open(&library.program, &newer.known), nullptr);
  EXPECT_STREQ(library.text, "model options: a field that ABI version 1 does not know is set "
                             "(byte 48); zero it, or use a newer fovea");
  library.options.struct_size = 8;
  library.text[0] = 0;
  EXPECT_EQ(fovea_library_open(&library.program, &library.options), nullptr);
  EXPECT_STREQ(library.text, ""); // too short to say where a message would go
  library.options.struct_size = 0;
  EXPECT_EQ(fovea_library_open(nullptr, &library.options), nullptr);
  EXPECT_STREQ(library.text, "model_open: expected a program, got null");
}

TEST(LibraryFunctions, EachWrongArgumentIsNamedAndNothingIsWritten) {
  Library library;
  std::vector<float> both(rows * columns, -1.0f);
  library.parameter_data = {both.data() + 100};
  ASSERT_TRUE(library.open(2)) << library.text;
  float *x = library.x.data(), *y = library.y.data();
  auto one_byte_on = [](float* data) { return reinterpret_cast<char*>(data) + 1; };
  library.expect_run_refused(nullptr, y, FOVEA_ERROR_NULL_POINTER,
                             "hand: input 'x': expected 8192 bytes of data, got null");
  library.expect_run_refused(x, nullptr, FOVEA_ERROR_NULL_POINTER, "hand: output 'y': expected");
  library.expect_run_refused(one_byte_on(x), y, FOVEA_ERROR_MISALIGNED,
                             "hand: input 'x': misaligned: expected a pointer aligned to 4 bytes");
  library.expect_run_refused(x, one_byte_on(y), FOVEA_ERROR_MISALIGNED, "hand: output 'y'");
  library.expect_run_refused(y + 1, y, FOVEA_ERROR_INVALID_ARGUMENT,
                             "hand: output 'y' is written and overlaps input 'x'");
  library.expect_run_refused(x, both.data(), FOVEA_ERROR_INVALID_ARGUMENT,
                             "hand: output 'y' is written and overlaps parameter 'w'");
  const void* inputs[] = {x};
  void* outputs[] = {y};
  EXPECT_EQ(fovea_library_run(library.context, nullptr, outputs), FOVEA_ERROR_NULL_POINTER);
  EXPECT_STREQ(fovea_core_message(library.context), "hand: expected inputs, got null");
  EXPECT_EQ(fovea_library_run(library.context, inputs, nullptr), FOVEA_ERROR_NULL_POINTER);
  EXPECT_STREQ(fovea_core_message(library.context), "hand: expected outputs, got null");
  EXPECT_EQ(fovea_library_run(nullptr, inputs, outputs), FOVEA_ERROR_NULL_POINTER);
  EXPECT_TRUE(library.untouched());
  EXPECT_EQ(library.run(x, y), FOVEA_OK);
}

TEST(LibraryFunctions, KernelFailureKeepsItsCode) {
  Library library(
      [](void*, const void* const*, void* const*, const void* const*, void*) { return 42; });
  ASSERT_TRUE(library.open()) << library.text;
  EXPECT_EQ(library.run(library.x.data(), library.y.data()), FOVEA_ERROR_KERNEL_FAILED);
  EXPECT_STREQ(fovea_core_message(library.context), "hand: a kernel failed with code 42");
}

fovea_context* reentered = nullptr;
fovea_status reentered_status = FOVEA_OK;

TEST(LibraryFunctions, SecondRunOfABusyContextIsRefused) {
  Library library([](void*, const void* const*, void* const*, const void* const*, void*) {
    reentered_status = fovea_library_run(reentered, nullptr, nullptr);
    return 0;
  });
  ASSERT_TRUE(library.open()) << library.text;
  reentered = library.context;
  EXPECT_EQ(library.run(library.x.data(), library.y.data()), FOVEA_OK);
  EXPECT_EQ(reentered_status, FOVEA_ERROR_CONTEXT_BUSY);
}

TEST(LibraryFunctions, TensorsMayNotLieInTheWorkspace) {
  Library library;
  ASSERT_NE(library.model = fovea_library_open(&library.program, &library.options), nullptr);
  std::uint64_t bytes = fovea_core_workspace_size(library.model, 1);
  void* workspace = std::aligned_alloc(FOVEA_MEMORY_ALIGNMENT, bytes);
  fovea_context_options options = with_threads(1);
  options.workspace = workspace;
  options.workspace_bytes = bytes;
  library.context = fovea_library_context_create(library.model, &options);
  ASSERT_NE(library.context, nullptr);
  library.expect_run_refused(workspace, library.y.data(), FOVEA_ERROR_INVALID_ARGUMENT,
                             "hand: input 'x' overlaps the context's workspace");
  library.expect_run_refused(library.x.data(), workspace, FOVEA_ERROR_INVALID_ARGUMENT,
                             "hand: output 'y' overlaps the context's workspace");
  EXPECT_EQ(library.run(library.x.data(), library.y.data()), FOVEA_OK);
  fovea_core_context_destroy(library.context);
  library.context = nullptr;
  std::free(workspace);
}

TEST(LibraryFunctions, ContextsNeedAModel) {
  char text[256] = "";
  fovea_context_options options{};
  options.message = text;
  options.message_bytes = sizeof text;
  EXPECT_EQ(fovea_library_context_create(nullptr, &options), nullptr);
  EXPECT_STREQ(text, "context_create: expected a model, got null");
}

TEST(LibraryFunctions, Query) {
  char text[256] = "";
  const fovea_table* table = nullptr;
  const fovea_table* core = fovea_core_table();
  EXPECT_EQ(fovea_library_query(core, 2, &table, text, sizeof text), FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT_EQ(table, nullptr);
  EXPECT_STREQ(text, "this library speaks fovea ABI version 1: expected that, got a host that asks "
                     "for version 2; emit the library again with that fovea");
  EXPECT_EQ(fovea_library_query(core, 0, &table, nullptr, 0), FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT_EQ(fovea_library_query(core, 1, nullptr, text, sizeof text), FOVEA_ERROR_NULL_POINTER);
  EXPECT_STREQ(text, "query: expected where to put the table, got null");
  EXPECT_EQ(fovea_library_query(core, 1, &table, text, sizeof text), FOVEA_OK);
  EXPECT_EQ(table, core);
}

} // namespace
