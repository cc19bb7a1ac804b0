// A library as fovea emits them, written by hand in C: loaded, called by its typed functions and by
// its table, unloaded; from C; and under ThreadSanitizer.
#include "hand_program.hpp"
#include "scratch_folder.hpp"
#include "weights_bytes.hpp"

#include <hand.h>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/personality.h>
#include <thread>

using namespace fovea_test;
namespace fs = std::filesystem;

namespace {

long entries(const char* folder) {
  return std::distance(fs::directory_iterator(folder), {});
}

struct Output {
  int code;
  std::string text;
};

Output output_of(const std::string& command) {
  Output output{-1, {}};
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe)
    return output;
  char line[1024];
  while (std::fgets(line, sizeof line, pipe))
    output.text += line;
  output.code = pclose(pipe);
  return output;
}

// The loaded library, and its functions with the header's types.
struct HandLibrary {
  void* handle;
  explicit HandLibrary(const fs::path& path) : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    EXPECT_NE(handle, nullptr) << dlerror();
  }
  HandLibrary(const HandLibrary&) = delete;
  ~HandLibrary() { dlclose(handle); }

  template <class Function>
  Function* find(const char* name, Function*) const {
    void* address = dlsym(handle, name);
    EXPECT_NE(address, nullptr) << name;
    return reinterpret_cast<Function*>(address);
  }
};
#define HAND(library, name) (library).find(#name, static_cast<decltype(&name)>(nullptr))

struct Tensors {
  std::vector<float> w, x, y;
  hand_inputs inputs;
  hand_outputs outputs;
  hand_weights weights;
  // The w of the embedded library.
  Tensors() : w(HAND_W_SIZE), x(HAND_X_SIZE), y(HAND_Y_SIZE, -1.0f) {
    for (std::size_t i = 0; i < w.size(); ++i)
      w[i] = float(i);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = float(i % 89) - 20;
    inputs = {x.data()};
    outputs = {y.data()};
    weights = {w.data()};
  }
  bool correct() const {
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 2 * x[i] + 3 * w[i % HAND_W_SIZE])
        return false;
    return true;
  }
};

// Opens, runs with two threads, closes; "" or what was wrong.
std::string run_once(const HandLibrary& library, Tensors& tensors, hand_model_options options) {
  char text[1024] = "";
  options.message = text;
  options.message_bytes = sizeof text;
  hand_model* model = HAND(library, hand_model_open)(&options);
  if (!model)
    return text;
  fovea_context_options threads = with_threads(2);
  hand_context* context = HAND(library, hand_context_create)(model, &threads);
  HAND(library, hand_model_close)(model);
  int status = HAND(library, hand_run)(context, &tensors.inputs, &tensors.outputs);
  std::string message = HAND(library, hand_message)(context);
  HAND(library, hand_context_destroy)(context);
  if (status)
    return HAND(library, hand_status_name)(status) + (": " + message);
  return tensors.correct() ? "" : "wrong numbers";
}

TEST(HandLibrary, RunsWithEachKindOfWeights) {
  Tensors tensors;
  hand_model_options options{};
  options.weights = &tensors.weights;
  EXPECT_EQ(run_once(HandLibrary(FOVEA_HAND_LIBRARY), tensors, options), "");
  tensors = Tensors();
  EXPECT_EQ(run_once(HandLibrary(FOVEA_HAND_LIBRARY_EMBEDDED), tensors, {}), "");
}

TEST(HandLibrary, FindsItsWeightsBesideIt) {
  ScratchFolder folder;
  Tensors tensors;
  fs::copy_file(FOVEA_HAND_LIBRARY_FILE, folder.path() / "libhand.so");
  const std::string bytes = weights_bytes({"hand", 0x68616e64, tensors.w});
  {
    HandLibrary library(folder.path() / "libhand.so");
    std::string message = run_once(library, tensors, {});
    EXPECT_NE(message.find((folder.path() / "hand.weights").string()), std::string::npos)
        << message;
    folder.write(bytes, "hand.weights");
    EXPECT_EQ(run_once(library, tensors, {}), "");
    fs::rename(folder.path() / "hand.weights", folder.path() / "elsewhere");
    hand_model_options options{};
    const std::string path = folder.path() / "elsewhere";
    options.weights_path = path.c_str();
    tensors = Tensors();
    EXPECT_EQ(run_once(library, tensors, options), "");
    options = {};
    options.weights = &tensors.weights; // in place of the file
    tensors = Tensors();
    EXPECT_EQ(run_once(library, tensors, options), "");
  }
  // By a relative path, from a folder that the process then leaves.
  fs::rename(folder.path() / "elsewhere", folder.path() / "hand.weights");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  HandLibrary library("./libhand.so");
  fs::current_path(before);
  tensors = Tensors();
  EXPECT_EQ(run_once(library, tensors, {}), "");
}

