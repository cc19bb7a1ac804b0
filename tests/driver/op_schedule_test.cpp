// Schedules that come with a user's op: for each layer that it makes as CompileOptions::schedules
// would be for the layer.
#include "expect_error.hpp"
#include "networks.hpp"

#include <fovea/emit.hpp>
#include <fovea/equation/text.hpp>
#include <fovea/model_file.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <unistd.h>

namespace fovea::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

// A kernel of its own at each place; what the catalogue computes by its generic algorithm.
UserEquation local() {
  return define("local", [](Tensor<1> x, Weight<2> w) {
    const Index<'i'> i;
    const Index<'m'> m;
    return Z(i) = sum(m)(x(i + m) * w(m, i));
  })({.kernel = 3});
}
UserEquation halved() {
  return define("halved", [](Tensor<1> x) {
    const Index<'i'> i;
    return Z(i) = x(i) * 0.5;
  });
}

// Both fit `local`, by itself and with what follows it.
const std::string own = "Z_sum.1: unroll(m)\n";
const std::string other = "Z_sum: compute_root\n";

Network network(const Block& block) {
  Network net("net");
  net.output("y", net.input("x", {34}) | block);
  net.randomize(3);
  return net;
}
std::vector<std::string> schedules(const std::vector<KernelInfo>& kernels) {
  std::vector<std::string> texts;
  for (const KernelInfo& kernel : kernels)
    texts.push_back(kernel.schedule);
  return texts;
}
std::vector<std::string> schedules(const Block& block, const CompileOptions& options = {}) {
  return schedules(compile(network(block), options).kernels());
}

