// Equations where a MODEL may stand: run, compiled, explained and refused.
#include "run_command.hpp"

#include <fovea/runtime/tensor_file.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;

void write_array(const std::filesystem::path& path, const std::vector<float>& values,
                 std::vector<int64_t> shape) {
  host::HostTensor tensor(FOVEA_F32, std::move(shape));
  std::memcpy(tensor.bytes(), values.data(), values.size() * sizeof(float));
  host::write_npy(path.string(), tensor);
}

std::vector<float> read_array(const std::filesystem::path& path) {
  const host::HostTensor tensor = host::read_npy(path.string());
  const auto* values = reinterpret_cast<const float*>(tensor.bytes());
  return {values, values + tensor.size_bytes() / sizeof(float)};
}

class EquationCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    write_array(folder_ / "x.npy", {1, 2, 3, 4, 5}, {5});
    write_array(folder_ / "w.npy", {10, 1}, {2});
  }
  std::string refused(const std::string& words, int code = 1) {
    const CommandResult result = folder_.fovea(words);
    EXPECT_EQ(result.code, code) << words << "\n" << result.out;
    return result.err;
  }
  const CommandFolder folder_;
  const std::string blur_ = "'Z(i) = sum(m)(x(i + m) * w(m))'";
};

// 10 x(i) + x(i + 1)
TEST_F(EquationCommand, Run) {
  const CommandResult result =
      folder_.fovea("run " + blur_ + " --input x=x.npy --input w=w.npy --output-dir out");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(read_array(folder_ / "out" / "Z.npy"), (std::vector<float>{12, 23, 34, 45}));
}

// Operands that are not declared have their files' element types, or those that --shape says.
TEST_F(EquationCommand, ElementTypes) {
  host::HostTensor bytes(FOVEA_U8, {3});
  bytes.data<uint8_t>()[1] = 200;
  host::write_npy(folder_ / "bytes.npy", bytes);
  host::HostTensor place(FOVEA_I64, {2});
  place.data<int64_t>()[0] = 1;
  host::write_npy(folder_ / "place.npy", place);
  const CommandResult result = folder_.fovea(
      "run 'Z(i) = f32(x(p(i))) / 2' --input x=bytes.npy --input p=place.npy --output-dir out");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(read_array(folder_ / "out" / "Z.npy"), (std::vector<float>{100, 0}));
  EXPECT_THAT(folder_.fovea("explain 'Z(i) = x(i)' --shape x=64xf64").out, HasSubstr("x: 64xf64"));
  EXPECT_THAT(refused("run 'f(x: i32); Z(i) = x(i)' --input x=bytes.npy"), HasSubstr("u8"));
  EXPECT_THAT(refused("inspect zoo:lenet5 --shape image=1x1x28x28xu8", 2),
              HasSubstr("only equations and filters leave element types open"));
  EXPECT_THAT(refused("explain 'Z(i) = x(i)' --shape x=64xu9", 2), HasSubstr("got '64xu9'"));
  EXPECT_THAT(refused("compile 'Z(i) = x(i)' --shape x=6xu8 --shape x=7xi8 -o x.so", 2),
              HasSubstr("'x' is u8 and i8"));
}

// Several equations, those that nobody reads are results; a stated range.
TEST_F(EquationCommand, RunSystem) {
  const CommandResult result =
      folder_.fovea("run 'M = max(i)(x(i)); A(i) = x(i) / M; B(k) = x(zero(k - 1))' --range k=3 "
                    "--input x=x.npy --output-dir out");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(read_array(folder_ / "out" / "A.npy"),
            (std::vector<float>{1.f / 5, 2.f / 5, 3.f / 5, 4.f / 5, 1}));
  EXPECT_EQ(read_array(folder_ / "out" / "B.npy"), (std::vector<float>{0, 1, 2}));
}

TEST_F(EquationCommand, OtherVerbs) {
  const std::string shapes = " --shape x=4096 --shape w=7";
  for (const std::string& words : std::vector<std::string>{
           "bench " + blur_ + shapes + " --repetitions 3", "explain " + blur_ + shapes,
           "inspect " + blur_ + shapes + " --why", "compile " + blur_ + shapes + " -o blur.so",
           "diff " + blur_ + " --input x=x.npy --input w=w.npy"}) {
    const CommandResult result = folder_.fovea(words);
    EXPECT_EQ(result.code, 0) << words << "\n" << result.err;
  }
  EXPECT_THAT(folder_.fovea("explain " + blur_ + shapes).out, HasSubstr("28,630")); // 4090 x 7
  // An equation's first extent need not be a batch.
  EXPECT_THAT(folder_.fovea("bench " + blur_ + shapes + " --repetitions 3").out,
              HasSubstr(", batch 1,"));
  write_array(folder_ / "x.npy", std::vector<float>(4096, 1), {4096});
  write_array(folder_ / "w.npy", std::vector<float>(7, 1), {7});
  const CommandResult library =
      folder_.fovea("run blur.so --input x=x.npy --input w=w.npy --output-dir out");
  ASSERT_EQ(library.code, 0) << library.err;
  EXPECT_EQ(read_array(folder_ / "out" / "Z.npy"), std::vector<float>(4090, 7));
}

