// Opening an emitted library: what the loader finds, what it refuses, how long the library stays.
// The libraries are a few lines of C, so that they can be wrong in every way.
#include "scratch_folder.hpp"

#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/load_library.hpp>

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>

using namespace fovea::host;
using namespace fovea_test;
namespace fs = std::filesystem;

namespace {

// A table whose functions do nothing but count models and contexts.
constexpr const char* table_source = R"(
#include <fovea/runtime/abi.h>
#include <stdio.h>
static int entry(void* u, const void* const* i, void* const* o, const void* const* p, void* a) {
  (void)u, (void)i, (void)o, (void)p, (void)a;
  return 0;
}
static const fovea_program infer = {.struct_size = sizeof infer, .abi_version = FOVEA_ABI_VERSION,
                                    .name = "tiny.infer", .entry = entry};
static const fovea_program grad = {.struct_size = sizeof grad, .abi_version = FOVEA_ABI_VERSION,
                                   .name = "tiny.grad", .entry = entry};
static const fovea_program* const programs[] = {&infer, &grad};
int alive;
static fovea_status model_open(const fovea_program* p, const fovea_model_options* o,
                               fovea_model** m) {
  (void)o, ++alive, *m = (fovea_model*)p;
  return 0;
}
static void model_close(fovea_model* m) { alive -= m != 0; }
static const fovea_program* model_program(const fovea_model* m) { return (const fovea_program*)m; }
static fovea_status context_create(fovea_model* m, const fovea_context_options* o,
                                   fovea_context** c) {
  (void)o, ++alive, *c = (fovea_context*)m;
  return 0;
}
static void context_destroy(fovea_context* c) { alive -= c != 0; }
static const fovea_table table = {.struct_size = sizeof table, .abi_version = FOVEA_ABI_VERSION,
  .program_count = 2, .programs = programs, .model_open = model_open, .model_close = model_close,
  .model_program = model_program, .context_create = context_create,
  .context_destroy = context_destroy};
#define QUERY(NAME, TABLE)                                                                        \
  int NAME(uint64_t version, const fovea_table** t, char* message, uint64_t bytes) {              \
    if (version == FOVEA_ABI_VERSION) return *t = TABLE, 0;                                       \
    return snprintf(message, (size_t)bytes, "no version %d", (int)version), 9;                    \
  }
)";

const std::string tiny = std::string(table_source) +
                         "QUERY(tiny_query, &table)\nvoid tiny_model_open(void) {}\n"
                         "void lonely_query(void) {}\nvoid other_model_open(void) {}\n";

fs::path compile(const ScratchFolder& folder, const std::string& source, const char* name,
                 const std::string& options = "-shared -fPIC") {
  fs::path c = folder.write(source, (std::string(name) + ".c").c_str());
  fs::path library = folder.path() / name;
  std::string command = "cc -std=c11 -I" FOVEA_SOURCE_DIR "/runtime/core/include " + options +
                        " -o '" + library.string() + "' '" + c.string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return library;
}

std::vector<std::int64_t> model_shape(const fovea_tensor_info& info) {
  return {info.extents, info.extents + info.rank};
}

bool is_loaded(const fs::path& path) {
  void* handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle)
    dlclose(handle);
  return handle != nullptr;
}

auto open_library = [](const fs::path& path) { Library::open(path); };

TEST(LibraryLoader, FindsTheOnlyPrefix) {
  ScratchFolder folder;
  fs::path path = compile(folder, tiny, "tiny.so");
  Library library = Library::open(path);
  EXPECT_EQ(library.path(), path);
  EXPECT_EQ(library.prefix(), "tiny");
  EXPECT_EQ(library.table().abi_version, std::uint64_t(FOVEA_ABI_VERSION));
  ASSERT_EQ(library.program_count(), 2u);
  EXPECT_STREQ(library.program(1).name, "tiny.grad");
  EXPECT_THROW(library.program(2), std::out_of_range);
  EXPECT_EQ(library.model().name(), "tiny.infer");
  EXPECT_EQ(library.model(1).name(), "tiny.grad");
  EXPECT_EQ(Library::open(path, "tiny").prefix(), "tiny");
}

// A whole one, with the core inside.
TEST(LibraryLoader, RunsALibrary) {
  Model model = Library::open(FOVEA_HAND_LIBRARY_EMBEDDED).model();
  EXPECT_EQ(model.name(), "hand");
  Context context(model, 2);
  HostTensor x(FOVEA_F32, model_shape(model.input(0))), y(FOVEA_F32, model_shape(model.output(0)));
  x.data<float>()[0] = 21;
  fovea_buffer inputs[] = {x.buffer()}, outputs[] = {y.buffer()};
  context.run(inputs, outputs);
  std::span<float> values = y.data<float>(); // 2 x + 3 w, by row: the second row's x is zero
  EXPECT_EQ(values[0], 42 + values[std::size_t(y.shape()[1])]);
}

TEST(LibraryLoader, StaysUntilTheLastUserIsGone) {
  ScratchFolder folder;
  fs::path path = compile(folder, tiny, "tiny.so");
  auto library = std::make_unique<Library>(Library::open(path));
  EXPECT_TRUE(is_loaded(path));
  auto model = std::make_unique<Model>(library->model());
  library.reset();
  EXPECT_TRUE(is_loaded(path));
  {
    Context context(*model, 1);
    Model copy = *model;
    model.reset();
    EXPECT_EQ(copy.name(), "tiny.infer");
    EXPECT_TRUE(is_loaded(path));
  }
  EXPECT_FALSE(is_loaded(path));
}

