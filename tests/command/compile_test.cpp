// `fovea compile`: what it writes runs as the model does, and nothing else is touched.
#include "run_command.hpp"
#include "small_models.hpp"

#include <fovea/runtime/tensor_file.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <set>
#include <sys/stat.h>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

// small.mlir, small.safetensors, and x.npy for its input.
class Compile : public ::testing::Test {
 protected:
  Compile() {
    small_network("mini").save(folder / "small.mlir"); // `small` is a macro of Windows
    host::HostTensor x(FOVEA_F32, {1, 2, 6, 6});
    float value = -1;
    for (float& element : x.data<float>())
      element = value += 0.03125f;
    host::write_npy(folder / "x.npy", x);
  }

  // What `fovea run` gives for x.npy.
  std::string result_of(const std::string& model) {
    const CommandResult run = folder.fovea("run " + model + " --input x=x.npy -o result");
    EXPECT_EQ(run.code, 0) << run.err;
    std::string bytes = contents(folder / "result/y.npy");
    fs::remove_all(folder / "result");
    EXPECT_EQ(bytes.size(), 128 + 3 * sizeof(float));
    return bytes;
  }

  // Fails, says `said`, and leaves the folder as it is.
  void expect_refused(const std::string& words, const std::string& said) {
    SCOPED_TRACE(words);
    const auto before = folder.snapshot();
    const CommandResult result = folder.fovea(words);
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(has(result.err, "error: ")) << result.err;
    EXPECT_TRUE(has(result.err, said)) << result.err;
    EXPECT_TRUE(folder.snapshot() == before) << "a file was changed, made or left";
  }

  // The names below `path`, sorted.
  std::set<std::string> names_in(const std::string& path) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder / path))
      names.insert(entry.path().filename().string());
    return names;
  }

  const CommandFolder folder;
};

TEST_F(Compile, LibraryRunsAsTheModel) {
  const std::string words =
      "compile small.mlir -o small.so --header small.h --cpp-header small.hpp";
  const CommandResult table = folder.fovea(words);
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(table.err, "");
  for (const char* part : {"small.so", "small.h ", "small.hpp", "kernels", "parameters", "time"})
    EXPECT_TRUE(has(table.out, part)) << table.out;

  const Json report = json_of(folder.fovea(words + " --json"));
  EXPECT_EQ(report["prefix"], "mini");
  EXPECT_EQ(report["parameter_bytes"], 4 * small_parameters);
  std::set<std::string> written;
  for (const Json& file : report["files"]) {
    const std::string path = file["path"];
    written.insert(path);
    EXPECT_EQ(file["bytes"], fs::file_size(folder / path)) << path;
  }
  EXPECT_EQ(written, (std::set<std::string>{"small.so", "small.h", "small.hpp"}));
  EXPECT_EQ(names_in(""), (std::set<std::string>{"small.mlir", "small.safetensors", "x.npy",
                                                 "small.so", "small.h", "small.hpp"}));
  EXPECT_TRUE(has(contents(folder / "small.h"), "mini_model_open"));

  const std::string of_model = result_of("small.mlir");
  EXPECT_EQ(result_of("small.so"), of_model);
  EXPECT_EQ(result_of("./small.so --threads 1"), of_model);
}

// Against another framework's values, and the library against the model, bit for bit.
TEST_F(Compile, LeNet) {
  const std::string data = FOVEA_SOURCE_DIR "/examples/data/";
  const host::HostTensor digits = host::read_idx(data + "t10k-images-idx3-ubyte.gz");
  host::HostTensor images(FOVEA_F32, {256, 1, 28, 28});
  for (size_t k = 0; k < images.size(); ++k)
    images.data<float>()[k] = static_cast<float>(digits.data<uint8_t>()[k]) / 255;
  host::write_npy(folder / "images.npy", images);

  const std::string model = "zoo:lenet5 --load " + data + "lenet5.safetensors --batch 256";
  const CommandResult run = folder.fovea("run " + model + " -i image=images.npy -o of_model");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, Not(HasSubstr("note"))); // of random weights
  EXPECT_THAT(run.err, Not(HasSubstr("warning")));
  const host::HostTensor probs = host::read_npy(folder / "of_model/probs.npy"),
                         wanted = host::read_npy(data + "t10k_first256_softmax.npy");
  ASSERT_EQ(probs.shape(), wanted.shape());
  for (size_t k = 0; k < probs.size(); ++k)
    ASSERT_NEAR(probs.data<float>()[k], wanted.data<float>()[k], 1e-5) << "element " << k;

  const CommandResult compiled = folder.fovea("compile " + model + " -o lenet5.so");
  ASSERT_EQ(compiled.code, 0) << compiled.err;
  EXPECT_EQ(folder.fovea("run lenet5.so -i images.npy -o of_library").code, 0);
  EXPECT_EQ(contents(folder / "of_library/probs.npy"), contents(folder / "of_model/probs.npy"));
}