class OpSchedule : public ::testing::Test {
 protected:
  OpSchedule() {
    std::string name = (fs::temp_directory_path() / "fovea_op_schedule_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~OpSchedule() override { fs::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

TEST_F(OpSchedule, is_that_of_each_layer) {
  const std::vector<std::string> twice = schedules(local().schedule(own) | local().schedule(other));
  EXPECT_EQ(twice, (std::vector<std::string>{own, other}));
  EXPECT_NE(schedules(local()), (std::vector<std::string>{own})) << "the default is another";
  const Network net = network(local().schedule(own) | local().schedule(own).named("last"));
  const Array<float> x = random_array({34}, 1);
  expect_reference(net, {x.data()}, {compile(net)(x)});
}

TEST_F(OpSchedule, gives_way_to_the_options) {
  const CompileOptions options{.schedules = {{"local", schedule(other)}}};
  const Block block = local().schedule(own) | local().schedule(own).named("last");
  EXPECT_EQ(schedules(block, options), (std::vector<std::string>{other, own}));
  // An empty one: the algorithm's.
  EXPECT_EQ(schedules(local().schedule(own), {.schedules = {{"local", Schedule()}}}),
            schedules(local()));
}

// Whatever becomes of a layer among others: the same kernels, or the same refusal.
TEST_F(OpSchedule, means_what_the_options_mean) {
  for (const Block& behind : {Block(), Block(relu), Block(halved())}) {
    const CompileOptions options{.schedules = {{"local", schedule(own)}}};
    const Model of_op = compile(network(local().schedule(own) | behind));
    const Model of_options = compile(network(local() | behind), options);
    ASSERT_EQ(of_op.kernels().size(), 1u);
    ASSERT_EQ(of_options.kernels().size(), 1u);
    EXPECT_EQ(of_op.kernels()[0].symbol, of_options.kernels()[0].symbol);
    EXPECT_EQ(of_op.kernels()[0].schedule, own);
  }
  // Computed by the kernel of the layer before.
  const uint32_t line = SourceLocation::current().line + 1;
  const UserEquation scheduled = halved().schedule("Z: vectorize(i, 8)");
  const ErrorParts of_op = error_of([&] { compile(network(local() | scheduled)); });
  const ErrorParts of_options = error_of([&] {
    compile(network(local() | halved()),
            {.schedules = {{"halved", schedule("Z: vectorize(i, 8)")}}});
  });
  EXPECT_EQ(of_op.what, "the op's schedule: layer 'halved', which is no kernel of its own; kernels "
                        "are: local");
  EXPECT_EQ(of_options.what, "CompileOptions::schedules: layer 'halved', which is no kernel of its "
                             "own; kernels are: local");
  EXPECT_EQ(of_op.where.line, line);
  EXPECT_THAT(of_op.where.file, HasSubstr("op_schedule_test.cpp"));
}

// By default another one computes it.
TEST_F(OpSchedule, goes_with_its_algorithm) {
  const UserEquation tiled = define("tiled", [](Tensor<3> V, Weight<6> K) {
    const Index<'i'> i;
    const Index<'j'> j;
    const Index<'k'> k;
    const Index<'l'> l;
    const Index<'m'> m;
    const Index<'n'> n;
    return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j % 2, k % 2));
  })({.filters = 8, .kernel = 3});
  const auto kernel = [](const UserEquation& layer, const CompileOptions& options = {}) {
    Network net("net");
    net.output("y", net.input("x", {3, 18, 18}) | layer);
    net.randomize(1);
    return compile(net, options).kernels()[0];
  };
  const KernelInfo usual = kernel(tiled);
  ASSERT_NE(usual.algorithm, "generic");
  const std::string text = "Z: parallel(i)\n";
  const UserEquation generic = tiled.algorithm("generic").schedule(text);
  EXPECT_EQ(kernel(generic).algorithm, "generic");
  EXPECT_EQ(kernel(generic).schedule, text);
  // A schedule is none for what it was not written for.
  const KernelInfo overridden = kernel(generic, {.algorithms = {{"tiled", usual.algorithm}}});
  EXPECT_EQ(overridden.symbol, usual.symbol);
  EXPECT_EQ(kernel(generic, {.algorithms = {{"tiled", "generic"}}}).schedule, text);
  const uint32_t line = SourceLocation::current().line + 1;
  const UserEquation unknown = tiled.algorithm("genric");
  const ErrorParts error = error_of([&] { kernel(unknown); });
  EXPECT_THAT(error.what, AllOf(HasSubstr("the op's algorithm: there is no algorithm 'genric'"),
                                HasSubstr("did you mean")));
  EXPECT_EQ(error.where.line, line);
  // It computes no dense layer.
  const UserEquation unable = tiled.algorithm("gemv");
  EXPECT_EQ(error_of([&] { kernel(unable); }).where.line, line + 6);
}

// A layer that nobody reads, or that computes what another does, has no kernel to be scheduled.
TEST_F(OpSchedule, is_needless_where_its_layer_is) {
  Network net("net");
  const Tensor<> x = net.input("x", {34});
  const UserEquation scheduled = local().schedule(own);
  const Tensor<> y = scheduled(x), unread = scheduled.named("unread")(x);
  net.output("y", y);
  net.randomize(3);
  EXPECT_EQ(schedules(compile(net).kernels()), (std::vector<std::string>{own}));
  (void)unread;
}

TEST_F(OpSchedule, that_does_not_fit_is_refused_at_its_line) {
  const uint32_t line = SourceLocation::current().line + 1;
  const UserEquation scheduled = local().schedule("Z_sam: compute_root");
  const ErrorParts error = error_of([&] { compile(network(scheduled)); });
  EXPECT_THAT(error.what,
              AllOf(HasSubstr("'local': the op's schedule: "), HasSubstr("no stage 'Z_sam'"),
                    HasSubstr("did you mean `Z_sum`?"), HasSubstr("the algorithm is 'generic'"),
                    Not(HasSubstr("CompileOptions"))));
  EXPECT_EQ(error.where.line, line);
  EXPECT_THAT(error.where.file, HasSubstr("op_schedule_test.cpp"));
  const uint32_t text_line = SourceLocation::current().line + 1;
  const UserEquation wrong = local().schedule("Z: vectorise(i, 8)");
  for (const auto& action : std::vector<std::function<void()>>{
           [&] { compile(network(wrong)); }, [&] { network(wrong).save(path("net.mlir")); },
           [&] { emit(network(wrong), path("net.so")); }}) {
    const ErrorParts refused = error_of(action);
    EXPECT_THAT(refused.what, AllOf(HasSubstr("schedule of op 'local'"), HasSubstr("'vectorise'")));
    EXPECT_EQ(refused.where.line, text_line);
  }
  EXPECT_FALSE(fs::exists(path("net.mlir")));
}

// All of 1024 sums in registers.
TEST_F(OpSchedule, warns_as_the_options_do) {
  const uint32_t line = SourceLocation::current().line + 1;
  const auto wide = local().schedule("Z_sum: compute_root; Z_sum.1: split(i, o, v, 256) "
                                     "reorder(v, o, m) vectorize(v) unroll(o)");
  Network net("net");
  net.output("y", net.input("x", {1026}) | wide);
  std::vector<Warning> warnings;
  compile(net, {.stop_after = "driver",
                .warning = [&](const Warning& warning) { warnings.push_back(warning); }});
  ASSERT_FALSE(warnings.empty());
  EXPECT_THAT(warnings[0].what,
              AllOf(HasSubstr("layer 'local': the op's schedule: "), HasSubstr("registers")));
  EXPECT_EQ(warnings[0].layer, "local");
  EXPECT_EQ(warnings[0].where.line, line);
}

TEST_F(OpSchedule, is_saved_and_loaded) {
  const Network net = network(local().schedule(own).doc("Unshared.").attribute("ring", 2) | relu);
  net.save(path("net.mlir"));
  const Network back = load_network(path("net.mlir"));
  EXPECT_EQ(to_string(summary(back)), to_string(summary(net)));
  EXPECT_EQ(back.nodes()[0].op->notes().doc, "Unshared.");
  const Model before = compile(net), after = compile(back);
  EXPECT_EQ(after.kernels()[0].symbol, before.kernels()[0].symbol);
  EXPECT_EQ(after.kernels()[0].schedule, own);
  const Array<float> x = random_array({34}, 1);
  const Array<float> expected = before(x), got = after(x);
  EXPECT_TRUE(std::equal(got.begin(), got.end(), expected.begin(), expected.end()));
  // One that fits no more is refused at the layer's line in the file.
  Network misfit = network(local().schedule("Z_sam: compute_root"));
  misfit.save(path("misfit.mlir"));
  const ErrorParts error = error_of([&] { compile(load_network(path("misfit.mlir"))); });
  EXPECT_EQ(error.where.file, path("misfit.mlir"));
  EXPECT_THAT(error.what, HasSubstr("the op's schedule: "));
}

TEST_F(OpSchedule, is_that_of_libraries) {
  const UserEquation fir =
      define(Equations("fir(x: f32, w: f32)\nZ(i) = sum(m)(x(i + m) * w(m, i))"), {"w"});
  const EmittedLibrary library =
      emit(network(fir({.kernel = 3}).schedule(own) | relu), path("net.so"));
  EXPECT_EQ(schedules(library.kernels), (std::vector<std::string>{own}));
}

} // namespace
} // namespace fovea::testing