// Ranges with their reasons, loops and the matrix, before the kernel.
TEST_F(EquationCommand, Explained) {
  const std::string words = "explain " + blur_ + " --shape x=4 --shape w=2";
  const std::string text = folder_.fovea(words).out;
  for (const char* part : {"as far as x(i + m) stays inside", "dimension 0 of w", "  for i < 3\n",
                           "as the Toeplitz matrix of 3 x 4 that multiplies x:",
                           "6 MACs, 36 B moved at least", "algorithm: "})
    EXPECT_THAT(text, HasSubstr(part));
  const auto json = nlohmann::json::parse(folder_.fovea(words + " --json").out)["equations"];
  EXPECT_EQ(json["matrix"]["entries"].size(), 12U);
  EXPECT_EQ(json["matrix"]["entries"][6], "w(1)");
  EXPECT_EQ(json["indices"][0]["extent"], 3);
  EXPECT_EQ(json["tensors"].size(), 3U);
  EXPECT_THAT(folder_.fovea("explain 'Z(i) = 2*x(i)' --shape x=64").out,
              HasSubstr("of 64 x 64 that multiplies x: too wide to be shown"));
  EXPECT_THAT(folder_.fovea("explain 'Z(i) = exp(x(i))' --shape x=2").out,
              ::testing::Not(HasSubstr("matrix of")));
}

TEST_F(EquationCommand, Refusals) {
  EXPECT_THAT(refused("run 'Z(i) = sum(m)(x(i + m) * w(m)' --input x=x.npy --input w=w.npy"),
              HasSubstr("^"));
  EXPECT_THAT(
      refused("explain " + blur_ + " --shape x=64"),
      HasSubstr(
          "the shape of 'w' is not known\n  expected: a shape of rank 1\n  hint: give it with "
          "--shape w=8"));
  EXPECT_THAT(refused("explain " + blur_ + " --shape x=2 --shape w=3"),
              HasSubstr("index i has an empty range"));
  EXPECT_THAT(refused("explain " + blur_ + " --shape x=8 --shape w=3 --shape v=3"),
              HasSubstr("'v'"));
  EXPECT_THAT(refused("explain " + blur_ + " --shape x=8 --shape w=3 --range j=3"),
              HasSubstr("'j'"));
  EXPECT_THAT(refused("explain " + blur_ + " --shape x=8 --shape w=3 --range i=3x3", 2),
              HasSubstr("--range: expected a number from 1, got '3x3'"));
  EXPECT_THAT(refused("explain " + blur_ + " --shape x=8 --shape w=3 --batch 2", 2),
              HasSubstr("--batch"));
  EXPECT_THAT(refused("explain 'Z(i) = x(zero(i))' --shape x=8 --range i=3 --range i=4", 2),
              HasSubstr("--range: 'i' is 3 and 4"));
  EXPECT_THAT(refused("explain 'Z(i) = x(i) where i < 2' --shape x=8 --range i=3"),
              HasSubstr("expected: 2, as the equation states, got 3 from outside"));
  EXPECT_THAT(refused("explain zoo:lenet5 --range i=3", 2), HasSubstr("--range"));
  // What is written in another language's manner is an equation still.
  EXPECT_THAT(refused("explain 'Z[i] = x[i]' --shape x=8"), HasSubstr("brackets are round"));
  EXPECT_THAT(refused("explain 'Z(i) = x(i)^2' --shape x=8"), HasSubstr("pow(a, b)"));
  EXPECT_THAT(refused("explain 'Z(i) = x(i)**2' --shape x=8"), HasSubstr("pow(a, b)"));
  EXPECT_THAT(refused("explain 'Z(i) = x(i) > 0 ? 1 : 0' --shape x=8"), HasSubstr("select("));
  EXPECT_THAT(refused("explain 'a = b.onnx'"), HasSubstr("a = b.onnx: it cannot be read"));
  // Errors of kernels are about the equation, not about what reads it.
  EXPECT_THAT(refused("compile 'Z(i) = x(zero(i))' --shape x=8 --range i=3000000000 -o x.so"),
              ::testing::AllOf(::testing::StartsWith("error: kernel of 'Z': int32 overflow"),
                               ::testing::Not(HasSubstr(".cpp"))));
}

} // namespace
} // namespace fovea::testing
