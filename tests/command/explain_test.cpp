// `fovea explain` and `fovea diff`.
#include "run_command.hpp"
#include "small_models.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fovea::testing {
namespace {

using Json = nlohmann::json;

// A model on disk with an input for it.
class Model : public ::testing::Test {
 protected:
  Model() {
    small_network().save(folder / "small.mlir");
    Array<float> x({1, 2, 6, 6});
    for (int64_t k = 0; k < x.size(); ++k)
      x.data()[k] = static_cast<float>(k % 7) - 3;
    write_npy(folder / "x.npy", x);
  }
  const CommandFolder folder;
};
using Explain = Model;
using Diff = Model;

TEST_F(Explain, lists_the_kernels) {
  const CommandResult result = folder.fovea("explain small.mlir");
  EXPECT_EQ(result.code, 0) << result.err;
  for (const char* words : {"2 distinct kernels", "conv1, relu", "conv relu", "fc", "generic"})
    EXPECT_TRUE(has(result.out, words)) << words << "\n" << result.out;
}

TEST_F(Explain, a_layer_in_full) {
  // `relu` is computed in the kernel of conv1.
  for (const char* layer : {"conv1", "relu"}) {
    const CommandResult result = folder.fovea("explain small.mlir:" + std::string(layer));
    EXPECT_EQ(result.code, 0) << result.err;
    for (const char* words : {"definition:", "sum(", "algorithm: ", "generic",
                              "schedule (the default)", "vectorize", "1,152 MACs"})
      EXPECT_TRUE(has(result.out, words)) << words << "\n" << result.out;
    EXPECT_FALSE(has(result.out, "statement:"));
  }
}

TEST_F(Explain, the_code_on_request) {
  const CommandResult result = folder.fovea("explain small.mlir:fc --statement --llvm --assembly");
  EXPECT_EQ(result.code, 0) << result.err;
  for (const char* words : {"statement:", "LLVM IR:", "define ", "assembly:", "ret"})
    EXPECT_TRUE(has(result.out, words)) << words;
}

TEST_F(Explain, a_given_schedule_and_json) {
  const CommandResult plain = folder.fovea("explain small.mlir:fc --json");
  ASSERT_EQ(plain.code, 0) << plain.err;
  const Json kernel = Json::parse(plain.out)["kernels"].at(0);
  EXPECT_EQ(kernel["layers"], Json({"fc"}));
  EXPECT_EQ(kernel["macs"], 3 * 64);
  EXPECT_FALSE(kernel["schedule_is_given"]);
  const CommandResult given =
      folder.fovea("explain small.mlir:fc --json --schedule 'fc=@none.txt'");
  EXPECT_EQ(given.code, 1);
  EXPECT_TRUE(has(given.err, "none.txt")) << given.err;
}

// A user's op, with all that is known of it, in a model file.
TEST_F(Explain, an_op_of_the_users) {
  const auto local = define("local",
                            [](Tensor<1> x, Weight<2> w) {
                              const Index<'i'> i;
                              const Index<'m'> m;
                              return Z(i) = sum(m)(x(i + m) * w(m, i));
                            })
                         .doc("A kernel at each place.\nNo two share weights.")
                         .schedule("Z_sum.1: unroll(m)");
  Network net("local");
  net.output("y", net.input("x", {34}) | local({.kernel = 3}) | relu);
  net.randomize(1);
  net.save(folder / "local.mlir");
  const CommandResult inspected = folder.fovea("inspect local.mlir");
  EXPECT_TRUE(has(inspected.out, "name=local kernel=3")) << inspected.out << inspected.err;
  const CommandResult text = folder.fovea("explain local.mlir:relu");
  EXPECT_EQ(text.code, 0) << text.err;
  for (const char* words : {"doc of local:\n  A kernel at each place.\n  No two share weights.\n",
                            "schedule (given):\n  Z_sum.1: unroll(m)\n"})
    EXPECT_TRUE(has(text.out, words)) << words << "\n" << text.out;
  const CommandResult other =
      folder.fovea("explain local.mlir --json --schedule 'local=Z_sum: compute_root'");
  ASSERT_EQ(other.code, 0) << other.err;
  const Json kernel = Json::parse(other.out)["kernels"].at(0);
  EXPECT_EQ(kernel["docs"], Json({{"local", "A kernel at each place.\nNo two share weights."}}));
  EXPECT_EQ(kernel["schedule"], "Z_sum: compute_root\n");
  // Other algorithms are measured with schedules of their own.
  EXPECT_EQ(folder.fovea("explain local.mlir --measure").code, 0);
  const CommandResult plain = folder.fovea("explain small.mlir:fc --json");
  EXPECT_EQ(Json::parse(plain.out)["kernels"].at(0)["docs"], Json::object());
}

TEST_F(Explain, layers_that_are_none) {
  const CommandResult view = folder.fovea("explain small.mlir:flatten");
  EXPECT_EQ(view.code, 1);
  EXPECT_TRUE(has(view.err, "part of no kernel")) << view.err;
  const CommandResult unknown = folder.fovea("explain small.mlir:conv9");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(has(unknown.err, "no layer 'conv9'") && has(unknown.err, "conv1")) << unknown.err;
}

TEST_F(Diff, a_sound_model_agrees) {
  for (const char* options : {"", " -O0", " --threads 1", " --samples 7", " --all"}) {
    const CommandResult result =
        folder.fovea("diff small.mlir --input x=x.npy" + std::string(options));
    EXPECT_EQ(result.code, 0) << options << result.err;
    EXPECT_TRUE(has(result.out, "Every kernel agrees")) << options << result.out;
  }
  const CommandResult json = folder.fovea("diff small.mlir --input x.npy --json");
  ASSERT_EQ(json.code, 0) << json.err;
  const Json report = Json::parse(json.out);
  EXPECT_TRUE(report["agrees"]);
  EXPECT_TRUE(report["first_departure"].is_null());
  EXPECT_EQ(report["kernels"].at(0)["compared"], 4 * 4 * 4);
}

TEST_F(Diff, wants_its_input) {
  EXPECT_NE(folder.fovea("diff small.mlir").code, 0);
  const CommandResult wrong = folder.fovea("diff small.mlir --input y=x.npy");
  EXPECT_NE(wrong.code, 0);
  EXPECT_TRUE(has(wrong.err, "x")) << wrong.err;
}

} // namespace
} // namespace fovea::testing
