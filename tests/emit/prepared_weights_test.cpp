// Libraries and packed weights: what is packed where, of which weights, for which machine.
#include "compiler/emit/stored_weights.hpp"
#include "tests/emit/library_files.hpp"
#include "tests/emit/small_program.hpp"

#include <fovea/fovea.hpp>
#include <fovea/runtime/load_library.hpp>

#include <gmock/gmock.h>

#include <random>

namespace fovea::emission::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// ---- the plan of a library ----

ir::Slot prepared(int64_t offset) {
  return {ir::Slot::Kind::prepared, 0, offset, scalar};
}

// y = 2 (2 w) + w + v, where 2 (2 w) is prepared, and u is read by preparations alone.
ir::Plan preparing_plan() {
  ir::Plan plan;
  plan.name = "preparing";
  plan.inputs = {{"x", scalar}};
  plan.outputs = {{"y", scalar}};
  plan.parameters = {{"u", scalar}, {"v", scalar}, {"w", scalar}, {"idle", scalar}};
  plan.arena_bytes = 64;
  plan.preparations = {call("twice", {parameter(2)}, {prepared(64)}),
                       call("twice", {prepared(64)}, {prepared(0)}),
                       call("twice", {parameter(0)}, {prepared(64)})};
  plan.prepared = {{"w4", scalar, 0}, {"u2", scalar, 64}};
  plan.prepared_bytes = 128;
  plan.calls = {call("plus", {prepared(0), parameter(2)}, {arena(0)}),
                call("plus", {arena(0), parameter(1)}, {output(0)}),
                call("plus", {prepared(64), input(0)}, {arena(0)}),
                call("plus", {output(0), arena(0)}, {output(0)})};
  return plan;
}

TEST(StoredWeights, take_the_place_of_what_only_preparations_read) {
  const StoredWeights stored(preparing_plan());
  std::vector<std::string> names;
  for (const ir::PlanValue& value : stored.plan.parameters)
    names.push_back(value.name);
  EXPECT_THAT(names, ElementsAre("v", "w", "idle", "w4", "u2"));
  EXPECT_THAT(stored.plan.preparations, IsEmpty());
  EXPECT_EQ(stored.plan.prepared_bytes, 0);
  EXPECT_EQ(stored.plan.calls[0].operands[0].kind, ir::Slot::Kind::parameter);
  EXPECT_EQ(stored.plan.calls[0].operands[0].number, 3);
  EXPECT_EQ(stored.plan.calls[0].operands[1].number, 1);
  EXPECT_EQ(stored.plan.calls[1].operands[1].number, 0);
  EXPECT_EQ(stored.plan.calls[2].operands[0].number, 4);
  const float weights[4] = {};
  const std::byte block[128] = {};
  EXPECT_THAT(stored.data({&weights[0], &weights[1], &weights[2], &weights[3]}, block),
              ElementsAre(&weights[1], &weights[2], &weights[3], &block[0], &block[64]));
}

// Both ways, by kernels of the test's own.
TEST(StoredWeights, give_what_preparing_at_opening_gives) {
  const std::vector<std::byte> kernels = compile_text(kernels_text);
  const float u = 8, v = 0.25f, w = 3, idle = 0;
  const auto result_of = [&](const ir::Plan& plan, std::vector<const void*> data) {
    const std::vector<std::byte> driver = driver_object(plan);
    Jit jit(std::vector<JitObject>{{"kernels", kernels}, {"driver", driver}}, driver_symbol,
            plan.preparations.empty() ? "" : prepare_symbol);
    EXPECT_EQ(jit.prepare() == nullptr, plan.preparations.empty());
    const ProgramTable::Code code{.entry = jit.entry(), .prepare = jit.prepare()};
    const ProgramTable table(plan, std::move(data), code);
    const host::Model model(*fovea_core_table(), table.program());
    host::Context context(model, 1);
    float x = 0.5f, y = 0;
    const fovea_buffer in = buffer_of(&x, scalar);
    fovea_buffer out = buffer_of(&y, scalar);
    context.run({&in, 1}, {&out, 1});
    return y;
  };
  EXPECT_EQ(result_of(preparing_plan(), {&u, &v, &w, &idle}), 12 + 3 + 0.25f + 16 + 0.5f);
  alignas(64) float block[32] = {12};
  block[16] = 16;
  const StoredWeights stored(preparing_plan());
  const auto data = stored.data({&u, &v, &w, &idle}, reinterpret_cast<const std::byte*>(block));
  EXPECT_EQ(result_of(stored.plan, data), 12 + 3 + 0.25f + 16 + 0.5f);
}

