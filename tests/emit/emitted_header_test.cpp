// The headers, of plans made by hand: names, types, and what a strict compiler says.
#include "compiler/emit/c_header.hpp"
#include "compiler/emit/c_names.hpp"
#include "tests/emit/library_files.hpp"

#include <fovea/runtime/library.h>

#include <gmock/gmock.h>

namespace fovea::emission::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ir::Plan plan_of(const std::vector<ir::PlanValue>& inputs,
                 const std::vector<ir::PlanValue>& outputs,
                 const std::vector<ir::PlanValue>& parameters = {}) {
  ir::Plan plan;
  plan.name = "net */ \" ?"
              "?/ \\ \n /* net";
  plan.inputs = inputs;
  plan.outputs = outputs;
  plan.parameters = parameters;
  return plan;
}

struct Headers {
  std::string c, cpp;
};
Headers headers_of(const ir::Plan& plan, const std::string& prefix, LibraryWeights weights,
                   const std::vector<HeaderRequest::OpDoc>& docs = {}) {
  const Library library{.plan = plan,
                        .prefix = prefix,
                        .weights = weights,
                        .layout = {},
                        .weights_file_name = prefix + ".weights"};
  const HeaderRequest request{.library = library,
                              .header_name = prefix + ".h",
                              .library_name = prefix + ".so",
                              .target = "x86-64-linux",
                              .docs = docs};
  return {c_header(request), cpp_header(request)};
}

const TensorType scalar{DType::f32, Shape{}};
const TensorType vector{DType::f32, Shape{3}};