TEST(HandLibrary, ServesTheTable) {
  HandLibrary library(FOVEA_HAND_LIBRARY_EMBEDDED);
  const fovea_table* table = nullptr;
  char text[256] = "";
  auto* query = HAND(library, hand_query);
  EXPECT_EQ(query(7, &table, text, sizeof text), FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT_NE(std::string(text).find("version 7"), std::string::npos) << text;
  ASSERT_EQ(query(FOVEA_ABI_VERSION, &table, text, sizeof text), FOVEA_OK) << text;
  ASSERT_EQ(table->program_count, 1u);
  EXPECT_EQ(table->programs[0]->call_count, 2u);
  EXPECT_STREQ(table->programs[0]->calls[1].layer, "bias");
  fovea_model* model = nullptr;
  fovea_context* context = nullptr;
  ASSERT_EQ(table->model_open(table->programs[0], nullptr, &model), FOVEA_OK);
  ASSERT_EQ(table->context_create(model, nullptr, &context), FOVEA_OK);
  Tensors tensors;
  fovea_buffer input = buffer_for(*table->input_info(model, 0), tensors.x);
  fovea_buffer output = buffer_for(*table->output_info(model, 0), tensors.y);
  EXPECT_EQ(table->run(context, &input, 1, &output, 1), FOVEA_OK) << table->message(context);
  EXPECT_TRUE(tensors.correct());
  table->context_destroy(context);
  table->model_close(model);
}

TEST(HandLibrary, LoadedAndUnloadedLeavesNothing) {
  Tensors tensors;
  hand_model_options options{};
  options.weights = &tensors.weights;
  EXPECT_EQ(run_once(HandLibrary(FOVEA_HAND_LIBRARY), tensors, options), "");
  const long threads = entries("/proc/self/task"), files = entries("/proc/self/fd");
  for (int i = 0; i < 200; ++i) {
    std::fill(tensors.y.begin(), tensors.y.end(), -1.0f);
    ASSERT_EQ(run_once(HandLibrary(FOVEA_HAND_LIBRARY), tensors, options), "");
    ASSERT_EQ(dlopen(FOVEA_HAND_LIBRARY, RTLD_NOW | RTLD_NOLOAD), nullptr) << "still loaded";
  }
  // A joined thread may still be listed for a moment.
  for (int i = 0; i < 1000 && entries("/proc/self/task") != threads; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(entries("/proc/self/task"), threads);
  EXPECT_EQ(entries("/proc/self/fd"), files);
}

TEST(HandLibrary, ShowsItsOwnFunctionsOnly) {
  Output symbols = output_of("nm -D --defined-only -j '" FOVEA_HAND_LIBRARY "'");
  ASSERT_EQ(symbols.code, 0) << symbols.text;
  std::istringstream lines(symbols.text);
  int functions = 0;
  for (std::string name; std::getline(lines, name); ++functions)
    EXPECT_EQ(name.rfind("hand_", 0), 0u) << name;
  EXPECT_EQ(functions, 9);
}

TEST(HandLibrary, ServesAHostInC) {
  Output output = output_of("'" FOVEA_HAND_FROM_C "'");
  EXPECT_EQ(output.code, 0) << output.text;
}

// The runtime's own races: contexts that share a model, and the pool.
TEST(HandLibrary, RunsCleanUnderThreadSanitizer) {
  // Its shadow memory has fixed places, which a system that scatters mappings widely may have taken
  // already: started without that, and where the system does not allow it, more than once.
  const int before = personality(0xffffffff);
  personality(static_cast<unsigned long>(before) | ADDR_NO_RANDOMIZE);
  Output output;
  for (int attempt = 0; attempt < 20; ++attempt) {
    output = output_of("TSAN_OPTIONS=exitcode=66 '" FOVEA_HAND_UNDER_THREAD_SANITIZER "'");
    if (output.text.find("unexpected memory mapping") == std::string::npos)
      break;
  }
  personality(static_cast<unsigned long>(before));
  if (output.text.find("unexpected memory mapping") != std::string::npos)
    GTEST_SKIP() << "this system's address space leaves ThreadSanitizer no room: " << output.text;
  EXPECT_EQ(output.code, 0) << output.text;
  EXPECT_EQ(output.text, "8 threads, 60 runs each, 0 wrong\n");
}

} // namespace
