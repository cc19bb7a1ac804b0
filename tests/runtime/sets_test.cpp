// A program for several sets of shapes, written by hand.
#include "hand_program.hpp"

#include <fovea/runtime/library.h>

#include <gtest/gtest.h>

using namespace fovea_test;

namespace {

// y = 2 x + w(0), element by element, through the arena and a worker's slab, for `count` elements.
template <int count>
int twice(void* user_context, const void* const* inputs, void* const* outputs,
          const void* const* parameters, void* arena) {
  const auto* x = static_cast<const float*>(inputs[0]);
  const auto* w = static_cast<const float*>(parameters[0]);
  auto* doubled = static_cast<float*>(arena);
  auto* sums = static_cast<float*>(fovea_scratch_malloc(user_context, count * sizeof(float)));
  for (int k = 0; k < count; ++k)
    doubled[k] = 2 * x[k];
  for (int k = 0; k < count; ++k)
    sums[k] = doubled[k] + w[0];
  std::copy_n(sums, count, static_cast<float*>(outputs[0]));
  fovea_scratch_free(user_context, sums);
  return 0;
}

// Of 6, 20 and 12 elements; the second needs the most memory.
struct Sets {
  HandProgram small{twice<6>}, large{twice<20>}, other{twice<12>};
  const fovea_program* others[2] = {&large.program, &other.program};

  Sets() {
    shape(small, {2, 3});
    shape(large, {4, 5});
    shape(other, {3, 4});
    small.w[0] = 7;
    small.program.set_count = 2;
    small.program.sets = others;
  }
  static void shape(HandProgram& program, const std::vector<std::int64_t>& shape) {
    program.inputs[0] = tensor_info("x", shape);
    program.outputs[0] = tensor_info("y", shape);
    const auto bytes = program.inputs[0].bytes;
    program.program.arena_bytes = bytes;
    program.program.thread_scratch_bytes = FOVEA_SCRATCH_COST(bytes);
    program.x.resize(bytes / sizeof(float));
    program.y.assign(bytes / sizeof(float), -1);
    program.update();
  }
};

void expect_twice_plus_7(const HandProgram& program) {
  for (std::size_t k = 0; k < program.y.size(); ++k)
    ASSERT_EQ(program.y[k], 2 * program.x[k] + 7) << k;
}

TEST(Sets, a_run_picks_the_program_that_its_inputs_fit) {
  Sets sets;
  Session session(sets.small.program, with_threads(1));
  ASSERT_EQ(session.status, FOVEA_OK) << session.text;
  for (HandProgram* program : {&sets.large, &sets.small, &sets.other, &sets.large}) {
    fovea_buffer output = program->output();
    output.extents[0] = 0; // are written
    ASSERT_EQ(session.run(program->input(), output), FOVEA_OK) << session.message();
    expect_twice_plus_7(*program);
    EXPECT_EQ(output.extents[0], program->outputs[0].extents[0]);
    std::fill(program->y.begin(), program->y.end(), -1.0f);
  }
}

TEST(Sets, the_workspace_suffices_for_all) {
  Sets sets;
  Session all(sets.small.program, with_threads(1)), large(sets.large.program, with_threads(1));
  EXPECT_EQ(fovea_core_workspace_size(all.model, 3), fovea_core_workspace_size(large.model, 3));
}

TEST(Sets, other_shapes_are_refused_with_a_list) {
  Sets sets;
  Session session(sets.small.program, with_threads(1));
  fovea_buffer input = sets.small.input(), output = sets.small.output();
  input.extents[1] = 4;
  EXPECT_EQ(session.run(input, output), FOVEA_ERROR_WRONG_SHAPE);
  EXPECT_EQ(session.message(),
            "hand: it was compiled for x [2,3] or x [4,5] or x [3,4]; got x [2,4]");
  input.rank = 3;
  EXPECT_EQ(session.run(input, output), FOVEA_ERROR_WRONG_SHAPE);
  EXPECT_NE(session.message().find("got x [2,4,0]"), std::string::npos) << session.message();
  input = sets.small.input();
  input.dtype = FOVEA_I32;
  EXPECT_EQ(session.run(input, output), FOVEA_ERROR_WRONG_DTYPE);
  fovea_buffer small = sets.small.output();
  EXPECT_EQ(session.run(sets.large.input(), small), FOVEA_ERROR_BUFFER_TOO_SMALL);
  EXPECT_TRUE(sets.small.untouched());
}

TEST(Sets, typed_functions_read_the_extents_behind_the_pointers) {
  Sets sets;
  Session session(sets.small.program, with_threads(1));
  struct {
    const float* x;
    std::int64_t shape[2];
  } inputs = {sets.other.x.data(), {3, 4}};
  void* outputs[] = {sets.other.y.data()};
  const auto* words = reinterpret_cast<const void* const*>(&inputs);
  ASSERT_EQ(fovea_library_run_shaped(session.context, words, outputs), FOVEA_OK)
      << session.message();
  expect_twice_plus_7(sets.other);
  inputs.shape[0] = 4;
  EXPECT_EQ(fovea_library_run_shaped(session.context, words, outputs), FOVEA_ERROR_WRONG_SHAPE);
  EXPECT_EQ(fovea_library_run_shaped(session.context, nullptr, outputs), FOVEA_ERROR_NULL_POINTER);
}

TEST(Sets, programs_that_are_not_alike_are_refused) {
  const auto refused = [](auto change, const std::string& words) {
    Sets sets;
    change(sets);
    const Session session(sets.small.program);
    EXPECT_NE(session.status, FOVEA_OK);
    EXPECT_NE(std::string(session.text).find(words), std::string::npos) << session.text;
  };
  refused([](Sets& s) { s.small.program.sets = nullptr; }, "hand: expected 2 sets of shapes");
  refused([](Sets& s) { s.others[1] = nullptr; }, "expected a program, got null");
  refused([](Sets& s) { s.large.program.cpu_features = 1u << 30; }, "cpu_features");
  refused([](Sets& s) { s.large.program.output_count = 0; }, "set 1: expected 1 inputs");
  refused([](Sets& s) { s.other.inputs[0].name = "z"; }, "set 2: input 0: expected 'x'");
  refused([](Sets& s) { s.other.outputs[0] = tensor_info("y", {12}); },
          "set 2: output 0: expected 'y', 2 extents of f32, got 'y', 1 extents");
  refused(
      [](Sets& s) {
        s.large.program.set_count = 1;
        s.large.program.sets = s.others;
      },
      "set 1: expected a program without sets of its own");
}

// As libraries that were emitted before there were sets.
TEST(Sets, a_program_of_the_first_size_has_none) {
  Sets sets;
  sets.small.program.struct_size = FOVEA_PROGRAM_V1_BYTES;
  Session session(sets.small.program, with_threads(1));
  ASSERT_EQ(session.status, FOVEA_OK) << session.text;
  fovea_buffer output = sets.small.output(), other = sets.large.output();
  EXPECT_EQ(session.run(sets.small.input(), output), FOVEA_OK);
  expect_twice_plus_7(sets.small);
  EXPECT_EQ(session.run(sets.large.input(), other), FOVEA_ERROR_WRONG_SHAPE);
  EXPECT_EQ(session.message(), "hand: input 'x': wrong shape: expected [2,3], got [4,5]");
}

} // namespace
