// A program for several instruction sets, written by hand: which one opening chooses.
#include "hand_program.hpp"
#include "runtime/core/variants.hpp"

#include <fovea/runtime/library.h>

#include <gtest/gtest.h>

#include <cstdlib>

using namespace fovea_test;

namespace {

constexpr std::uint64_t lesser = FOVEA_CPU_SSE41, better = lesser | FOVEA_CPU_AVX,
                        best = better | FOVEA_CPU_AVX2 | FOVEA_CPU_AVX512;

// y = x + N, whatever the weights are.
template <int N>
int plus(void*, const void* const* inputs, void* const* outputs, const void* const*, void*) {
  for (int k = 0; k < rows * columns; ++k)
    static_cast<float*>(outputs[0])[k] = static_cast<const float*>(inputs[0])[k] + N;
  return 0;
}

struct Variants {
  HandProgram first{plus<1>}, second{plus<2>}, third{plus<3>};
  const fovea_program* others[2] = {&second.program, &third.program};

  Variants() {
    name(first, "best", best);
    name(second, "better", better);
    name(third, "lesser", lesser);
    first.program.variant_count = 2;
    first.program.variants = others;
  }
  static void name(HandProgram& hand, const char* target, std::uint64_t features) {
    hand.program.target = target;
    hand.program.cpu_features = features;
  }
  std::string choice(std::uint64_t available, const char* wanted = nullptr) const {
    char text[1024] = "";
    fovea::core::Message message(text, sizeof text);
    const fovea_program* chosen = nullptr;
    const fovea_status status =
        fovea::core::choose_variant(first.program, available, wanted, &chosen, message);
    EXPECT_EQ(chosen == nullptr, status != FOVEA_OK);
    return chosen ? chosen->target : text;
  }
};

// The environment's FOVEA_TARGET while this lives.
class Wanted {
 public:
  explicit Wanted(const char* target) { setenv("FOVEA_TARGET", target, 1); }
  ~Wanted() { unsetenv("FOVEA_TARGET"); }
  Wanted(const Wanted&) = delete;
};

TEST(Variants, the_first_that_the_processor_can_run) {
  const Variants variants;
  EXPECT_EQ(variants.choice(best), "best");
  EXPECT_EQ(variants.choice(~std::uint64_t(0)), "best");
  EXPECT_EQ(variants.choice(best & ~std::uint64_t(FOVEA_CPU_AVX512)), "better");
  EXPECT_EQ(variants.choice(better), "better");
  EXPECT_EQ(variants.choice(lesser | FOVEA_CPU_AVX512), "lesser");
  EXPECT_EQ(variants.choice(FOVEA_CPU_AVX | FOVEA_CPU_AVX2),
            "hand: the library is compiled for best, better, lesser: expected a processor with "
            "SSE4.1, got one without; compile it for a lower target too");
}

TEST(Variants, a_name_is_taken_whatever_the_processor) {
  const Variants variants;
  EXPECT_EQ(variants.choice(best, "lesser"), "lesser");
  EXPECT_EQ(variants.choice(0, "best"), "best");
  EXPECT_EQ(variants.choice(better, ""), "better");
  EXPECT_EQ(variants.choice(best, "other"),
            "hand: expected FOVEA_TARGET to name one of the library's targets, best, better, "
            "lesser; got 'other'");
}

TEST(Variants, open_by_the_functions_of_a_library) {
  Variants variants;
  variants.first.program.cpu_features = 1u << 30; // that no processor has
  variants.second.program.cpu_features = variants.third.program.cpu_features = 0;
  char text[1024] = "";
  fovea_model_options options{};
  options.message = text;
  options.message_bytes = sizeof text;
  fovea_library_options library_options{};
  library_options.message = text;
  library_options.message_bytes = sizeof text;
  const auto opened = [&] {
    fovea_model* model = nullptr;
    const fovea_status status =
        fovea_core_model_open_variant(&variants.first.program, &options, &model);
    EXPECT_EQ(status == FOVEA_OK, model != nullptr);
    const fovea_program* program = fovea_core_model_program(model);
    fovea_core_model_close(model);
    model = fovea_library_open_variant(&variants.first.program, &library_options);
    EXPECT_EQ(fovea_core_model_program(model), program);
    fovea_core_model_close(model);
    const fovea_program* chosen = nullptr;
    if (program) {
      fovea_core_choose_variant(&variants.first.program, &chosen, nullptr, 0);
      EXPECT_EQ(chosen, program);
    }
    return program;
  };
  EXPECT_EQ(opened(), &variants.second.program) << text;
  {
    const Wanted wanted("lesser");
    EXPECT_EQ(opened(), &variants.third.program) << text;
  }
  {
    const Wanted wanted("none");
    EXPECT_EQ(opened(), nullptr);
    EXPECT_NE(std::string(text).find("got 'none'"), std::string::npos) << text;
  }
  {
    const Wanted wanted("best"); // is asked for, and refused for what it needs
    EXPECT_EQ(opened(), nullptr);
    EXPECT_NE(std::string(text).find("cpu_features"), std::string::npos) << text;
  }
  EXPECT_EQ(opened(), &variants.second.program) << text;
}

// Each is a program of its own too.
TEST(Variants, plain_opening_takes_the_program_that_it_is_given) {
  Variants variants;
  variants.first.program.cpu_features = variants.third.program.cpu_features = 0;
  for (HandProgram* hand : {&variants.first, &variants.third}) {
    Session session(hand->program, with_threads(1));
    ASSERT_EQ(session.status, FOVEA_OK) << session.text;
    fovea_buffer output = hand->output();
    ASSERT_EQ(session.run(hand->input(), output), FOVEA_OK);
    EXPECT_EQ(hand->y[5], hand->x[5] + (hand == &variants.first ? 1 : 3));
  }
}

TEST(Variants, programs_that_are_not_alike_are_refused) {
  const auto refused = [](auto change, const std::string& words) {
    Variants variants;
    change(variants);
    const std::string said = variants.choice(best);
    EXPECT_NE(said.find(words), std::string::npos) << said;
  };
  refused([](Variants& v) { v.first.program.variants = nullptr; }, "hand: expected 2 variants");
  refused([](Variants& v) { v.others[1] = nullptr; }, "variant 2: expected a program, got null");
  refused([](Variants& v) { v.second.program.struct_size = 8; }, "program: struct_size");
  refused([](Variants& v) { v.second.program.input_count = 2; }, "variant 1: expected 1 inputs");
}

// As libraries that were emitted before there were variants.
TEST(Variants, a_program_of_an_earlier_size_has_none) {
  Variants variants;
  variants.first.program.cpu_features = 0;
  variants.first.program.struct_size = FOVEA_PROGRAM_SETS_BYTES;
  const Wanted wanted("lesser");
  fovea_model* model = nullptr;
  ASSERT_EQ(fovea_core_model_open_variant(&variants.first.program, nullptr, &model), FOVEA_OK);
  EXPECT_EQ(fovea_core_model_program(model), &variants.first.program);
  fovea_core_model_close(model);
}

} // namespace
