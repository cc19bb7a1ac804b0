#include "tests/kernels/kernel_test.hpp"

#include <fovea/catalogue/schedule_check.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace fovea::kernel_test {
namespace {

using ::testing::HasSubstr;

// Z(i, x) = relu(sum(l, n) V(l, zero(x + n - 1)) K(i, l, n))
Definition convolution(DType type = DType::f32) {
  Builder builder("conv");
  const int v = builder.operand("V", type, {4, 30});
  const int k = builder.operand("K", type, {6, 4, 3});
  const int t =
      builder.reduction("T", {{"i", 6}, {"x", 30}}, ReduceKind::sum, {{"l", 4}, {"n", 3}},
                        mul(builder.read(v, {At(index(2)), zero(index(1) + index(3) - fixed(1))}),
                            builder.read(k, {index(0), index(2), index(3)})));
  const Expr sum = builder.read(t, {index(0), index(1)});
  return builder.results({builder.equation("Z", {{"i", 6}, {"x", 30}},
                                           op(ScalarOp::max, {sum, constant(0, sum->type)}))});
}

std::vector<catalogue::StageInfo> stages(DType type = DType::f32) {
  return find_algorithm("generic").stages({convolution(type), test_target()});
}

std::string parse_error(const std::string& text) {
  return error_of([&] { (void)schedule(text); });
}
std::string verify_error(const std::string& text, DType type = DType::f32) {
  return error_of([&] { (void)catalogue::verify(schedule(text), stages(type)); });
}
std::string compile_error(const std::string& text) {
  return error_of([&] {
    catalogue::KernelRequest request;
    request.definition = convolution();
    request.schedule = schedule(text);
    request.target = test_target();
    request.symbol = "kernel";
    (void)kernels::make_halide_compiler()->compile(request);
  });
}

TEST(ScheduleText, PrintsWhatItParses) {
  const std::string text = "out: split(x, xo, xi, 8, shift_inwards) reorder(xi, xo) vectorize(xi)\n"
                           "sum: compute_at(out.1, xo) store_in(stack) bound(x, -1, 8)\n"
                           "sum.1: unroll(c, 4) atomic\n";
  EXPECT_EQ(schedule(text).to_string(), text);
  EXPECT_EQ(schedule(schedule(text).to_string()), schedule(text));
  EXPECT_EQ(schedule("  out :split( x,xo ,xi,8,shift_inwards ); reorder(xi,xo)# comment\n"
                     "vectorize(xi) sum: compute_at(out.1,xo) store_in(stack)\nbound(x,-1,8);"
                     "sum.1: unroll(c,4) atomic()  # the end"),
            schedule(text));
  EXPECT_TRUE(schedule(" # nothing\n").empty());
  EXPECT_NE(schedule("a: parallel(x)"), schedule("a: parallel(y)"));
}

TEST(ScheduleText, DefaultSchedulesAreTheirOwnText) {
  const Schedule made = find_algorithm("generic").default_schedule({convolution(), test_target()});
  EXPECT_EQ(schedule(made.to_string()), made);
}

TEST(ScheduleText, SaysWhereItIsMalformed) {
  EXPECT_THAT(parse_error("Z: paralel(x)"),
              HasSubstr("schedule 1:4: there is no directive 'paralel'"));
  EXPECT_THAT(parse_error("Z: paralel(x)"), HasSubstr("did you mean `parallel`?"));
  EXPECT_THAT(parse_error("Z:\n  split(x, xo, xi)"),
              HasSubstr("schedule 2:3: split: wrong number"));
  EXPECT_THAT(parse_error("Z: split(x, xo, xi)"), HasSubstr("expected: 4 to 5, got 3"));
  EXPECT_THAT(parse_error("Z: split(x, xo, xi, four)"), HasSubstr("not a number"));
  EXPECT_THAT(parse_error("Z: split(x, xo, xi, 4, shift_inward)"),
              HasSubstr("did you mean `shift_inwards`?"));
  EXPECT_THAT(parse_error("Z: store_in(disk)"), HasSubstr("there is no memory 'disk'"));
  for (const char* word : {"gpu_blocks(x)", "gpu_threads(x)", "store_in(shared)"})
    EXPECT_THAT(parse_error(std::string("Z: ") + word), HasSubstr("reserved for GPU targets"));
  EXPECT_THAT(parse_error("Z split(x)"), HasSubstr("':' after stage 'Z'"));
  EXPECT_THAT(parse_error("Z: vectorize(x"), HasSubstr("the end of the text"));
  EXPECT_THAT(parse_error("Z: vectorize(3)"), HasSubstr("not a name"));
  EXPECT_THAT(parse_error("Z: vectorize(x, 99999999999999999999)"), HasSubstr("64 bits"));
  EXPECT_THAT(parse_error("Z: parallel(x.1)"), HasSubstr("only a stage has updates"));
  EXPECT_THAT(parse_error("3: parallel(x)"), HasSubstr("a stage's name"));
}

TEST(Targets, PrintWhatTheyParse) {
  const catalogue::Target host = catalogue::Target::host();
  EXPECT_EQ(catalogue::parse_target(to_string(host)), host);
  const catalogue::Target haswell = catalogue::parse_target("x86-64-linux avx2 fma threads=2");
  EXPECT_TRUE(haswell.avx && haswell.sse41 && !haswell.avx512);
  EXPECT_EQ(haswell.lanes(4), 8);
  EXPECT_THAT(error_of([] { (void)catalogue::parse_target("x86-64-linux avx3"); }),
              HasSubstr("'avx3' is not known"));
}

TEST(Targets, LevelsBringTheirInstructions) {
  const auto parsed = [](const char* text) { return catalogue::parse_target(text); };
  EXPECT_EQ(parsed("x86-64"), parsed("x86-64-linux"));
  EXPECT_EQ(parsed("x86-64-v2"), parsed("x86-64-linux sse41"));
  EXPECT_EQ(parsed("x86-64-v3 threads=4"), parsed("x86-64-linux avx2 fma f16c threads=4"));
  EXPECT_EQ(parsed("x86-64-v4"), parsed("x86-64-linux avx512"));
  EXPECT_EQ(parsed("aarch64"), parsed("aarch64-linux"));
  EXPECT_EQ(parsed("aarch64").vector_registers(), 32);
  for (const char* name : {"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"})
    EXPECT_EQ(target_name(parsed(name)), name);
  EXPECT_EQ(target_name(parsed("x86-64-v2 avx l1=1024")), "x86-64-linux sse41 avx");
  EXPECT_EQ(parsed("x86-64-linux sse41 avx"), parsed(target_name(parsed("x86-64 avx")).c_str()));
  for (const char* wrong : {"", "x86-64-v5", "aarch64 avx2", "x86_64"})
    EXPECT_THAT(error_of([&] { (void)parsed(wrong); }), HasSubstr("is not known"));
}

TEST(ScheduleCheck, KnowsStagesAndDimensions) {
  EXPECT_THAT(verify_error("Y: parallel(i)"), HasSubstr("there is no stage 'Y'"));
  EXPECT_THAT(verify_error("Y: parallel(i)"), HasSubstr("one of V_pad, T_sum, T, Z"));
  EXPECT_THAT(verify_error("Z: parallel(j)"), HasSubstr("has no dimension 'j'"));
  EXPECT_THAT(verify_error("Z: parallel(j)"), HasSubstr("one of i, x"));
  EXPECT_THAT(verify_error("Z.1: parallel(i)"), HasSubstr("no update 1"));
  EXPECT_THAT(verify_error("Z: split(x, x, xi, 8)"), ::testing::IsEmpty());
  EXPECT_THAT(verify_error("Z: split(x, i, xi, 8)"), HasSubstr("has a dimension 'i' already"));
  EXPECT_THAT(verify_error("Z: reorder(x, x)"), HasSubstr("stands twice"));
  EXPECT_THAT(verify_error("Z: fuse(x, x, f)"), HasSubstr("fused with itself"));
  EXPECT_THAT(verify_error("T_sum.1: fuse(n, x, f)"), HasSubstr("one of them is reduced"));
}

TEST(ScheduleCheck, KeepsTheMeaning) {
  EXPECT_THAT(verify_error("T_sum.1: parallel(l)"), HasSubstr("'l' is reduced"));
  EXPECT_THAT(verify_error("T_sum.1: parallel(l)"), HasSubstr("parallel one of i, x"));
  EXPECT_THAT(verify_error("T_sum.1: vectorize(n)"), HasSubstr("accumulates floats"));
  EXPECT_THAT(verify_error("T_sum.1: vectorize(n)"), HasSubstr("rfactor(dim, lane"));
  EXPECT_THAT(verify_error("T_sum.1: atomic vectorize(n)", DType::i32), ::testing::IsEmpty());
  EXPECT_THAT(verify_error("T_sum.1: split(x, xo, xi, 8, shift_inwards)"),
              HasSubstr("accumulate into elements twice"));
  EXPECT_THAT(verify_error("T_sum.1: split(n, no, ni, 2, round_up)"), HasSubstr("terms twice"));
  EXPECT_THAT(verify_error("T_sum.1: rfactor(l, lane, 3, P)"),
              HasSubstr("must divide the extent 4"));
  EXPECT_THAT(verify_error("T_sum.1: rfactor(x, lane, 3, P)"), HasSubstr("not reduced"));
  EXPECT_THAT(verify_error("T_sum.1: rfactor(l, lane, 2, Z)"), HasSubstr("a stage 'Z' already"));
}

TEST(ScheduleCheck, StaysInside) {
  EXPECT_THAT(verify_error("Z: split(x, xo, xi, 0)"), HasSubstr("expected: 1 or more, got 0"));
  EXPECT_THAT(verify_error("Z: vectorize(i, 8, shift_inwards)"), HasSubstr("would start at -2"));
  EXPECT_THAT(verify_error("Z: vectorize(i, 8, shift_inwards)"), HasSubstr("at most 6"));
  EXPECT_THAT(verify_error("Z: vectorize(x, 8, round_up)"), HasSubstr("outside the result"));
  EXPECT_THAT(verify_error("Z: vectorize(x, 8, round_up)"), HasSubstr("guard or shift_inwards"));
  EXPECT_THAT(verify_error("Z: vectorize(x, 8, round_up)"), HasSubstr("a factor of 6 divides 30"));
  EXPECT_THAT(verify_error("Z: bound(x, 0, 32)"), HasSubstr("bound(x, 0, 30)"));
  EXPECT_THAT(verify_error("Z: unroll(x, 100000)"), HasSubstr("too long to unroll"));
  // Beyond what is known of extents there, Halide's own bounds decide.
  EXPECT_THAT(compile_error("T_sum: compute_root vectorize(i, 8, round_up)\n"
                            "T_sum.1: vectorize(i, 8, round_up)"),
              HasSubstr("access memory outside 'K'"));
}

TEST(ScheduleCheck, KnowsWhereStagesRun) {
  EXPECT_THAT(verify_error("Z: compute_root"), HasSubstr("'Z' is a result"));
  EXPECT_THAT(verify_error("T_sum: inline"), HasSubstr("cannot be inlined"));
  EXPECT_THAT(verify_error("T: vectorize(x)"), HasSubstr("'T' is inlined"));
  EXPECT_THAT(verify_error("T_sum: compute_at(Z, xo)"), HasSubstr("has no dimension 'xo'"));
  EXPECT_THAT(verify_error("T_sum: compute_at(T, x)"), HasSubstr("inlined and has no loops"));
  EXPECT_THAT(verify_error("T_sum: compute_at(T_sum, x)"), HasSubstr("does not run inside itself"));
  EXPECT_THAT(verify_error("T_sum: compute_root compute_at(Z, x)"), HasSubstr("a place already"));
  EXPECT_THAT(verify_error("T_sum.1: compute_root"), HasSubstr("belongs to the stage"));
}

TEST(Schedules, IntegersMayBeSummedInVectors) {
  Builder builder("integers");
  const int v = builder.operand("V", DType::i8, {5, 24});
  const Definition definition =
      builder.results({builder.reduction("Z", {{"b", 5}}, ReduceKind::sum, {{"c", 24}},
                                         cast(builder.read(v, {index(0), index(1)}), DType::i32))});
  check(definition, schedule("Z_sum.1: atomic vectorize(c, 8)"));
  check(definition, schedule("Z_sum.1: atomic vectorize(c, 16, guard)"));
}

TEST(Schedules, WithoutAnySchedule) {
  check(convolution(), schedule(""));
}

TEST(Schedules, EveryDirective) {
  check(convolution(), schedule(R"(
    V_pad: compute_root align_storage(p1, 16) store_in(heap) vectorize(p1, 8)
    Z: split(x, xo, xi, 10) fuse(xo, i, f) reorder(xi, f) parallel(f) vectorize(xi, 5)
    T_sum: compute_at(Z, f) store_at(Z, f) bound_extent(i, 1) store_in(stack) vectorize(x, 5)
    T_sum.1: reorder(x, l, n) vectorize(x, 5) unroll(l, 2)
  )"));
  check(convolution(), schedule(R"(
    T_sum: copy(C) compute_at(C, i) align_bounds(x, 2)
    C: compute_root reorder_storage(i, x) serial(x)
    T_sum.1: rfactor(l, lane, 2, P)
    P: compute_root vectorize(lane)
    P.1: reorder(lane, n, l, x, i) vectorize(lane)
    V_pad: inline
  )"));
}

// A legal schedule, whatever the dice say.
std::string random_schedule(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<const char*> words) {
    return std::string(words.begin()[random() % words.size()]);
  };
  const auto number = [&](int low, int high) {
    return std::to_string(low + static_cast<int>(random() % static_cast<uint32_t>(high - low + 1)));
  };
  std::string text = "V_pad: " + pick({"inline", "compute_root", "compute_root vectorize(p1, 4)",
                                       "compute_at(Z, io)", "compute_at(Z, xo)"});
  text += "\nZ: split(x, xo, xi, " + number(1, 30) + pick({"", ", guard", ", predicate"}) +
          ") split(i, io, ii, " + number(1, 6) + ") reorder(" +
          pick({"xi, ii, xo, io", "ii, xi, xo, io", "xi, ii, io, xo", "ii, xi, io, xo"}) + ")" +
          pick({"", " parallel(io)", " vectorize(xi)", " vectorize(xi, 4)", " unroll(ii)"});
  text += "\nT_sum: " + pick({"compute_root", "compute_at(Z, xo)", "compute_at(Z, io)"}) +
          pick({"", " vectorize(x, 8)", " unroll(i, 2)", " store_in(heap)"});
  text += "\nT_sum.1: " + pick({"reorder(x, n, l, i)", "reorder(n, x, i, l)", "reorder(i, l, n)"}) +
          pick({"", " vectorize(x, 8, guard)", " unroll(n)", " unroll(l, 2)"});
  if (random() % 3 == 0)
    text += "\nT_sum.1: rfactor(l, lane, 2, P)\nP: compute_root" + pick({"", " vectorize(lane)"});
  return text;
}

TEST(Schedules, NeverChangeTheResult) {
  const Definition definition = convolution();
  int compiled = 0;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const std::string text = random_schedule(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    const std::string refused =
        error_of([&] { (void)catalogue::verify(schedule(text), stages()); });
    if (!refused.empty())
      continue;
    // Halide may know no place for a stage there; then it says so.
    const std::string impossible = compile_error(text);
    if (!impossible.empty()) {
      EXPECT_THAT(impossible, ::testing::AnyOf(HasSubstr("invalid location"),
                                               HasSubstr("access memory outside")));
      continue;
    }
    ++compiled;
    check(definition, schedule(text), seed);
  }
  EXPECT_GE(compiled, 10);
}

TEST(Schedules, CompileInSeveralThreads) {
  std::vector<std::thread> threads;
  std::vector<std::string> errors(4);
  for (size_t k = 0; k < errors.size(); ++k)
    threads.emplace_back([&, k] {
      for (int round = 0; round < 3 && errors[k].empty(); ++round)
        errors[k] = compile_error(k % 2 ? "" : "Z: vectorize(x, 8) parallel(i)");
    });
  for (std::thread& thread : threads)
    thread.join();
  for (const std::string& error : errors)
    EXPECT_EQ(error, "");
}

TEST(Schedules, ScratchMemoryIsCounted) {
  Builder builder("big_scratch"); // the padded copy is larger than any stack space
  const int v = builder.operand("V", DType::f32, {64, 64});
  const int z =
      builder.reduction("Z", {{"y", 64}, {"x", 64}}, ReduceKind::max, {{"m", 3}, {"n", 3}},
                        builder.read(v, {At(index(0) + index(2) - fixed(1), Boundary::clamp),
                                         At(index(1) + index(3) - fixed(1), Boundary::clamp)}));
  catalogue::KernelRequest request;
  request.definition = builder.results({z});
  request.target = test_target();
  request.symbol = "kernel";
  for (const char* text :
       {"V_pad: compute_root", "V_pad: compute_at(Z_max.1, y) store_in(heap)\nZ_max: "
                               "compute_root\nZ_max.1: parallel(y)"}) {
    request.schedule = schedule(text);
    const catalogue::KernelObject object = kernels::make_halide_compiler()->compile(request);
    EXPECT_GT(object.thread_scratch_bytes, 0) << text;
    check(request.definition, request.schedule); // compares with what is really used
  }
}

TEST(Schedules, DumpShowsEveryStep) {
  catalogue::KernelRequest request;
  request.definition = convolution();
  request.target = test_target();
  request.symbol = "kernel";
  const catalogue::KernelDump dump = kernels::make_halide_compiler()->dump(request);
  EXPECT_THAT(dump.schedule, HasSubstr("Z: split("));
  EXPECT_THAT(dump.statement, HasSubstr("produce Z"));
  EXPECT_THAT(dump.statement, ::testing::Not(HasSubstr("assert(")));
  EXPECT_THAT(dump.llvm, HasSubstr("define"));
  // Products are added under flags; the test for NaN that follows has none.
  EXPECT_THAT(dump.llvm, ::testing::ContainsRegex("fadd [a-z ]*contract[a-z ]* <[0-9]* x float>"));
  EXPECT_THAT(dump.llvm, ::testing::Not(::testing::ContainsRegex("fcmp [a-z ]*nnan")));
  EXPECT_THAT(dump.assembly, HasSubstr("kernel:"));
}

// One place schedules loops.
TEST(Schedules, OnlyTheInterpreterSchedules) {
  namespace fs = std::filesystem;
  const std::vector<std::string> calls = {".split(",  ".vectorize(",    ".parallel(",
                                          ".unroll(", ".compute_root(", ".compute_at(",
                                          ".reorder("};
  const fs::path room = fs::path(FOVEA_SOURCE_DIR) / "compiler" / "kernels";
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(room)) {
    if (entry.path().extension() != ".cpp" || entry.path().filename() == "schedule.cpp")
      continue;
    std::ifstream stream(entry.path());
    std::stringstream text;
    text << stream.rdbuf();
    for (const std::string& call : calls)
      EXPECT_EQ(text.str().find(call), std::string::npos) << entry.path() << " calls " << call;
  }
}

} // namespace
} // namespace fovea::kernel_test
