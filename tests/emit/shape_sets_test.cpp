// Libraries of one network for several sets of shapes.
#include "tests/emit/library_files.hpp"
#include "tests/support/buffers.hpp"

#include <expect_error.hpp>
#include <fovea/fovea.hpp>
#include <fovea/runtime/load_library.hpp>

#include <gmock/gmock.h>

namespace fovea::emission::testing {
namespace {

using fovea::testing::error_of;
using ::testing::HasSubstr;

const std::vector<Shape> shapes = {{1, 2, 6, 6}, {2, 2, 9, 7}, {1, 2, 12, 12}};

Network sized(const Shape& shape, int64_t features = 5) {
  Network net("sized");
  Tensor image = net.input("image", shape);
  net.output("y", image | conv(4, 3).named("conv1") | tanh | conv(8, 3, same).named("conv2") |
                      global_avg_pool | flatten | dense(features).named("fc"));
  net.randomize(3);
  return net;
}

std::vector<Network> sized_sets(int64_t features = 5) {
  std::vector<Network> sets;
  for (const Shape& shape : shapes)
    sets.push_back(sized(shape, features));
  return sets;
}

// The model of all sets in one context, each set bit for bit as compiled alone.
void expect_all_sets(const host::Model& model) {
  host::Context context(model, 2);
  for (const size_t k : {size_t{0}, size_t{2}, size_t{1}, size_t{0}}) {
    Array<float> image = random_image(shapes[k]);
    const Array<float> expected = compile(sized(shapes[k]))(image);
    Array<float> y(expected.shape());
    fovea_buffer input = buffer_of(image), output = buffer_of(y);
    context.run({&input, 1}, {&output, 1});
    EXPECT_TRUE(std::equal(y.begin(), y.end(), expected.begin())) << "set " << k;
  }
  Array<float> image({1, 2, 7, 7}), y({1, 5});
  fovea_buffer input = buffer_of(image), output = buffer_of(y);
  try {
    context.run({&input, 1}, {&output, 1});
    ADD_FAILURE() << "was not refused";
  } catch (const host::RunError& error) {
    EXPECT_EQ(error.code(), FOVEA_ERROR_WRONG_SHAPE);
    EXPECT_STREQ(error.what(), "sized: it was compiled for image [1,2,6,6] or image [2,2,9,7] or "
                               "image [1,2,12,12]; got image [1,2,7,7]");
  }
}

TEST(ShapeSets, OneModelRunsAllOfThem) {
  for (const WeightsPlace place : {WeightsPlace::embed, WeightsPlace::file}) {
    const TestFolder folder;
    const EmittedLibrary emitted = emit(sized_sets(), folder / "sized.so", {.weights = place});
    EXPECT_EQ(emitted.sets, 3u);
    const host::Library library = host::Library::open(folder / "sized.so");
    ASSERT_EQ(library.program_count(), 3u);
    expect_all_sets(library.model(0));
    const host::Model one = library.model(1); // alone
    EXPECT_EQ(one.input(0).extents[2], 9);
    Array<float> image = random_image(shapes[1]), y({2, 5});
    fovea_buffer input = buffer_of(image), output = buffer_of(y);
    host::Context(one, 1).run({&input, 1}, {&output, 1});
    const Array<float> expected = compile(sized(shapes[1]))(image);
    EXPECT_TRUE(std::equal(y.begin(), y.end(), expected.begin()));
  }
}

TEST(ShapeSets, TheCallerGivesWeightsOnce) {
  const TestFolder folder;
  emit(sized_sets(), folder / "sized.so", {.weights = WeightsPlace::caller});
  const host::Library library = host::Library::open(folder / "sized.so");
  const Network net = sized(shapes[0]);
  std::vector<fovea_buffer> weights;
  std::vector<Array<float>> kept;
  for (const int parameter : net.parameters()) {
    const Shape shape = net.values()[static_cast<size_t>(parameter)].type.shape;
    const auto* data = static_cast<const float*>(net.weight(parameter).data);
    kept.emplace_back(shape, std::span(data, static_cast<size_t>(shape.elements())));
    weights.push_back(buffer_of(kept.back()));
  }
  fovea_model_options options{};
  options.parameters = weights.data();
  options.parameter_count = weights.size();
  expect_all_sets(library.model(0, &options));
  EXPECT_NO_THROW(library.model(2, &options));
}

TEST(ShapeSets, EqualWeightsAreStoredOnce) {
  const TestFolder folder;
  const int64_t features = 100'000; // 3.6 MB
  const auto bytes = [&](const std::vector<Network>& sets, WeightsPlace place, const char* file) {
    emit(sets, folder / "net.so", {.weights = place});
    return static_cast<double>(std::filesystem::file_size(folder / file));
  };
  for (const auto& [place, file] :
       {std::pair{WeightsPlace::embed, "net.so"}, {WeightsPlace::file, "net.weights"}}) {
    const double one = bytes({sized(shapes[0], features)}, place, file);
    EXPECT_GT(one, 3.2e6);
    EXPECT_LT(bytes(sized_sets(features), place, file), 1.2 * one);
  }
}

constexpr const char* c_program = R"(#include "sized.h"
#include <stdio.h>

static float image[SIZED_IMAGE_SIZE];
static float y[SIZED_Y_SIZE];

int main(void) {
  const sized_shapes sets[SIZED_SET_COUNT] = {SIZED_SHAPES_0, SIZED_SHAPES_1, SIZED_SHAPES_2};
  const size_t sizes[] = {SIZED_IMAGE_SIZE_0, SIZED_IMAGE_SIZE_1, SIZED_IMAGE_SIZE_2};
  const size_t results[] = {SIZED_Y_SIZE_0, SIZED_Y_SIZE_1, SIZED_Y_SIZE_2};
  sized_model *model = sized_model_open(NULL);
  sized_context *context = sized_context_create(model, NULL);
  sized_inputs inputs = {image, SIZED_SHAPES_0};
  sized_outputs outputs = {y};
  FILE *in = fopen("images.bin", "rb"), *out = fopen("out.bin", "wb");
  int k;
  for (k = 0; k < SIZED_SET_COUNT; ++k) {
    inputs.shapes = sets[k];
    if (fread(image, sizeof *image, sizes[k], in) != sizes[k])
      puts("cannot read");
    if (sized_run(context, &inputs, &outputs))
      puts(sized_message(context));
    fwrite(y, sizeof *y, results[k], out);
  }
  inputs.shapes.image[3] = 8;
  if (sized_run(context, &inputs, &outputs) == FOVEA_ERROR_WRONG_SHAPE)
    puts(sized_message(context));
  fclose(in);
  fclose(out);
  sized_context_destroy(context);
  sized_model_close(model);
  return 0;
}
)";

constexpr const char* cpp_program = R"(#include "sized.hpp"
#include <cstdio>

int main() {
  sized::Context context{sized::Model(), 1};
  std::vector<float> image(SIZED_IMAGE_SIZE), y(SIZED_Y_SIZE);
  FILE *in = fopen("images.bin", "rb"), *out = fopen("out.bin", "wb");
  const std::vector<std::int64_t> shapes[] = {
      SIZED_IMAGE_SHAPE_0, SIZED_IMAGE_SHAPE_1, SIZED_IMAGE_SHAPE_2};
  for (const auto& shape : shapes) {
    const std::size_t size = std::size_t(shape[0] * shape[1] * shape[2] * shape[3]);
    if (fread(image.data(), sizeof(float), size, in) != size)
      std::puts("cannot read");
    context.run({image.data(), shape}, {y.data(), std::size_t(shape[0] * 5)});
    fwrite(y.data(), sizeof(float), std::size_t(shape[0] * 5), out);
  }
  fclose(in);
  fclose(out);
  const auto refused = [&](auto action) {
    try {
      action();
      std::puts("not refused");
    } catch (const sized::Error& error) {
      std::puts(error.what());
    }
  };
  refused([&] { context.run({image.data(), {1, 2, 6, 8}}, y); });
  refused([&] { context.run(image, y); });
  refused([&] { context.run({image.data(), shapes[0]}, {y.data(), 10}); });
}
)";

