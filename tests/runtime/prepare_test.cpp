// Weights that a program packs or transforms once, when its model opens.
#include "counting_allocator.hpp"
#include "hand_program.hpp"

#include <gtest/gtest.h>

using namespace fovea_test;

namespace {

int prepare_calls = 0;

// prepared = 3 w, through scratch and a loop.
int triple(void* user_context, const void* const* parameters, void* prepared) {
  ++prepare_calls;
  struct Closure {
    void* user_context;
    const float* w;
    float* prepared;
    int next;
  } closure{user_context, static_cast<const float*>(parameters[0]), static_cast<float*>(prepared),
            0};
  if (reinterpret_cast<std::uintptr_t>(prepared) % FOVEA_MEMORY_ALIGNMENT)
    return 1;
  return fovea_par_for(
      user_context,
      [](void* worker, int c, std::uint8_t* bytes) {
        auto& closure = *reinterpret_cast<Closure*>(bytes);
        if (worker != closure.user_context || c != closure.next++)
          return 2; // expected one thread, in order
        auto* product = static_cast<float*>(fovea_scratch_malloc(worker, sizeof(float)));
        *product = 3 * closure.w[c];
        closure.prepared[c] = *product;
        fovea_scratch_free(worker, product);
        return 0;
      },
      0, columns, reinterpret_cast<std::uint8_t*>(&closure));
}

int add_prepared(void* user_context, const void* const* inputs, void* const* outputs,
                 const void* const* parameters, void* arena) {
  const void* prepared[] = {parameters[1]};
  return affine(user_context, inputs, outputs, prepared, arena);
}

struct PreparedProgram : HandProgram {
  CountingAllocator counter;
  char text[256] = "";

  PreparedProgram() : HandProgram(add_prepared) {
    program.prepare = triple;
    program.prepared_bytes = columns * sizeof(float);
    program.prepare_scratch_bytes = FOVEA_SCRATCH_COST(sizeof(float));
    prepare_calls = 0;
  }

  fovea_status open(fovea_model** model) {
    fovea_model_options options{};
    options.allocator = &counter.allocator;
    options.message = text;
    options.message_bytes = sizeof text;
    return fovea_core_model_open(&program, &options, model);
  }

  void expect_refused(fovea_status status, const char* words) {
    fovea_model* model = nullptr;
    EXPECT_EQ(open(&model), status) << text;
    EXPECT_NE(std::string(text).find(words), std::string::npos) << text;
    EXPECT_EQ(model, nullptr);
    EXPECT_TRUE(counter.all_returned()) << counter.live << " blocks stayed";
  }

  bool tripled() const {
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 2 * x[i] + 3 * w[i % columns])
        return false;
    return true;
  }
};

TEST(Prepare, OnceForAllContexts) {
  PreparedProgram hand;
  fovea_model* model = nullptr;
  ASSERT_EQ(hand.open(&model), FOVEA_OK) << hand.text;
  EXPECT_EQ(hand.counter.live, 2); // the model and what it prepared; the slab is gone
  fovea_context_options options = with_threads(2);
  fovea_context* contexts[2] = {};
  for (fovea_context*& context : contexts)
    ASSERT_EQ(fovea_core_context_create(model, &options, &context), FOVEA_OK);
  fovea_core_model_close(model);
  fovea_buffer input = hand.input(), output = hand.output();
  for (fovea_context* context : contexts) {
    std::fill(hand.y.begin(), hand.y.end(), -1.0f);
    EXPECT_EQ(fovea_core_run(context, &input, 1, &output, 1), FOVEA_OK);
    EXPECT_TRUE(hand.tripled());
    EXPECT_EQ(hand.counter.live, 2);
    fovea_core_context_destroy(context);
  }
  EXPECT_EQ(prepare_calls, 1);
  EXPECT_TRUE(hand.counter.all_returned());
}

TEST(Prepare, FromParametersOfTheCaller) {
  PreparedProgram hand;
  std::vector<float> given(columns, 7.0f);
  fovea_buffer parameter = buffer_for(hand.parameters[0], given);
  fovea_model_options options{};
  options.parameters = &parameter;
  options.parameter_count = 1;
  fovea_model* model = nullptr;
  fovea_context* context = nullptr;
  ASSERT_EQ(fovea_core_model_open(&hand.program, &options, &model), FOVEA_OK);
  ASSERT_EQ(fovea_core_context_create(model, nullptr, &context), FOVEA_OK);
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(fovea_core_run(context, &input, 1, &output, 1), FOVEA_OK);
  EXPECT_EQ(hand.y[5], 2 * hand.x[5] + 21);
  fovea_core_context_destroy(context);
  fovea_core_model_close(model);
}

TEST(Prepare, FailureIsReportedAndLeavesNothing) {
  PreparedProgram hand;
  hand.program.prepare = [](void* user_context, const void* const*, void*) {
    fovea_scratch_malloc(user_context, 4); // a failed kernel does not free
    return 7;
  };
  hand.expect_refused(FOVEA_ERROR_KERNEL_FAILED, "hand: preparing the weights failed with code 7");
}

TEST(Prepare, SlabThatIsTooSmallIsABugOfTheCompiler) {
  PreparedProgram hand;
  hand.program.prepare_scratch_bytes = 64;
  hand.expect_refused(FOVEA_ERROR_INTERNAL, "needed 64 bytes of scratch more than the 64 that");
  hand.program.prepare_scratch_bytes = 0;
  hand.expect_refused(FOVEA_ERROR_INTERNAL, "needed 128 bytes of scratch more than the 0 that");
}

TEST(Prepare, NoMemoryAtAnyMoment) {
  for (int call = 1; call <= 3; ++call) {
    PreparedProgram hand;
    hand.counter.refuse_from = call;
    hand.expect_refused(FOVEA_ERROR_OUT_OF_MEMORY, "hand: no memory for ");
    EXPECT_EQ(hand.counter.calls, call);
    EXPECT_EQ(prepare_calls, 0);
  }
  PreparedProgram hand;
  hand.counter.refuse_from = 4;
  fovea_model* model = nullptr;
  EXPECT_EQ(hand.open(&model), FOVEA_OK) << hand.text;
  fovea_core_model_close(model);
}

// Hooks that belong to a run find none.
TEST(Prepare, HooksOfARunDoNothing) {
  PreparedProgram hand;
  hand.program.prepare = [](void* user_context, const void* const*, void*) {
    fovea_kernel_begin(user_context, 0);
    fovea_set_output_extent(user_context, 0, 0, 1);
    fovea_kernel_end(user_context, 0);
    return 0;
  };
  fovea_model* model = nullptr;
  EXPECT_EQ(hand.open(&model), FOVEA_OK) << hand.text;
  fovea_core_model_close(model);
}

} // namespace