TEST_F(Compile, WeightsInAFile) {
  const Json report =
      json_of(folder.fovea("compile small.mlir -o small.so --weights small.bin --json"));
  ASSERT_EQ(report["files"].size(), 2u);
  EXPECT_EQ(report["files"][1]["path"], "small.bin");
  const std::string of_model = result_of("small.mlir");
  EXPECT_EQ(result_of("small.so"), of_model);
  fs::rename(folder / "small.bin", folder / "moved.bin");
  EXPECT_EQ(result_of("small.so --weights moved.bin"), of_model);
  EXPECT_EQ(result_of("small.so --load small.safetensors"), of_model);
  expect_refused("run small.so -i x.npy", "small.bin");
  expect_refused("run small.so -i x.npy --weights x.npy", "x.npy");
  fs::create_directory(folder / "sub");
  const CommandResult apart = folder.fovea("compile small.mlir -o small.so --weights sub/w.bin");
  EXPECT_EQ(apart.err, "note: small.so will look for w.bin in its own folder\n");
}

TEST_F(Compile, WeightsFromTheCaller) {
  fs::rename(folder / "small.safetensors", folder / "trained.safetensors");
  // Shapes are enough to compile.
  EXPECT_EQ(folder.fovea("compile small.mlir -o small.so --weights caller").code, 0);
  EXPECT_EQ(result_of("small.so --load trained.safetensors"),
            result_of("small.mlir --load trained.safetensors"));
  expect_refused("run small.so -i x.npy", "--load FILE.safetensors");

  host::TensorMap other = host::read_safetensors(folder / "trained.safetensors");
  other.erase("fc.bias");
  other.erase("conv1.bias");
  other["conv1.bias"] = host::HostTensor(FOVEA_F32, {5});
  other["fc2.bias"] = host::HostTensor(FOVEA_F32, {3});
  host::write_safetensors(folder / "other.safetensors", other);
  for (const char* said : {"'fc.bias' is missing: expected [3] f32",
                           "'conv1.bias': expected [4] f32, got [5] f32", "'fc2.bias' is unknown"})
    expect_refused("run small.so -i x.npy --load other.safetensors", said);
}

TEST_F(Compile, ArchiveAndObject) {
  EXPECT_EQ(folder.fovea("compile small.mlir -o libsmall.a --header small.h --name net1").code, 0);
  EXPECT_TRUE(contents(folder / "libsmall.a").starts_with("!<arch>\n"));
  EXPECT_TRUE(has(contents(folder / "small.h"), "net1_model_open"));
  EXPECT_FALSE(has(contents(folder / "small.h"), "mini_model_open"));
  EXPECT_EQ(folder.fovea("compile small.mlir -o small.o").code, 0);
  const std::string object = contents(folder / "small.o");
  EXPECT_EQ(object.substr(0, 4), "\x7f"
                                 "ELF");
  EXPECT_EQ(object[16], 1); // ET_REL
  expect_refused("run small.o -i x.npy", "not a shared library");
}

// -O2 and -O 2; what a level does shows in the number of kernels.
TEST_F(Compile, Optimization) {
  const auto kernels = [&](const std::string& level) {
    return json_of(folder.fovea("compile small.mlir -o small.so --json " + level))["kernels"]
        .size();
  };
  const size_t fused = kernels("-O2");
  EXPECT_EQ(kernels("-O 2"), fused);
  EXPECT_EQ(kernels("-O3 --threads 2 --precision exact"), fused);
  EXPECT_EQ(kernels(""), fused);
  EXPECT_GT(kernels("-O0"), fused); // the activation is no kernel of its own when fused
}

TEST_F(Compile, SchedulesAndAlgorithms) {
  const std::string compile = "compile small.mlir -o small.so --json -O0 ";
  const Json plain = json_of(folder.fovea(compile));
  Json fc;
  for (const Json& kernel : plain["kernels"])
    if (kernel["layers"][0] == "fc")
      fc = kernel;
  ASSERT_TRUE(fc.is_object()) << plain;
  // Its own schedule without one word: another that is legal.
  std::string other = fc["schedule"];
  const size_t word = other.find(" unroll(");
  ASSERT_NE(word, std::string::npos) << other;
  other.erase(word, other.find(')', word) + 1 - word);
  std::ofstream(folder / "fc.schedule") << "# by hand\n" << other;
  for (const std::string& given : {"fc=" + other, std::string("fc=@fc.schedule")}) {
    const Json report =
        json_of(folder.fovea(compile + "--algorithm fc=generic --schedule '" + given + "'"));
    bool found = false;
    for (const Json& kernel : report["kernels"])
      found |= kernel["layers"][0] == "fc" && kernel["schedule"] == other;
    EXPECT_TRUE(found) << given << report;
  }
  expect_refused("compile small.mlir -o small.so --schedule fc=@absent", "absent");
  expect_refused("compile small.mlir -o small.so --schedule fc=@.", "schedule cannot be read");
  expect_refused("compile small.mlir -o small.so --schedule 'conv7=Z: inline'", "conv7");
  expect_refused("compile small.mlir -o small.so --algorithm fc=magic", "magic");
}

