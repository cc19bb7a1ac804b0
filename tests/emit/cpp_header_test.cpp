// The C++ header over a real library.
#include "tests/emit/library_files.hpp"

#include <fovea/fovea.hpp>

#include <gmock/gmock.h>

namespace fovea::emission::testing {
namespace {

using ::testing::HasSubstr;

Network twice_plus() {
  Network net("net");
  Tensor x = net.input("x", {2, 3});
  net.output("y", x | dense(2).named("fc"));
  const float weight[6] = {1, 0, 0, 0, 1, 0}, bias[2] = {10, 20};
  net.set_weight("fc.weight", weight, sizeof weight);
  net.set_weight("fc.bias", bias, sizeof bias);
  return net;
}

// Runs, then tries what must be refused.
constexpr const char* program = R"(#include "include/net.hpp"
#include <cstdio>

template <class Action>
static int code_of(Action action) {
  try {
    action();
  } catch (const net::Error& error) {
    std::printf("%s\n", error.what());
    return error.code;
  }
  return FOVEA_OK;
}

int main() {
  net::Model model = MODEL;
  net::Context context(model, 1);
  const float x[2][3] = {{1, 2, 3}, {4, 5, 6}};
  std::vector<float> input(&x[0][0], &x[0][0] + 6);
  const std::vector<float>& constant = input;
  std::array<float, 4> y{};
  context.run(constant, y);
  std::printf("%g %g %g %g\n", y[0], y[1], y[2], y[3]);
  float out[4];
  context.run({input.data(), {2, 3}}, {out, 4});
  const std::vector<std::int64_t> shape{2, 3};
  context.run({input.data(), shape}, out);
  if (out[3] != y[3])
    return 1;
  float small[3];
  if (code_of([&] { context.run(input, small); }) != FOVEA_ERROR_WRONG_SHAPE)
    return 2;
  if (code_of([&] { context.run({input.data(), {3, 2}}, y); }) != FOVEA_ERROR_WRONG_SHAPE)
    return 3;
  if (code_of([&] { context.run({input.data(), {6}}, y); }) != FOVEA_ERROR_WRONG_RANK)
    return 4;
  if (code_of([&] { context.run({nullptr, 6}, y); }) != FOVEA_ERROR_NULL_POINTER)
    return 5;
  net::Context moved = std::move(context);
  moved.run(input, y);
  fovea_context_options options{};
  char workspace[8];
  options.workspace = workspace;
  options.workspace_bytes = sizeof workspace;
  if (!code_of([&] { net::Context(model, options); }))
    return 6;
  return model.workspace_size(1) <= model.workspace_size() ? 0 : 7;
}
)";

TEST(CppHeader, runs_and_checks) {
  const std::pair<WeightsPlace, std::string> places[] = {
      {WeightsPlace::embed, "net::Model()"},
      {WeightsPlace::file, "net::Model(std::string(\"elsewhere\"))"},
      {WeightsPlace::caller, "net::Model(net_weights{weight, bias})"}};
  for (const auto& [place, model] : places) {
    const TestFolder folder;
    std::filesystem::create_directory(folder / "include");
    EmitOptions options{
        .header = folder / "net.h", .cpp_header = folder / "include/net.hpp", .weights = place};
    if (place == WeightsPlace::file)
      options.weights_file = folder / "elsewhere";
    emit(twice_plus(), folder / "net.a", options);
    std::string text = program;
    text.replace(text.find("MODEL"), 5, model);
    folder.write("main.cpp", "static const float weight[6] = {1, 0, 0, 0, 1, 0}, "
                             "bias[2] = {10, 20};\n"
                             "static const float* unused[] = {weight, bias};\n" +
                                 text.insert(text.find("int main() {") + 12, "\n  (void)unused;"));
    const std::string said = succeed("cd " + folder.path().string() + " && " + cpp17 +
                                     "main.cpp -o main" + none + "net.a -lm -pthread && ./main");
    EXPECT_THAT(said, HasSubstr("11 22 14 25\n"));
    EXPECT_THAT(said, HasSubstr("'y': expected 4 elements, got 3"));
    EXPECT_THAT(said, HasSubstr("'x': expected shape [2x3], got shape [3x2]"));
    EXPECT_THAT(said, HasSubstr("'x': expected 2 extents, got 1"));
  }
}

} // namespace
} // namespace fovea::emission::testing
