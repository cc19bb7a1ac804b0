// The constant tables of an emitted library, read through abi.h as a host reads them, against the
// plan that they describe; and linking as such.
#include "compiler/emit/data_object.hpp"
#include "compiler/emit/library.hpp"
#include "compiler/emit/link_library.hpp"
#include "tests/emit/library_files.hpp"
#include "tests/emit/small_program.hpp"

#include <expect_error.hpp>

#include <gmock/gmock.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <dlfcn.h>

#include <cmath>

namespace fovea::emission::testing {
namespace {

using fovea::testing::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Linker lld() {
  return find_linker(linker_folders());
}

struct Contents {
  float unused = 1, w = -0.5f;
  std::vector<const void*> data() const { return {&unused, &w}; }
};

struct Choice {
  LibraryWeights weights = LibraryWeights::embedded;
  LibraryForm form = LibraryForm::shared;
  std::string name = "small.so";
};

// The small plan with its kernels in MLIR as a library; its path.
std::string link_small(const TestFolder& folder, const Linker& linker, const Choice& choice = {},
                       const ir::Plan& plan = small_plan()) {
  const Contents contents;
  const bool file = choice.weights == LibraryWeights::file;
  Library library{.plan = plan,
                  .prefix = "small",
                  .weights = choice.weights,
                  .layout = layout_weights(plan.parameters, file ? weights_file_head_bytes : 0),
                  .weights_file_name = "small.weights",
                  .thread_scratch_bytes = 4096,
                  .cpu_features = 0};
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = build_driver(plan, context);
  complete_library(*module, library);
  const std::vector<std::byte> kernels = compile_text(kernels_text),
                               driver = compile_to_object(*module);
  LinkRequest request{.output = folder / choice.name,
                      .name = choice.name,
                      .form = choice.form,
                      .prefix = "small",
                      .objects = {kernels, driver},
                      .weights = {}};
  const Parts parts = weights_parts(plan.parameters, library.layout, contents.data());
  if (choice.weights == LibraryWeights::embedded)
    request.weights = parts;
  if (file) {
    const std::vector<std::byte> head = weights_file_head(plan, library.layout, parts);
    Parts whole{head};
    whole.insert(whole.end(), parts.begin(), parts.end());
    write_file(folder / "small.weights", whole);
  }
  link_library(request, linker);
  return folder / choice.name;
}

struct Loaded {
  explicit Loaded(const std::string& path) : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    EXPECT_TRUE(handle) << dlerror();
    using Query = fovea_status (*)(uint64_t, const fovea_table**, char*, uint64_t);
    const auto query = reinterpret_cast<Query>(dlsym(handle, "small_query"));
    EXPECT_EQ(query(FOVEA_ABI_VERSION, &table, nullptr, 0), FOVEA_OK);
    char why[200] = "";
    const fovea_table* other = nullptr;
    EXPECT_EQ(query(FOVEA_ABI_VERSION + 1, &other, why, sizeof why), FOVEA_ERROR_UNSUPPORTED_ABI);
    EXPECT_EQ(other, nullptr);
    EXPECT_STRNE(why, "");
  }
  ~Loaded() { dlclose(handle); }
  const fovea_program& program() const { return *table->programs[0]; }
  void* handle;
  const fovea_table* table = nullptr;
};

void expect_tensors(const fovea_tensor_info* infos, uint64_t count,
                    const std::vector<ir::PlanValue>& values) {
  ASSERT_EQ(count, values.size());
  for (size_t k = 0; k < values.size(); ++k) {
    const fovea_tensor_info& info = infos[k];
    EXPECT_EQ(info.struct_size, sizeof info);
    EXPECT_EQ(info.name, values[k].name);
    EXPECT_EQ(info.dtype, static_cast<fovea_dtype>(values[k].type.dtype));
    ASSERT_EQ(info.rank, values[k].type.shape.rank());
    for (int d = 0; d < FOVEA_MAX_RANK; ++d)
      EXPECT_EQ(info.extents[d], d < info.rank ? values[k].type.shape[d] : 0);
    EXPECT_EQ(info.bytes, static_cast<uint64_t>(values[k].type.bytes()));
    EXPECT_EQ(info.alignment, 0u);
    EXPECT_EQ(info.flags, 0u);
  }
}

TEST(LibraryTable, says_what_the_plan_says) {
  const TestFolder folder;
  ir::Plan plan = small_plan();
  plan.name = "small \"net\"";
  plan.calls[3].ops = "tanh";
  plan.calls[3].algorithm = "generic";
  const Loaded library(link_small(folder, lld(), {}, plan));
  EXPECT_EQ(library.table->struct_size, sizeof(fovea_table));
  EXPECT_EQ(library.table->abi_version, uint64_t{FOVEA_ABI_VERSION});
  EXPECT_EQ(library.table->program_count, 1u);
  const fovea_program& program = library.program();
  EXPECT_EQ(program.struct_size, FOVEA_PROGRAM_SETS_BYTES);
  EXPECT_EQ(program.abi_version, uint64_t{FOVEA_ABI_VERSION});
  EXPECT_EQ(program.name, plan.name);
  expect_tensors(program.inputs, program.input_count, plan.inputs);
  expect_tensors(program.outputs, program.output_count, plan.outputs);
  expect_tensors(program.parameters, program.parameter_count, plan.parameters);
  EXPECT_EQ(program.arena_bytes, 192u);
  EXPECT_EQ(program.thread_scratch_bytes, 4096u);
  EXPECT_EQ(program.weights_file, nullptr);
  EXPECT_EQ(program.prepare, nullptr);
  EXPECT_EQ(program.prepared_bytes, 0u);
  EXPECT_EQ(program.cpu_features, 0u);

  ASSERT_EQ(program.call_count, 4u);
  for (const fovea_call_info& call : std::span(program.calls, 4))
    EXPECT_EQ(call.struct_size, sizeof call);
  EXPECT_STREQ(program.calls[2].layer, "plus");
  EXPECT_STREQ(program.calls[3].ops, "tanh");
  EXPECT_STREQ(program.calls[3].algorithm, "generic");
  EXPECT_EQ(program.calls[2].bytes, 12u);

  ASSERT_NE(program.parameter_data, nullptr);
  for (int k = 0; k < 2; ++k)
    EXPECT_EQ(reinterpret_cast<uintptr_t>(program.parameter_data[k]) % FOVEA_MEMORY_ALIGNMENT, 0u);
  EXPECT_EQ(*static_cast<const float*>(program.parameter_data[0]), 1);
  EXPECT_EQ(*static_cast<const float*>(program.parameter_data[1]), -0.5f);
}

// Every function of the table: a call of each, in an order that a host could choose.
TEST(LibraryTable, its_functions_are_those_of_the_core) {
  const TestFolder folder;
  const Loaded library(link_small(folder, lld()));
  const fovea_table& t = *library.table;
  fovea_model* model = nullptr;
  ASSERT_EQ(t.model_open(&library.program(), nullptr, &model), FOVEA_OK);
  EXPECT_EQ(t.model_program(model), &library.program());
  EXPECT_EQ(t.input_count(model), 1u);
  EXPECT_EQ(t.output_count(model), 1u);
  EXPECT_EQ(t.parameter_count(model), 2u);
  EXPECT_STREQ(t.input_info(model, 0)->name, "x");
  EXPECT_STREQ(t.output_info(model, 0)->name, "y");
  EXPECT_STREQ(t.parameter_info(model, 1)->name, "w");
  EXPECT_EQ(t.parameter_info(model, 2), nullptr);
  EXPECT_GE(t.workspace_size(model, 1), 192u + 4096u);
  fovea_context* context = nullptr;
  fovea_context_options options{};
  options.threads = 1;
  ASSERT_EQ(t.context_create(model, &options, &context), FOVEA_OK);
  EXPECT_EQ(t.context_threads(context), 1u);
  float x = 0.25f, y = 0;
  const fovea_buffer in = buffer_of(&x, scalar);
  fovea_buffer out = buffer_of(&y, scalar);
  EXPECT_EQ(t.run(context, &in, 1, &out, 1), FOVEA_OK);
  EXPECT_FLOAT_EQ(y, std::tanh(4 * x - 0.5f));
  EXPECT_NE(t.run(context, &in, 0, &out, 1), FOVEA_OK);
  EXPECT_STRNE(t.message(context), "");
  EXPECT_STREQ(t.status_name(FOVEA_OK), "ok");
  t.context_destroy(context);
  t.model_close(model);
}

TEST(LibraryTable, weights_of_the_caller_are_not_in_it) {
  const TestFolder folder;
  const Loaded library(link_small(folder, lld(), {.weights = LibraryWeights::caller}));
  EXPECT_EQ(library.program().parameter_data, nullptr);
  EXPECT_EQ(library.program().weights_file, nullptr);
}

TEST(WeightsFile, is_as_abi_h_says) {
  const TestFolder folder;
  const Loaded library(link_small(folder, lld(), {.weights = LibraryWeights::file}));
  ASSERT_NE(library.program().weights_file, nullptr);
  const fovea_weights_file& stated = *library.program().weights_file;
  const std::string bytes = file_text(folder / "small.weights");
  const auto word = [&](size_t offset) {
    uint64_t number = 0;
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
  };
  EXPECT_EQ(library.program().parameter_data, nullptr);
  EXPECT_EQ(stated.struct_size, sizeof stated);
  EXPECT_STREQ(stated.file_name, "small.weights");
  EXPECT_EQ(stated.bytes, bytes.size());
  ASSERT_EQ(stated.offsets[0], 128u);
  ASSERT_EQ(stated.offsets[1], 192u);
  EXPECT_EQ(bytes.substr(0, 8), "FOVEAWTS");
  EXPECT_EQ(word(8), 1u);
  EXPECT_EQ(word(16), bytes.size());
  EXPECT_EQ(word(24), stated.fingerprint);
  EXPECT_EQ(word(32), XXH3_64bits(bytes.data() + 40, bytes.size() - 40));
  EXPECT_EQ(word(40), 2u);
  EXPECT_STREQ(bytes.c_str() + 48, "small");
  float unused = 0, w = 0;
  std::memcpy(&unused, bytes.data() + stated.offsets[0], 4);
  std::memcpy(&w, bytes.data() + stated.offsets[1], 4);
  EXPECT_EQ(unused, 1);
  EXPECT_EQ(w, -0.5f);
}

TEST(WeightsFile, tells_models_apart) {
  const std::vector<ir::PlanValue> base{{"a", {DType::f32, Shape{2, 3}}}, {"b", scalar}};
  std::set<uint64_t> seen{weights_fingerprint(base)};
  const auto differs = [&](const std::vector<ir::PlanValue>& parameters) {
    EXPECT_TRUE(seen.insert(weights_fingerprint(parameters)).second);
  };
  differs({{"a", {DType::f32, Shape{3, 2}}}, {"b", scalar}});
  differs({{"a", {DType::f32, Shape{6}}}, {"b", scalar}});
  differs({{"a", {DType::i32, Shape{2, 3}}}, {"b", scalar}});
  differs({{"b", {DType::f32, Shape{2, 3}}}, {"a", scalar}});
  differs({{"a", {DType::f32, Shape{2, 3}}}});
  differs({});
  EXPECT_EQ(weights_fingerprint(base), weights_fingerprint(base));
}

// Where a C compiler is all there is.
TEST(Linking, a_compiler_links_too) {
  const TestFolder folder;
  const Linker compiler{succeed("command -v cc | tr -d '\\n'"), true};
  const Loaded shared(link_small(folder, compiler));
  fovea_model* model = nullptr;
  EXPECT_EQ(shared.table->model_open(&shared.program(), nullptr, &model), FOVEA_OK);
  shared.table->model_close(model);
  const std::string object =
      link_small(folder, compiler, {.form = LibraryForm::object, .name = "small.o"});
  folder.write("main.c", "void *small_model_open(const void *);\n"
                         "int main(void) { return small_model_open(0) ? 0 : 1; }\n");
  succeed("cd " + folder.path().string() + " && cc main.c small.o -lm -pthread -o main && ./main");
}

TEST(Linking, objects_export_what_begins_with_the_prefix) {
  const TestFolder folder;
  link_small(folder, lld(), {.form = LibraryForm::object, .name = "small.o"});
  std::istringstream symbols(succeed("nm -g --defined-only " + (folder / "small.o")));
  int count = 0;
  for (std::string address, type, name; symbols >> address >> type >> name; ++count)
    EXPECT_EQ(name.rfind("small_", 0), 0u) << name;
  EXPECT_EQ(count, static_cast<int>(exported_symbols("small").size()) + 1) << "and the weights";
  EXPECT_THAT(succeed("nm -u " + (folder / "small.o")), ::testing::Not(HasSubstr("fovea")));
}

TEST(Linking, names_what_no_one_defines) {
  for (const LibraryForm form : {LibraryForm::shared, LibraryForm::object, LibraryForm::archive}) {
    const TestFolder folder;
    ir::Plan plan = small_plan();
    plan.calls.push_back(call("no_such_kernel", {arena(64)}, {arena(128)}));
    const ErrorParts error =
        error_of([&] { link_small(folder, lld(), {.form = form, .name = "x"}, plan); });
    EXPECT_THAT(error.what, HasSubstr("linking x"));
    EXPECT_THAT(error.detail, HasSubstr("no_such_kernel"));
  }
}

TEST(Linking, linkers_are_found_by_folder_and_lack_is_explained) {
  const TestFolder folder;
  const auto fake = [&](const std::string& name) {
    folder.write(name, "#!/bin/sh\necho cannot do it\nexit 3\n");
    std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
  };
  EXPECT_THAT(error_of([&] { find_linker({folder.path()}); }).hint, HasSubstr("lld-22"));
  folder.write("ld.lld", "no program");
  EXPECT_THAT(error_of([&] { find_linker({folder.path()}); }).what, HasSubstr("no linker"));
  fake("gcc");
  EXPECT_EQ(find_linker({folder.path()}).path, folder / "gcc");
  EXPECT_TRUE(find_linker({folder.path()}).is_compiler);
  fake("ld.lld-22");
  const Linker linker = find_linker({folder.path() / "absent", folder.path()});
  EXPECT_EQ(linker.path, folder / "ld.lld-22");
  EXPECT_FALSE(linker.is_compiler);
  const ErrorParts error = error_of([&] { run_linker(linker, {"-r"}, "linking a"); });
  EXPECT_THAT(error.what, HasSubstr("linking a"));
  EXPECT_THAT(error.detail, HasSubstr("cannot do it"));
}

TEST(DataObject, is_an_object_for_any_linker) {
  const TestFolder folder;
  const std::string first = "0123456789", second = "abc";
  write_data_object(folder / "data.o", catalogue::Target::host().arch, "the_data",
                    {std::as_bytes(std::span(first)), std::as_bytes(std::span(second))});
  folder.write("main.c", "#include <stdint.h>\n#include <stdio.h>\n"
                         "extern const char the_data[13];\n"
                         "const char *const place = the_data;\n"
                         "int main(void) { printf(\"%.13s %d\", place,\n"
                         "  (int)((uintptr_t)place % 64)); return 0; }\n");
  for (const std::string option : {"-no-pie -fno-pie", "-pie -fPIE"})
    EXPECT_EQ(succeed("cd " + folder.path().string() + " && cc -Wl,--fatal-warnings " + option +
                      " main.c data.o -o main && ./main"),
              "0123456789abc 0");
}

} // namespace
} // namespace fovea::emission::testing