TEST_F(Compile, ForAnotherMachine) {
  const auto assembly = [&](const std::string& target) {
    const CommandResult result =
        folder.fovea("compile small.mlir --emit asm --target '" + target + "'");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_GT(result.out.size(), 1000u);
    return result.out;
  };
  EXPECT_FALSE(has(assembly("x86-64-linux"), "%ymm")); // AVX's registers
  EXPECT_TRUE(has(assembly("x86-64-linux avx2 fma"), "%ymm"));
  EXPECT_TRUE(has(assembly("x86-64-linux avx512"), "%zmm"));
}

TEST_F(Compile, EmitsIR) {
  const std::string of_model = result_of("small.mlir");
  const CommandResult shown = folder.fovea("compile small.mlir --emit ir");
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(shown.err, "");
  const CommandResult written = folder.fovea("compile small.mlir --emit ir -o again.mlir");
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_TRUE(has(written.out, "again.mlir"));
  EXPECT_EQ(contents(folder / "again.mlir"), shown.out);
  EXPECT_EQ(names_in(""),
            (std::set<std::string>{"again.mlir", "small.mlir", "small.safetensors", "x.npy"}));
  EXPECT_EQ(result_of("again.mlir --load small.safetensors"), of_model); // it is a model again
}

TEST_F(Compile, EmitsPhases) {
  fs::remove(folder / "small.safetensors"); // not needed
  const Json report = json_of(folder.fovea("compile small.mlir --emit phases -o a/b --json"));
  const std::set<std::string> names = names_in("a/b");
  EXPECT_EQ(report["files"].size(), names.size());
  EXPECT_TRUE(names.contains("01_import.mlir"));
  ASSERT_GE(names.size(), 3u);
  EXPECT_TRUE(has(*names.rbegin(), "_driver.mlir"));
  EXPECT_TRUE(has(contents(folder / "a/b" / *names.rbegin()), "llvm.func"));
  EXPECT_EQ(names_in(""), (std::set<std::string>{"a", "small.mlir", "x.npy"}));
  EXPECT_EQ(folder.fovea("compile small.mlir --emit phases -o a/b").code, 0); // once more
  EXPECT_EQ(names_in("a/b"), names);
  expect_refused("compile small.mlir --emit phases -o small.mlir", "small.mlir");
  expect_refused("compile small.mlir --emit phases -o small.mlir/deep/down", "small.mlir");
}

TEST_F(Compile, EmitsKernels) {
  EXPECT_EQ(folder.fovea("compile small.mlir --emit kernels -o kernels/").code, 0);
  std::map<std::string, std::set<std::string>> kinds; // of each layer
  for (const std::string& name : names_in("kernels"))
    kinds[name.substr(0, name.find('.'))].insert(name.substr(name.find('.', name.find('.') + 1)));
  for (const char* layer : {"conv1", "fc"})
    EXPECT_EQ(kinds[layer],
              (std::set<std::string>{".equation.txt", ".ll", ".s", ".schedule.txt", ".stmt"}))
        << layer;
  EXPECT_EQ(names_in(""),
            (std::set<std::string>{"kernels", "small.mlir", "small.safetensors", "x.npy"}));
}

// Said before anything is compiled, and nothing is written.
TEST_F(Compile, PlacesThatCannotBeWritten) {
  fs::create_directory(folder / "folder.so");
  expect_refused("compile small.mlir -o folder.so", "folder.so");
  expect_refused("compile small.mlir -o absent/small.so", "absent");
  expect_refused("compile small.mlir -o /proc/small.so", "/proc/small.so");
  expect_refused("compile small.mlir -o small.so --header absent/small.h", "absent/small.h");
  expect_refused("compile small.mlir -o small.so --header ./small.so", "small.so");
  expect_refused("compile small.mlir -o small.so --header small.mlir",
                 "the model is read from this file");
  expect_refused("compile small.mlir --emit ir -o small.mlir", "the model is read from this file");
  ::mkfifo((folder / "pipe.so").c_str(), 0600);
  const CommandResult pipe = folder.fovea("compile small.mlir -o pipe.so");
  EXPECT_EQ(pipe.code, 1);
  EXPECT_TRUE(fs::is_fifo(folder / "pipe.so"));
}