TEST(ShapeSets, HeadersTellThem) {
  const TestFolder folder;
  std::string images, expected;
  for (const Shape& shape : shapes) {
    const Array<float> image = random_image(shape), y = compile(sized(shape))(image);
    images += bytes_of(std::span<const float>(image.data(), static_cast<size_t>(image.size())));
    expected += bytes_of(std::span<const float>(y.data(), static_cast<size_t>(y.size())));
  }
  folder.write("images.bin", images);
  folder.write("main.c", c_program);
  folder.write("main.cpp", cpp_program);
  for (const std::string library : {"sized.so", "sized.a", "sized.o"}) {
    emit(sized_sets(), folder / library,
         {.header = folder / "sized.h", .cpp_header = folder / "sized.hpp"});
    const std::string flags = none + library + " -lm -pthread -Wl,-rpath,. -o main && ./main";
    const std::string in_folder = "cd " + folder.path().string() + " && ";
    EXPECT_EQ(succeed(in_folder + c99 + "-x c main.c" + flags),
              "sized: it was compiled for image [1,2,6,6] or image [2,2,9,7] or image "
              "[1,2,12,12]; got image [1,2,12,8]\n");
    EXPECT_EQ(file_text(folder / "out.bin"), expected) << library;
    if (library != "sized.a")
      continue;
    const std::string said = succeed(in_folder + cpp17 + "main.cpp" + flags);
    EXPECT_THAT(said, HasSubstr("it was compiled for image [1,2,6,6] or"));
    EXPECT_THAT(said, HasSubstr("'image': expected a shape of 4 extents, got none\n"));
    EXPECT_THAT(said, HasSubstr("'y': expected 5 elements, got 10\n"));
    EXPECT_EQ(file_text(folder / "out.bin"), expected) << library;
  }
  const std::string header = file_text(folder / "sized.h");
  EXPECT_THAT(header, HasSubstr("SIZED_SHAPES_1 image 2x2x9x7 -> y 2x5\n"));
  EXPECT_THAT(header, HasSubstr("#define SIZED_SHAPES_2 {{1, 2, 12, 12}}\n"));
  EXPECT_THAT(header, HasSubstr("#define SIZED_Y_SIZE 10\n"));
}