TEST(DriverFunction, tells_no_profiler_of_preparations) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  const std::string text = to_text(*build_driver(preparing_plan(), context));
  const size_t prepare = text.find("llvm.func @fovea_prepare");
  ASSERT_NE(prepare, std::string::npos);
  EXPECT_NE(text.find("llvm.call @fovea_kernel_begin"), std::string::npos);
  EXPECT_EQ(text.find("llvm.call @fovea_kernel_begin", prepare), std::string::npos);
  EXPECT_NE(text.find("llvm.call @twice", prepare), std::string::npos);
}

// ---- libraries ----

Network conv_network(uint64_t seed = 3) {
  Network net("packed");
  net.output("y", net.input("x", {1, 3, 12, 12}) | conv(20, 3).named("conv1") | relu | flatten |
                      dense(5).named("fc"));
  net.randomize(seed);
  return net;
}

EmitOptions options_for(WeightsPlace place, const std::string& target = "") {
  EmitOptions options{.prefix = "packed", .weights = place};
  options.compile.algorithms = {{"conv1", "direct"}};
  if (!target.empty())
    options.compile.target = catalogue::parse_target(target);
  return options;
}

std::vector<float> image() {
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> range(-1, 1);
  std::vector<float> image(3 * 12 * 12);
  for (float& element : image)
    element = range(engine);
  return image;
}

std::vector<float> run(const host::Model& model) {
  host::Context context(model, 1);
  std::vector<float> x = image(), y(5);
  const fovea_buffer in = buffer_of(x.data(), {DType::f32, {1, 3, 12, 12}});
  fovea_buffer out = buffer_of(y.data(), {DType::f32, {1, 5}});
  context.run({&in, 1}, {&out, 1});
  return y;
}

std::vector<float> expected(const Network& net, const CompileOptions& options) {
  return run(compile(net, options).runtime());
}

std::vector<std::string> parameters_of(const fovea_program& program) {
  std::vector<std::string> names;
  for (uint64_t k = 0; k < program.parameter_count; ++k)
    names.push_back(program.parameters[k].name);
  return names;
}

class KnownWeights : public ::testing::TestWithParam<WeightsPlace> {};

TEST_P(KnownWeights, are_packed_by_the_compiler) {
  const TestFolder folder;
  const EmitOptions options = options_for(GetParam());
  const EmittedLibrary emitted = emit(conv_network(), folder / "packed.so", options);
  ASSERT_FALSE(emitted.preparations.empty());
  EXPECT_EQ(emitted.preparations[0].layers.at(0), "conv1");
  const host::Library library = host::Library::open(folder / "packed.so");
  const fovea_program& program = library.program(0);
  EXPECT_EQ(program.prepare, nullptr);
  EXPECT_EQ(program.prepared_bytes, 0u);
  bool packed = false;
  uint64_t bytes = 0;
  for (uint64_t k = 0; k < program.parameter_count; ++k) {
    EXPECT_STRNE(program.parameters[k].name, "conv1.weight");
    packed |= std::string_view(program.parameters[k].name).starts_with("conv1.weight.prepared.");
    bytes += program.parameters[k].bytes;
  }
  EXPECT_TRUE(packed);
  // Vectors of at most 16 filters: a dozen filters more than there are, if that.
  EXPECT_LE(bytes, 4u * (32 * 27 + 20 + 5 * 2000 * 2 + 5));
  const std::string names = succeed("nm -a " + (folder / "packed.so"));
  EXPECT_EQ(names.find(emitted.preparations[0].symbol), std::string::npos);
  EXPECT_EQ(run(library.model()), expected(conv_network(), options.compile));
}

