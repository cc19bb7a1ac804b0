// emit(): libraries of all forms, with weights in all places, against the same network in this
// process, bit for bit.
#include "tests/emit/library_files.hpp"

#include <expect_error.hpp>
#include <fovea/fovea.hpp>

#include <gmock/gmock.h>

#include <random>

namespace fovea::emission::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Network tiny_network(const std::string& name = "tiny net") {
  Network net(name);
  Tensor image = net.input("image", {1, 2, 6, 6});
  net.output("out.0", image | conv(3, 3).named("conv1") | tanh | flatten | dense(5).named("fc"));
  net.randomize(3);
  return net;
}

Array<float> tiny_image() {
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> range(-1, 1);
  Array<float> image({1, 2, 6, 6});
  for (float& element : image)
    element = range(engine);
  return image;
}

std::string tiny_expected() {
  static const std::string bytes = [] {
    const Array<float> y = compile(tiny_network())(tiny_image());
    return bytes_of(std::span<const float>(y.data(), static_cast<size_t>(y.size())));
  }();
  return bytes;
}

std::string weight_bytes(const Network& net) {
  std::string bytes;
  for (int value : net.parameters())
    bytes.append(static_cast<const char*>(net.weight(value).data),
                 static_cast<size_t>(net.values()[static_cast<size_t>(value)].type.bytes()));
  return bytes;
}

// Reads image.bin (and weights.bin), runs, writes out.bin.
constexpr const char* program = R"(#include "tiny.h"
#include <stdio.h>

static void read(const char *name, void *to, size_t bytes) {
  FILE *file = fopen(name, "rb");
  if (!file || fread(to, 1, bytes, file) != bytes)
    puts("cannot read");
  fclose(file);
}

int main(void) {
  static float image[TINY_IMAGE_SIZE], out[TINY_OUT_0_SIZE];
  static const int64_t shape[TINY_IMAGE_RANK] = TINY_IMAGE_SHAPE;
  char why[256] = "";
  tiny_model_options model_options = {0, NULL, NULL, NULL, NULL, 0};
  fovea_context_options options = {0, 2, 0, NULL, NULL, NULL, 0, NULL, 0, NULL};
  tiny_inputs inputs;
  tiny_outputs outputs;
  tiny_model *model;
  tiny_context *context;
  FILE *file;
  model_options.message = why;
  model_options.message_bytes = sizeof why;
#ifdef TINY_CONV1_WEIGHT_SIZE
  {
    static float weights[TINY_CONV1_WEIGHT_SIZE + TINY_CONV1_BIAS_SIZE + TINY_FC_WEIGHT_SIZE +
                         TINY_FC_BIAS_SIZE];
    static tiny_weights pointers;
    read("weights.bin", weights, sizeof weights);
    pointers.conv1_weight = weights;
    pointers.conv1_bias = pointers.conv1_weight + TINY_CONV1_WEIGHT_SIZE;
    pointers.fc_weight = pointers.conv1_bias + TINY_CONV1_BIAS_SIZE;
    pointers.fc_bias = pointers.fc_weight + TINY_FC_WEIGHT_SIZE;
    model_options.weights = &pointers;
  }
#endif
  if (shape[3] != 6 || sizeof image != TINY_IMAGE_BYTES || TINY_WEIGHT_COUNT != 4)
    return 2;
  read("image.bin", image, sizeof image);
  model = tiny_model_open(&model_options);
  if (!model) {
    puts(why);
    return 3;
  }
  context = tiny_context_create(model, &options);
  tiny_model_close(model);
  inputs.image = image;
  outputs.out_0 = out;
  if (tiny_run(context, &inputs, &outputs)) {
    puts(tiny_message(context));
    return 4;
  }
  outputs.out_0 = NULL;
  if (tiny_run(context, &inputs, &outputs) != FOVEA_ERROR_NULL_POINTER)
    return 5;
  puts(tiny_message(context));
  tiny_context_destroy(context);
  file = fopen("out.bin", "wb");
  fwrite(out, 1, sizeof out, file);
  fclose(file);
  return 0;
}
)";

// File ending, place of the weights.
class Emit : public ::testing::TestWithParam<std::tuple<const char*, WeightsPlace>> {};