TEST(LibraryLoader, BareNameIsAFileOfThisFolder) {
  ScratchFolder folder;
  compile(folder, tiny, "tiny.so");
  fs::path before = fs::current_path();
  fs::current_path(folder.path());
  EXPECT_NO_THROW(Library::open("tiny.so"));
  fs::current_path(before);
}

TEST(LibraryLoader, Prefixes) {
  ScratchFolder folder;
  std::string two = tiny + "QUERY(second_query, &table)\nvoid second_model_open(void) {}\n";
  fs::path path = compile(folder, two, "two.so");
  expect_refused(path, open_library, "got: second, tiny");
  EXPECT_EQ(Library::open(path, "second").prefix(), "second");
  auto open_third = [](const fs::path& file) { Library::open(file, "third"); };
  expect_refused(path, open_third, "no function third_query");
  expect_refused(path, open_third, "prefixes: second, tiny");
  fs::path hidden = compile(folder, two, "hidden.so", "-shared -fPIC -fvisibility=hidden");
  expect_refused(hidden, open_library, "expected: functions PREFIX_query and PREFIX_model_open");
  fs::path elsewhere = compile(folder,
                               "int tiny_query(void); int tiny_model_open(void);\n"
                               "int f(void) { return tiny_query() + tiny_model_open(); }",
                               "elsewhere.so");
  expect_refused(elsewhere, open_library, "no library of fovea"); // it needs them, has them not
}

TEST(LibraryLoader, LibrariesThatRefuseOrLie) {
  ScratchFolder folder;
  const std::string open = "void tiny_model_open(void) {}\n";
  auto query = [&](const std::string& text, const char* name) {
    return compile(folder, table_source + text + open, name);
  };
  expect_refused(query("int tiny_query(uint64_t v, const fovea_table** t, char* m, uint64_t n) {"
                       "(void)v, (void)t; return snprintf(m, n, \"speaks 7, not 1\"), 9; }",
                       "refuses.so"),
                 open_library, "got: speaks 7, not 1");
  expect_refused(query("QUERY(tiny_query, 0)", "nothing.so"), open_library, "got: nothing");
  expect_refused(
      query("static fovea_table old = {.struct_size = 8};\nQUERY(tiny_query, &old)", "old.so"),
      open_library, "got: version 0");
  expect_refused(query("int nowhere(void);\nint tiny_query(void) { return nowhere(); }", "un.so"),
                 open_library, "undefined symbol: nowhere");
}

TEST(LibraryLoader, FilesThatAreNoLibrary) {
  ScratchFolder folder;
  expect_refused(folder.path() / "missing.so", open_library, "cannot open");
  expect_refused(folder.path(), open_library, "expected: a regular file");
  expect_refused(folder.write(""), open_library, "expected: an ELF file");
  expect_refused(folder.write(std::string(100, 'x')), open_library, "got: 'xxxx'");
  expect_refused(compile(folder, tiny, "tiny.o", "-c -fPIC"), open_library, "an object file");
}

TEST(LibraryLoader, OtherMachines) {
  ScratchFolder folder;
  std::string bytes = read_bytes(compile(folder, tiny, "tiny.so"));
  auto with = [&](std::size_t position, char value) {
    std::string changed = bytes;
    changed[position] = value;
    return folder.write(changed, "changed.so");
  };
  constexpr std::size_t machine = offsetof(Elf64_Ehdr, e_machine);
  expect_refused(with(machine, char(EM_ARM)), open_library, "got: ARM (32 bits)");
  expect_refused(with(machine, char(EM_RISCV)), open_library, "got: RISC-V");
  expect_refused(with(EI_DATA, ELFDATA2MSB), open_library, "got: a big-endian machine");
  expect_refused(with(EI_CLASS, ELFCLASS32), open_library, "another machine");
}

// The parts of the file that are read before it is loaded: whatever stands there, nothing crashes,
// and a file that is refused was not run.
TEST(LibraryLoader, DamagedHeaders) {
  ScratchFolder folder;
  const std::string bytes = read_bytes(compile(folder, tiny, "tiny.so"));
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  auto refused = [&](std::size_t position, auto value) {
    std::string changed = bytes;
    std::memcpy(changed.data() + position, &value, sizeof value);
    EXPECT_THROW(Library::open(folder.write(changed, "damaged.so"), "x"), FileError) << position;
  };
  refused(offsetof(Elf64_Ehdr, e_shoff), std::uint64_t(UINT64_MAX));
  refused(offsetof(Elf64_Ehdr, e_shoff), std::uint64_t(bytes.size() - 1));
  refused(offsetof(Elf64_Ehdr, e_shoff), std::uint64_t(0));
  refused(offsetof(Elf64_Ehdr, e_shentsize), std::uint16_t(63));
  refused(offsetof(Elf64_Ehdr, e_shnum), std::uint16_t(0xffff));
  for (std::size_t section = 0; section < header.e_shnum; ++section)
    for (std::size_t field = 0; field < sizeof(Elf64_Shdr); field += 8)
      for (std::uint64_t value : {std::uint64_t(0), std::uint64_t(11), std::uint64_t(UINT64_MAX),
                                  std::uint64_t(bytes.size()), UINT64_C(0xb0000000b)})
        refused(header.e_shoff + section * sizeof(Elf64_Shdr) + field, value);
  for (std::size_t length = 0; length < bytes.size(); length += 97)
    EXPECT_THROW(Library::open(folder.write(bytes.substr(0, length), "damaged.so"), "x"),
                 FileError);
}

} // namespace