INSTANTIATE_TEST_SUITE_P(Places, KnownWeights,
                         ::testing::Values(WeightsPlace::embed, WeightsPlace::file),
                         [](const auto& test) {
                           return test.param == WeightsPlace::embed ? "embedded" : "file";
                         });

TEST(CallersWeights, are_packed_when_a_model_is_opened) {
  const TestFolder folder;
  const EmitOptions options = options_for(WeightsPlace::caller);
  const EmittedLibrary emitted = emit(conv_network(), folder / "packed.so", options);
  EXPECT_FALSE(emitted.preparations.empty());
  const host::Library library = host::Library::open(folder / "packed.so");
  const fovea_program& program = library.program(0);
  EXPECT_NE(program.prepare, nullptr);
  EXPECT_EQ(static_cast<int64_t>(program.prepared_bytes), emitted.prepared_bytes);
  EXPECT_THAT(parameters_of(program),
              ElementsAre("conv1.weight", "conv1.bias", "fc.weight", "fc.bias"));

  // Two models of one library, with weights of their own, alive together.
  std::vector<Network> networks{conv_network(1), conv_network(2)};
  std::vector<host::Model> models;
  for (const Network& net : networks) {
    std::vector<fovea_buffer> weights;
    for (const int value : net.parameters())
      weights.push_back(buffer_of(const_cast<void*>(net.weight(value).data),
                                  net.values()[static_cast<size_t>(value)].type));
    fovea_model_options open{};
    open.parameters = weights.data();
    open.parameter_count = weights.size();
    models.push_back(library.model(0, &open));
  }
  EXPECT_EQ(run(models[0]), expected(networks[0], options.compile));
  EXPECT_EQ(run(models[1]), expected(networks[1], options.compile));
  EXPECT_NE(run(models[0]), run(models[1]));
}

// How weights are packed is the target's affair; that this machine has other vectors is not.
TEST(KnownWeights, are_packed_for_another_machine) {
  const TestFolder folder;
  std::vector<std::string> texts;
  const std::string small = "x86-64-linux sse41", large = "x86-64-linux avx512 threads=2";
  for (const std::string& target : {small, large}) {
    emit(conv_network(), folder / "packed.so", options_for(WeightsPlace::file, target));
    texts.push_back(file_text(folder / "packed.weights"));
    if (target == small) {
      EXPECT_EQ(run(host::Library::open(folder / "packed.so").model()),
                expected(conv_network(), options_for(WeightsPlace::embed, target).compile));
    } else { // it may not run here: its file must be another's
      std::filesystem::copy_file(folder / "packed.so", folder / "other.so");
      folder.write("packed.weights", texts[0]);
      try {
        host::Library::open(folder / "other.so").model();
        FAIL() << "weights of another target were taken";
      } catch (const host::RunError& error) {
        EXPECT_THAT((std::vector{FOVEA_ERROR_WEIGHTS_FILE, FOVEA_ERROR_UNSUPPORTED_DEVICE}),
                    ::testing::Contains(error.code()));
      }
    }
  }
  EXPECT_NE(texts[0].size(), texts[1].size());
}

TEST(KnownWeights, are_as_they_were_without_optimisation) {
  const TestFolder folder;
  EmitOptions options{.prefix = "packed"};
  options.compile.optimization = 1;
  const EmittedLibrary emitted = emit(conv_network(), folder / "packed.so", options);
  EXPECT_THAT(emitted.preparations, IsEmpty());
  EXPECT_THAT(parameters_of(host::Library::open(folder / "packed.so").program(0)),
              ElementsAre("conv1.weight", "conv1.bias", "fc.weight", "fc.bias"));
}

} // namespace
} // namespace fovea::emission::testing