TEST_P(Emit, runs_in_a_c_and_a_cpp_program_as_in_this_process) {
  const auto [ending, place] = GetParam();
  const TestFolder folder;
  const Network net = tiny_network();
  const EmittedLibrary emitted =
      emit(net, folder / (std::string("tiny") + ending),
           {.header = folder / "tiny.h", .prefix = "tiny", .weights = place});
  std::vector<std::string> wanted{"tiny.h", std::string("tiny") + ending};
  if (place == WeightsPlace::file)
    wanted.push_back("tiny.weights");
  std::ranges::sort(wanted);
  EXPECT_EQ(folder.names(), wanted) << "and nothing else";
  EXPECT_EQ(emitted.files.size(), wanted.size());
  EXPECT_EQ(emitted.prefix, "tiny");
  EXPECT_EQ(emitted.parameter_bytes, 4 * (54 + 3 + 48 * 5 + 5));

  folder.write("main.c", program);
  const Array<float> image = tiny_image();
  folder.write("image.bin",
               bytes_of(std::span<const float>(image.data(), static_cast<size_t>(image.size()))));
  if (place == WeightsPlace::caller)
    folder.write("weights.bin", weight_bytes(net));
  const std::string in_folder = "cd " + folder.path().string() + " && ";
  for (const std::string& compiler : {c99, cpp17}) {
    std::filesystem::remove(folder / "out.bin");
    succeed(in_folder + compiler + "main.c -o main" + none + "./tiny" + ending +
            " -lm -pthread -Wl,-rpath,'$ORIGIN'");
    EXPECT_THAT(succeed(in_folder + "./main"), HasSubstr("out.0"));
    EXPECT_EQ(file_text(folder / "out.bin"), tiny_expected()) << compiler;
  }
}

std::string name_of_case(const ::testing::TestParamInfo<Emit::ParamType>& test) {
  constexpr const char* places[] = {"embedded", "file", "caller"};
  const auto [ending, place] = test.param;
  return std::string(ending + 1) + "_" + places[static_cast<int>(place)];
}

INSTANTIATE_TEST_SUITE_P(Forms, Emit,
                         ::testing::Combine(::testing::Values(".so", ".a", ".o"),
                                            ::testing::Values(WeightsPlace::embed,
                                                              WeightsPlace::file,
                                                              WeightsPlace::caller)),
                         name_of_case);

TEST(EmitHeader, its_example_compiles_and_runs) {
  for (const WeightsPlace place : {WeightsPlace::embed, WeightsPlace::caller}) {
    const TestFolder folder;
    emit(tiny_network(), folder / "tiny.a", {.header = folder / "tiny.h", .weights = place});
    std::istringstream header(file_text(folder / "tiny.h"));
    std::string example;
    bool inside = false;
    for (std::string line; std::getline(header, line);) {
      if (line == " * Example:")
        inside = true;
      else if (inside && line.starts_with(" *   "))
        example += line.substr(5) + "\n";
      else if (inside && line != " *")
        break;
    }
    EXPECT_THAT(example, HasSubstr("int main(void)"));
    folder.write("example.c", example);
    const std::string in_folder = "cd " + folder.path().string() + " && ";
    succeed(in_folder + c99 + "example.c tiny.a -lm -pthread -o example");
    const Ran ran = shell(in_folder + "./example");
    if (place == WeightsPlace::embed)
      EXPECT_EQ(ran.status, 0) << ran.said;
    else
      EXPECT_THAT(ran.said, HasSubstr("conv1.weight")) << "its weights are null";
  }
}

TEST(EmitHeader, says_what_authors_say_of_their_ops) {
  const auto twice = define("twice", [](fovea::Tensor<1> x) {
                       const Index<'i'> i;
                       return Z(i) = x(i) + x(i);
                     }).doc("Z(i) = 2 x(i)");
  Network net("docs");
  net.output("y", net.input("x", {4}) | twice | tanh | twice.named("again"));
  const TestFolder folder;
  emit(net, folder / "docs.so", {.header = folder / "docs.h"});
  EXPECT_THAT(file_text(folder / "docs.h"),
              HasSubstr("\n * twice (layers: twice, again):\n *   Z(i) = 2 x(i)\n *\n"));
}