TEST_F(Compile, NamesThatCannotBeginOnesInC) {
  for (const char* name : {"9lives", "a-b", "int", "class", "_net", "a__b", "fovea_net"})
    expect_refused(std::string("compile small.mlir -o small.so --name ") + name,
                   std::string("--name: '") + name + "'");
}

TEST_F(Compile, ModelsThatAreNone) {
  const std::string good = contents(folder / "small.mlir");
  const auto write = [&](const std::string& text) {
    std::ofstream(folder / "bad.mlir", std::ios::binary) << text;
  };
  std::ofstream(folder / "bad.so") << "as it was";
  for (const std::string& text :
       {std::string(), good.substr(0, good.size() / 2), good + "}", "module {" + good,
        std::string("\0\1\2\xff", 4), std::string("not a model")}) {
    write(text);
    expect_refused("compile bad.mlir -o bad.so --random 1", "bad.mlir");
  }
  write("func.func @f() { return }");
  expect_refused("compile bad.mlir -o bad.so", "network 'f' has no outputs");
  expect_refused("compile absent.mlir -o bad.so", "absent.mlir");
  expect_refused("compile . -o bad.so", ".");
  expect_refused("compile zoo:lenet -o bad.so", "did you mean `zoo:lenet5`?");
  expect_refused("compile small.mlir -o bad.so --load x.npy", "x.npy");
  fs::rename(folder / "small.safetensors", folder / "elsewhere.safetensors");
  expect_refused("compile small.mlir -o bad.so", "--load FILE");
  EXPECT_EQ(folder.fovea("compile small.mlir -o bad.so --load elsewhere.safetensors").code, 0);
  ::mkfifo((folder / "pipe.mlir").c_str(), 0600);
  EXPECT_EQ(folder.fovea("compile pipe.mlir -o bad.so").code, 1); // and does not wait
}

// What a library of the zoo lacks is made up, and said.
TEST_F(Compile, ZooWithoutWeights) {
  const CommandResult result = folder.fovea("compile zoo:lenet5 -o lenet5.o");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(result.err.starts_with("note: zoo:lenet5 has random weights")) << result.err;
}

// A disk that is full: none of the files is there, or changed. (The kernels are there already, in
// the cache.)
TEST_F(Compile, FullDisk) {
  EXPECT_EQ(folder.fovea("compile small.mlir -o small.so").code, 0);
  for (const char* name : {"small.so", "small.h", "small.bin", "ir.mlir"})
    std::ofstream(folder / name) << "as it was: " << name;
  const auto before = folder.snapshot();
  const auto expect_failure = [&](const std::string& words, int64_t bytes) {
    SCOPED_TRACE(words + " with files of at most " + std::to_string(bytes));
    const CommandResult result = folder.fovea(words, {}, {.file_bytes = bytes});
    EXPECT_EQ(result.code, 1);
    EXPECT_TRUE(has(result.err, "error: ")) << result.err;
    EXPECT_TRUE(folder.snapshot() == before) << "a file was changed, made or left";
  };
  const std::string library = "compile small.mlir -o small.so --header small.h";
  for (const int64_t bytes : {0x200, 0x1000, 0x4000}) { // smaller than the library
    expect_failure(library, bytes);
    expect_failure(library + " --weights small.bin", bytes);
  }
  expect_failure("compile small.mlir -o ir.mlir --emit ir", 0x200);
  expect_failure("compile small.mlir -o new/folder --emit phases", 0x1000);
}

TEST_F(Compile, KeepsKernelsWhereItIsTold) {
  EXPECT_EQ(folder.fovea("compile small.mlir -o a.so --no-cache", "FOVEA_CACHE=kept").code, 0);
  EXPECT_FALSE(fs::exists(folder / "kept"));
  EXPECT_EQ(folder.fovea("compile small.mlir -o b.so", "FOVEA_CACHE=kept").code, 0);
  EXPECT_FALSE(names_in("kept").empty());
  EXPECT_EQ(folder.fovea("compile small.mlir -o c.so --cache own", "FOVEA_CACHE=kept2").code, 0);
  EXPECT_FALSE(names_in("own").empty());
  EXPECT_FALSE(fs::exists(folder / "kept2"));
  EXPECT_EQ(result_of("a.so"), result_of("c.so"));
}

} // namespace
} // namespace fovea::testing