// Names that the header uses itself, and an input without extents.
TEST(ShapeSets, SeveralInputs) {
  const auto scaled = [](int64_t rows, int64_t columns) {
    Network net("scaled");
    Tensor shapes = net.input("shapes", {rows, 3}), x = net.input("x", {rows, columns});
    Tensor factor = net.input("factor", {});
    net.output("y", x * factor);
    net.output("z", shapes | tanh);
    return net;
  };
  const TestFolder folder;
  const std::vector<Network> sets = {scaled(1, 2), scaled(2, 2), scaled(1, 4)};
  emit(sets, folder / "scaled.a", {.header = folder / "scaled.h"});
  folder.write("main.c", R"(#include "scaled.h"
#include <stdio.h>
int main(void) {
  const float shapes[6] = {0}, x[4] = {1, 2, 3, 4}, factor[1] = {5};
  float y[SCALED_Y_SIZE], z[SCALED_Z_SIZE];
  const scaled_inputs inputs = {shapes, x, factor, SCALED_SHAPES_2};
  const scaled_outputs outputs = {y, z};
  scaled_context *context = scaled_context_create(scaled_model_open(NULL), NULL);
  if (scaled_run(context, &inputs, &outputs))
    puts(scaled_message(context));
  printf("%g %g %d %d\n", y[0], y[3], (int)sizeof y, (int)sizeof inputs.shapes_of_inputs);
  return 0;
}
)");
  EXPECT_EQ(succeed("cd " + folder.path().string() + " && " + c99 + "-x c main.c" + none +
                    "scaled.a -lm -pthread -o main && ./main"),
            "5 20 16 32\n");
}

TEST(ShapeSets, AreOfOneNetwork) {
  const TestFolder folder;
  const auto refused = [&](const std::vector<Network>& sets, EmitOptions options = {}) {
    return error_of([&] { emit(sets, folder / "net.so", options); });
  };
  EXPECT_THAT(refused({}).what, HasSubstr("there is no network"));
  EXPECT_EQ(refused({sized(shapes[0]), sized(shapes[1]), sized(shapes[0])}).what,
            "emit: two sets of shapes are the same: image 1x2x6x6");
  Network other("sized");
  Tensor image = other.input("picture", {1, 2, 6, 6});
  other.output("y", image | tanh);
  const ErrorParts parts = refused({sized(shapes[0]), other});
  EXPECT_THAT(parts.expected, HasSubstr("image f32 of 4 extents"));
  EXPECT_THAT(parts.got, HasSubstr("picture f32 of 4 extents"));
  EXPECT_THAT(
      refused({sized(shapes[0], 5), sized(shapes[1], 6)}, {.weights = WeightsPlace::caller}).what,
      HasSubstr("the caller cannot give the weights: 'fc.weight' depends on"));
  EXPECT_TRUE(folder.names().empty());
}

} // namespace
} // namespace fovea::emission::testing