TEST(EmittedHeader, every_name_and_type_compiles) {
  const ir::Plan plan =
      plan_of({{"class", vector},
               {"layer1.0.x", {DType::i8, Shape{2, 3}}},
               {"layer1_0_x", {DType::u8, Shape{2, 3}}},
               {"LAYER1.0.X", {DType::f16, Shape{2}}},
               {"7", {DType::bf16, Shape{2}}},
               {"", {DType::boolean, Shape{2}}},
               {"größe", {DType::i32, Shape{2}}},
               {"uint8_t", {DType::u8, Shape{2}}},
               {"Tensor", {DType::f64, Shape{2}}},
               {"inputs", vector},
               {"context", vector},
               {"linux", vector},
               {"__a__b__", vector},
               {"a\"b*/c", vector}},
              {{"int", scalar}, {"class", vector}, {"y", {DType::i64, Shape{3'000'000'000}}}},
              {{"w.weight", vector}, {"NULL", vector}, {"template", vector}});
  for (const LibraryWeights weights :
       {LibraryWeights::embedded, LibraryWeights::file, LibraryWeights::caller}) {
    const TestFolder folder;
    const Headers headers = headers_of(plan, "net", weights);
    folder.write("net.h", headers.c);
    folder.write("net.hpp", headers.cpp);
    folder.write(
        "a.c", "#include <stdio.h>\n#include <errno.h>\n#include <complex.h>\n"
               "#include \"net.h\"\n#include \"net.h\"\n"
               "static const int64_t shape[NET_LAYER1_0_X_2_RANK] = NET_LAYER1_0_X_2_SHAPE;\n"
               "int main(void) { return shape[0] == 2 && NET_INT_SIZE == 1 && NET_INT_RANK == 0"
               " && NET_Y_DTYPE == FOVEA_I64 && NET_Y_BYTES == INT64_C(24000000000) ? 0 : 1; }\n");
    const std::string in_folder = "cd " + folder.path().string() + " && ";
    succeed(in_folder + c99 + "a.c -o a && ./a");
    // Words of GNU C too.
    succeed(in_folder + "cc -std=gnu11 -Wall -Wextra -Werror -c a.c");
    folder.write("a.cpp", "#include <cmath>\n#include \"net.hpp\"\n#include \"net.hpp\"\n"
                          "int main() { return 0; }\n");
    succeed(in_folder + cpp17 + "-c a.cpp");
    EXPECT_THAT(headers.c, HasSubstr("const float *class_;"));
    EXPECT_THAT(headers.c, HasSubstr("const uint16_t *n7;"));
    EXPECT_THAT(headers.c, HasSubstr("int64_t *y;"));
    if (weights == LibraryWeights::caller)
      EXPECT_THAT(headers.c, HasSubstr("const float *w_weight;"));
    else
      EXPECT_THAT(headers.c, Not(HasSubstr("w_weight")));
  }
}

// Of the ops of its author, whatever they hold.
TEST(EmittedHeader, has_the_docs_of_ops) {
  const ir::Plan plan = plan_of({{"x", vector}}, {{"y", vector}});
  const std::string c = headers_of(plan, "net", LibraryWeights::embedded,
                                   {{"local", "one, two", "Unshared.\n\n[c, y] */ -> [k, y] \\"},
                                    {"*/", "/*", "\x01"}})
                            .c;
  EXPECT_THAT(c, HasSubstr("\n * local (layers: one, two):\n *   Unshared.\n *   \n"
                           " *   [c, y] ./ -> [k, y] .\n *\n"));
  const TestFolder folder;
  folder.write("net.h", c);
  folder.write("a.c", "#include \"net.h\"\nstruct net_inputs none;\n");
  succeed("cd " + folder.path().string() + " && " + c99 + "-c a.c");
}

TEST(EmittedHeader, networks_without_inputs_or_weights) {
  const ir::Plan plan = plan_of({}, {{"y", vector}});
  const TestFolder folder;
  const Headers headers = headers_of(plan, "net", LibraryWeights::caller);
  folder.write("net.h", headers.c);
  folder.write("net.hpp", headers.cpp);
  folder.write("a.c", "#include \"net.h\"\nstruct net_inputs none;\n");
  const std::string in_folder = "cd " + folder.path().string() + " && ";
  succeed(in_folder + c99 + "-c a.c");
  folder.write("a.cpp", "#include \"net.hpp\"\nnet::Model model;\n");
  succeed(in_folder + cpp17 + "-c a.cpp");
}

TEST(EmittedHeader, two_meet_in_one_unit_with_each_other_and_with_abi_h) {
  const TestFolder folder;
  const ir::Plan plan = plan_of({{"x", vector}}, {{"y", vector}});
  folder.write("one.h", headers_of(plan, "one", LibraryWeights::embedded).c);
  folder.write("two.h", headers_of(plan, "two", LibraryWeights::file).c);
  const std::string include = "-I" FOVEA_SOURCE_DIR "/runtime/core/include ";
  for (const char* order : {"#include \"one.h\"\n#include \"two.h\"\n",
                            "#include \"one.h\"\n#include <fovea/runtime/abi.h>\n",
                            "#include <fovea/runtime/abi.h>\n#include \"two.h\"\n"}) {
    folder.write("a.c", std::string(order) + "int unit;\n");
    for (const std::string& compiler : {c99, cpp17})
      succeed("cd " + folder.path().string() + " && " + compiler + include + "-c a.c");
  }
}

// The model's options, member by member, as the core reads them.
TEST(EmittedHeader, options_have_the_layout_of_the_core) {
  for (const LibraryWeights weights :
       {LibraryWeights::embedded, LibraryWeights::file, LibraryWeights::caller}) {
    const TestFolder folder;
    const ir::Plan plan = plan_of({{"x", vector}}, {{"y", vector}}, {{"w", vector}});
    folder.write("net.h", headers_of(plan, "net", weights).c);
    std::string text = "#include <fovea/runtime/library.h>\n#include \"net.h\"\n"
                       "#include <stddef.h>\n";
    text += "typedef char size[sizeof(net_model_options) == sizeof(fovea_library_options) ? 1 : "
            "-1];\n";
    for (const std::string member :
         {"struct_size", "weights", "weights_path", "allocator", "message", "message_bytes"})
      text += "typedef char same_" + member + "[offsetof(net_model_options, " + member +
              ") == offsetof(fovea_library_options, " + member + ") ? 1 : -1];\n";
    folder.write("a.c", text);
    succeed("cd " + folder.path().string() + " && " + c99 +
            "-I" FOVEA_SOURCE_DIR "/runtime/core/include -c a.c");
  }
}

TEST(CNames, identifiers) {
  EXPECT_EQ(c_identifier("layer1.0.conv1.weight"), "layer1_0_conv1_weight");
  EXPECT_EQ(c_identifier("0.bias"), "n0_bias");
  EXPECT_EQ(c_identifier("..a..b.."), "a_b");
  EXPECT_EQ(c_identifier("?"), "tensor");
}

TEST(CNames, no_two_tensors_share_one) {
  const ir::Plan plan = plan_of({{"x", vector}, {"X", vector}}, {{"x", vector}, {"x.2", vector}});
  const CTensors tensors = name_tensors(plan, "net");
  EXPECT_EQ(tensors.inputs[0].member, "x");
  EXPECT_EQ(tensors.inputs[1].member, "X_2");
  EXPECT_EQ(tensors.outputs[0].member, "x_3");
  EXPECT_EQ(tensors.outputs[1].member, "x_2_2");
  EXPECT_EQ(tensors.outputs[1].macro, "NET_X_2_2");
}

} // namespace
} // namespace fovea::emission::testing