TEST(Emit, a_prefix_is_made_of_the_networks_name) {
  const TestFolder folder;
  EXPECT_EQ(emit(tiny_network("7 layers: a+b"), folder / "a.o").prefix, "n7_layers_a_b");
  EXPECT_EQ(emit(tiny_network("double"), folder / "b.o").prefix, "double_network");
}

TEST(Emit, two_libraries_live_in_one_program) {
  const TestFolder folder;
  emit(tiny_network(), folder / "one.o", {.header = folder / "one.h", .prefix = "one"});
  emit(tiny_network(), folder / "two.a", {.header = folder / "two.h", .prefix = "two"});
  emit(tiny_network(), folder / "three.so", {.header = folder / "three.h", .prefix = "three"});
  std::string text = "#include \"one.h\"\n#include \"two.h\"\n#include \"three.h\"\n"
                     "#include <stdio.h>\nstatic float image[ONE_IMAGE_SIZE], out[5];\n";
  std::string calls;
  for (const std::string p : {"one", "two", "three"}) {
    text += "static void run_" + p + "(void) {\n  " + p + "_inputs in = {image};\n  " + p +
            "_outputs to = {out};\n  " + p + "_model *m = " + p + "_model_open(NULL);\n  " + p +
            "_context *c = " + p + "_context_create(m, NULL);\n  printf(\"%d \", " + p +
            "_run(c, &in, &to));\n  printf(\"%a\\n\", out[0]);\n  " + p +
            "_context_destroy(c);\n  " + p + "_model_close(m);\n}\n";
    calls += "  run_" + p + "();\n";
  }
  folder.write("main.c", text + "int main(void) {\n" + calls + "  return 0;\n}\n");
  for (const std::string linker : {"", "-fuse-ld=lld "}) {
    if (!linker.empty() &&
        shell("echo 'int main(void){return 0;}' | cc -xc - -fuse-ld=lld -o " + (folder / "probe"))
                .status != 0) {
      std::puts("the C compiler knows no lld: not tried");
      continue;
    }
    const std::string said = succeed(
        "cd " + folder.path().string() + " && " + c99 + linker +
        "main.c one.o two.a ./three.so -lm -pthread -Wl,-rpath,'$ORIGIN' -o main && ./main");
    std::istringstream lines(said);
    std::string one, two, three;
    std::getline(lines, one);
    std::getline(lines, two);
    std::getline(lines, three);
    EXPECT_THAT(one, HasSubstr("0 ")) << said;
    EXPECT_EQ(one, two);
    EXPECT_EQ(one, three);
  }
}

// What a library costs beside its weights; the rest of it is its kernels'.
TEST(Emit, a_small_network_is_a_small_library) {
  Network net("lenet5");
  Tensor image = net.input("image", {1, 1, 28, 28});
  net.output("probs", image | conv(6, 5, same) | tanh | avg_pool(2) | conv(16, 5) | tanh |
                          avg_pool(2) | conv(120, 5) | tanh | flatten | dense(84) | tanh |
                          dense(10) | softmax);
  net.randomize(1);
  const TestFolder folder;
  emit(net, folder / "lenet5.so");
  std::istringstream sections(succeed("size -A -d " + (folder / "lenet5.so")));
  int64_t code = 0;
  for (std::string line; std::getline(sections, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t bytes = 0;
    if (words >> name >> bytes && (name == ".text" || name == ".rodata"))
      code += bytes;
  }
  RecordProperty("bytes_of_code", std::to_string(code));
  EXPECT_GT(code, 10'000);
  EXPECT_LT(code, 150'000);
}

TEST(Emit, reports_its_phases) {
  const TestFolder folder;
  std::vector<std::string> phases;
  EmitOptions options;
  options.compile.progress = [&](const CompileProgress& progress) {
    if (progress.layer.empty())
      phases.push_back(progress.phase);
  };
  emit(tiny_network(), folder / "tiny.so", options);
  EXPECT_THAT(phases, ElementsAre("import", "passes", "kernels", "driver", "link", "write"));
}

} // namespace
} // namespace fovea::emission::testing
