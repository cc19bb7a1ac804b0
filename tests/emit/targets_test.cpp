// Libraries of one network for several targets.
#include "compiler/driver/machine.hpp"
#include "tests/emit/library_files.hpp"
#include "tests/support/buffers.hpp"

#include <expect_error.hpp>
#include <fovea/fovea.hpp>
#include <fovea/runtime/load_library.hpp>

#include <gmock/gmock.h>

#include <cstdlib>

#if defined(__x86_64__)

namespace fovea::emission::testing {
namespace {

using catalogue::parse_target;
using fovea::testing::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Weights that are packed, and transformed, in a form that depends on the vectors' length; two are
// equal, and stored as one, so that those behind them have other numbers in a library.
Network packing(int64_t rows = 12, int64_t features = 5) {
  Network net("packing");
  Tensor image = net.input("image", {1, 3, rows, 12});
  net.output("y", image | conv(20, 3, same).named("conv1") | relu |
                      conv(20, 3, same).named("conv2") | relu |
                      conv(20, 3, groups(20)).named("depthwise") | global_avg_pool | flatten |
                      dense(features).named("fc"));
  const std::vector<float> bias(20, 0.25f);
  for (const char* name : {"conv1.bias", "conv2.bias"})
    net.set_weight(name, bias.data(), bias.size() * sizeof(float));
  net.randomize(3);
  return net;
}

std::vector<catalogue::Target> levels() {
  return {parse_target("x86-64-v3 threads=2"), parse_target("x86-64-v4 threads=2"),
          parse_target("x86-64-v2 threads=2")};
}

Array<float> image_for(const Network& net) {
  return random_image(net.values()[static_cast<size_t>(net.inputs()[0])].type.shape);
}

Array<float> run(const host::Model& model, const Network& net) {
  host::Context context(model, 2);
  Array<float> image = image_for(net), y(compile(net, {.optimization = 0})(image).shape());
  fovea_buffer input = buffer_of(image), output = buffer_of(y);
  context.run({&input, 1}, {&output, 1});
  return y;
}

// The environment's FOVEA_TARGET while this lives.
class Wanted {
 public:
  explicit Wanted(const std::string& target) { setenv("FOVEA_TARGET", target.c_str(), 1); }
  ~Wanted() { unsetenv("FOVEA_TARGET"); }
  Wanted(const Wanted&) = delete;
};

std::string target_of(const host::Model& model) {
  return model.table().model_program(model.handle())->target;
}

// Bit for bit what the network gives that is compiled for the target alone, and near what the
// generic algorithm gives, op by op.
void expect_results(const host::Model& model, const catalogue::Target& target, const Network& net) {
  const Array<float> y = run(model, net), image = image_for(net);
  const Array<float> same = compile(net, {.target = target})(image);
  const Array<float> generic = compile(net, {.optimization = 0})(image);
  EXPECT_TRUE(std::equal(y.begin(), y.end(), same.begin(), same.end())) << target_name(target);
  for (int64_t k = 0; k < y.size(); ++k)
    EXPECT_NEAR(y.data()[k], generic.data()[k], 1e-4) << target_name(target);
}

void expect_every_variant(const std::filesystem::path& path, const std::vector<Network>& sets) {
  const host::Library library = host::Library::open(path);
  ASSERT_EQ(library.program_count(), sets.size());
  for (const catalogue::Target& target : levels()) {
    if (!driver::runs_here(target)) {
      std::printf("not run: this processor lacks %s\n", target_name(target).c_str());
      continue;
    }
    const Wanted wanted(target_name(target));
    for (const Network& net : sets) // the first program's model runs them all
      expect_results(library.model(0), target, net);
    const host::Model last = library.model(sets.size() - 1);
    expect_results(last, target, sets.back());
    EXPECT_EQ(target_of(last), target_name(target));
  }
}

TEST(Targets, each_gives_what_it_gives_alone) {
  for (const WeightsPlace place : {WeightsPlace::embed, WeightsPlace::file}) {
    const TestFolder folder;
    const EmittedLibrary emitted =
        emit(packing(), folder / "net.so", {.weights = place, .targets = levels()});
    EXPECT_THAT(emitted.targets, ElementsAre("x86-64-v4", "x86-64-v3", "x86-64-v2"));
    EXPECT_FALSE(emitted.preparations.empty());
    expect_every_variant(folder / "net.so", {packing()});
  }
}

TEST(Targets, with_several_sets_of_shapes) {
  const std::vector<Network> sets = {packing(12), packing(9), packing(16)};
  const TestFolder folder;
  const EmittedLibrary emitted = emit(sets, folder / "net.so", {.targets = levels()});
  EXPECT_EQ(emitted.sets, 3u);
  EXPECT_EQ(emitted.targets.size(), 3u);
  expect_every_variant(folder / "net.so", sets);
}

// The last of them asks for nothing, so that some variant runs on every machine.
std::vector<catalogue::Target> also_the_least() {
  std::vector<catalogue::Target> targets = levels();
  targets.push_back(parse_target("x86-64"));
  return targets;
}

TEST(Targets, opening_chooses_the_best_or_the_one_that_is_wanted) {
  const TestFolder folder;
  emit(packing(), folder / "net.so", {.targets = also_the_least()});
  const host::Library library = host::Library::open(folder / "net.so");
  std::string best;
  for (const catalogue::Target& target : also_the_least())
    if (driver::runs_here(target) && target_name(target) > best)
      best = target_name(target); // "x86-64" < "x86-64-v2" < ...
  EXPECT_EQ(target_of(library.model()), best);
  {
    const Wanted wanted("x86-64");
    EXPECT_EQ(target_of(library.model()), "x86-64");
  }
  const Wanted wanted("x86-64-v5");
  try {
    library.model();
    ADD_FAILURE() << "was not refused";
  } catch (const host::RunError& error) {
    EXPECT_STREQ(error.what(),
                 "packing: expected FOVEA_TARGET to name one of the library's targets, x86-64-v4, "
                 "x86-64-v3, x86-64-v2, x86-64; got 'x86-64-v5'");
  }
}

constexpr const char* c_program = R"(#include "packing.h"
#include <stdio.h>

int main(void) {
  static float image[PACKING_IMAGE_SIZE], y[PACKING_Y_SIZE];
  char why[500] = "";
  packing_model_options options = {0};
  packing_model *model;
  packing_context *context;
  const packing_inputs inputs = {image};
  const packing_outputs outputs = {y};
  FILE *in = fopen("image.bin", "rb"), *out = fopen("y.bin", "wb");
  options.message = why;
  options.message_bytes = sizeof why;
  model = packing_model_open(&options);
  if (!model) {
    puts(why);
    return 1;
  }
  context = packing_context_create(model, NULL);
  if (fread(image, sizeof image, 1, in) != 1 || packing_run(context, &inputs, &outputs))
    return 2;
  fwrite(y, sizeof y, 1, out);
  fclose(in);
  fclose(out);
  packing_context_destroy(context);
  packing_model_close(model);
  return 0;
}
)";

TEST(Targets, in_libraries_of_every_form) {
  const Network net = packing();
  const TestFolder folder;
  const Array<float> image = image_for(net),
                     least = compile(net, {.target = parse_target("x86-64")})(image);
  folder.write("main.c", c_program);
  folder.write("image.bin", bytes_of(std::span(image.data(), static_cast<size_t>(image.size()))));
  const std::string in_folder = "cd " + folder.path().string() + " && ";
  for (const std::string library : {"packing.so", "packing.a", "packing.o"}) {
    emit(net, folder / library, {.header = folder / "packing.h", .targets = also_the_least()});
    succeed(in_folder + c99 + "-x c main.c" + none + library +
            " -lm -pthread -Wl,-rpath,. -o main && ./main");
    succeed(in_folder + "FOVEA_TARGET=x86-64 ./main");
    EXPECT_EQ(file_text(folder / "y.bin"),
              bytes_of(std::span(least.data(), static_cast<size_t>(least.size()))))
        << library;
    EXPECT_THAT(shell(in_folder + "FOVEA_TARGET=none ./main").said, HasSubstr("got 'none'"));
  }
  EXPECT_THAT(file_text(folder / "packing.h"),
              HasSubstr("for x86-64-v4 or x86-64-v3 or x86-64-v2 or x86-64"));
}

// 16 MB of weights, which each target wants packed in another way.
TEST(Targets, weights_are_stored_once) {
  const TestFolder folder;
  const auto bytes = [&](std::vector<catalogue::Target> targets) {
    EmitOptions options;
    if (targets.size() == 1)
      options.compile.target = targets.front();
    else
      options.targets = std::move(targets);
    emit(packing(12, 200'000), folder / "net.so", options);
    return static_cast<double>(std::filesystem::file_size(folder / "net.so"));
  };
  const double one = bytes({parse_target("x86-64-v3")}), several = bytes(levels());
  EXPECT_GT(one, 16e6);
  EXPECT_LT(several, 1.1 * one);
}

// Nothing is said of targets, and nothing of the core is there that chooses.
TEST(Targets, one_adds_nothing_to_a_library) {
  const TestFolder folder;
  EmitOptions named, listed;
  named.compile.target = parse_target("x86-64-v2");
  listed.targets = {parse_target("x86-64-v2")};
  emit(packing(), folder / "net.so", named);
  const std::string as_named = file_text(folder / "net.so");
  emit(packing(), folder / "net.so", listed);
  EXPECT_EQ(file_text(folder / "net.so"), as_named);
  EXPECT_EQ(as_named.find("FOVEA_TARGET"), std::string::npos);
  const host::Library library = host::Library::open(folder / "net.so");
  EXPECT_EQ(library.program(0).struct_size, FOVEA_PROGRAM_SETS_BYTES);
  EXPECT_EQ(library.program(0).prepare, nullptr);
}

TEST(Targets, that_a_library_cannot_hold) {
  const TestFolder folder;
  const auto refused = [&](EmitOptions options) {
    return error_of([&] { emit(packing(), folder / "net.so", options); }).what;
  };
  EmitOptions options{.targets = levels()};
  options.compile.target = parse_target("x86-64");
  EXPECT_THAT(refused(options), HasSubstr("both set"));
  EXPECT_THAT(refused({.targets = {parse_target("x86-64-v3"),
                                   parse_target("x86-64-linux avx2 fma f16c threads=4")}}),
              HasSubstr("same instructions: x86-64-v3"));
  EXPECT_THAT(refused({.targets = {parse_target("x86-64-v3"), parse_target("aarch64")}}),
              HasSubstr("one architecture"));
  EXPECT_TRUE(folder.names().empty());
}

} // namespace
} // namespace fovea::emission::testing

#endif
