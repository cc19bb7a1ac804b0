// `fovea run`: inputs from files, outputs to files, and what is said of them.
#include "run_command.hpp"
#include "small_models.hpp"

#include <fovea/runtime/tensor_file.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <sys/stat.h>
#include <zlib.h>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

template <class T>
void write(const fs::path& path, const std::vector<int64_t>& shape, const std::vector<T>& values) {
  host::write_npy(path, host::HostTensor(shape, std::span<const T>(values)));
}

std::vector<float> floats_in(const fs::path& path) {
  const host::HostTensor tensor = host::read_npy(path);
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

// What goes in comes out, but for negative numbers: tests see what a network is given.
Network echo(const Shape& shape, const std::string& output = "y") {
  Network net("echo");
  net.output(output, net.input("x", shape) | relu);
  return net;
}

// Two inputs, two outputs: a + b and a - b.
Network sum_and_difference(const std::string& sum, const std::string& difference) {
  Network net("two");
  const Tensor a = net.input("a", {1, 3}), b = net.input("b", {1, 3});
  net.output(sum, add(a, b));
  net.output(difference, sub(a, b));
  return net;
}

// An 8-bit PNG, grey or colour, made by hand: a signature and three chunks.
void write_png(const fs::path& path, uint32_t height, uint32_t width, uint8_t channels,
               const std::string& samples) {
  const auto number = [](uint32_t value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                       static_cast<char>(value >> 8), static_cast<char>(value)};
  };
  const auto chunk = [&](const std::string& kind, const std::string& data) {
    const std::string body = kind + data;
    const auto check =
        ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return number(static_cast<uint32_t>(data.size())) + body + number(static_cast<uint32_t>(check));
  };
  std::string rows; // each behind the number of its filter: none
  for (size_t row = 0; row < height; ++row)
    rows += std::string(1, '\0') + samples.substr(row * width * channels, width * channels);
  std::string packed(::compressBound(rows.size()), '\0');
  uLongf length = packed.size();
  ::compress(reinterpret_cast<Bytef*>(packed.data()), &length,
             reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  const std::string header = number(width) + number(height) + '\x08' +
                             (channels == 3 ? '\x02' : '\0') + std::string(3, '\0');
  std::ofstream(path, std::ios::binary)
      << "\x89PNG\r\n\x1a\n"
      << chunk("IHDR", header) << chunk("IDAT", packed.substr(0, length)) << chunk("IEND", "");
}

class Run : public ::testing::Test {
 protected:
  CommandResult expect_success(const std::string& words) {
    const CommandResult result = folder.fovea(words);
    EXPECT_EQ(result.code, 0) << words << "\n" << result.err;
    return result;
  }

  // Fails with `code`, says `said`, and leaves the folder as it is.
  void expect_refused(const std::string& words, const std::string& said, int code = 1) {
    SCOPED_TRACE(words);
    const auto before = folder.snapshot();
    const CommandResult result = folder.fovea(words);
    EXPECT_EQ(result.code, code);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(has(result.err, "error: ")) << result.err;
    EXPECT_TRUE(has(result.err, said)) << result.err;
    EXPECT_TRUE(folder.snapshot() == before) << "a file was changed, made or left";
  }

  const CommandFolder folder;
};

TEST_F(Run, SeveralInputsAndOutputs) {
  sum_and_difference("sum/total", "a - b").save(folder / "two.mlir");
  write<float>(folder / "a.npy", {1, 3}, {1, 2, 3});
  write<float>(folder / "b.npy", {1, 3}, {10, 20, -3});
  const CommandResult result =
      expect_success("run two.mlir --input b=b.npy --input a=a.npy --output-dir new/folder");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(floats_in(folder / "new/folder/sum_total.npy"), (std::vector<float>{11, 22, 0}));
  EXPECT_EQ(floats_in(folder / "new/folder/a_-_b.npy"), (std::vector<float>{-9, -18, 6}));
  EXPECT_TRUE(has(result.out, "new/folder/sum_total.npy")) << result.out;
  EXPECT_EQ(folder.snapshot().size(), 7u); // three files, two folders, two results

  expect_refused("run two.mlir --input a=a.npy -o out", "input b [1, 3] f32");
  expect_refused("run two.mlir -o out", "a [1, 3] f32, b [1, 3] f32");
  expect_refused("run two.mlir --input a.npy --input b=b.npy", "which input is it?");
  expect_refused("run two.mlir -i a=a.npy -i a=b.npy", "input 'a' is given twice: a.npy");
  expect_refused("run two.mlir -i a= -i b=b.npy", "has no file");
  expect_refused("run two.mlir -i c=a.npy -i b=b.npy",
                 "has no input 'c'\n  expected: NAME=FILE, where NAME is one of: a [1, 3]");
}

// A dense layer that adds up 2 x 2 elements, over 3 x 3: the sum of each window.
TEST_F(Run, ClassifiersSlide) {
  Network net("sum");
  net.output("y", net.input("x", {1, 1, 2, 2}) | flatten | dense(1, no_bias).named("fc"));
  const float ones[] = {1, 1, 1, 1};
  net.set_weight("fc.weight", ones, sizeof ones);
  net.save(folder / "sum.mlir");
  write<float>(folder / "x.npy", {1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const CommandResult result = expect_success("run sum.mlir --slide x=1x1x3x3 -i x.npy -o out");
  EXPECT_EQ(floats_in(folder / "out/y.npy"), (std::vector<float>{12, 16, 24, 28}));
  expect_refused("run sum.mlir --slide z=1x1x3x3 -i x.npy -o new", "has no input 'z'");
  expect_refused("run sum.mlir --slide x=1x -i x.npy -o new", "--slide", 2);
  expect_refused("run sum.mlir --slide x=1x1x3x3 --slide x=1x1x4x4 -i x.npy -o new",
                 "input 'x' is given twice");
  expect_refused("run sum.mlir -i x.npy -o new", "x.npy");
}

TEST_F(Run, OutputsOfOneFileName) {
  sum_and_difference("s/t", "s_t").save(folder / "two.mlir");
  write<float>(folder / "a.npy", {1, 3}, {1, 2, 3});
  expect_refused("run two.mlir -i a=a.npy -i b=a.npy -o out",
                 "outputs 's/t' and 's_t' would both be written to s_t.npy");
  expect_success("run two.mlir -i a=a.npy -i b=a.npy");
}

TEST_F(Run, FilesThatAreNoInput) {
  echo({1, 2, 3}).save(folder / "echo.mlir");
  write<float>(folder / "x.npy", {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  expect_success("run echo.mlir -i x.npy");
  write<double>(folder / "f64.npy", {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  write<float>(folder / "batch.npy", {4, 2, 3}, std::vector<float>(24));
  write<float>(folder / "shape.npy", {1, 3, 2}, std::vector<float>(6));
  write<float>(folder / "flat.npy", {6}, std::vector<float>(6));
  const std::string whole = contents(folder / "x.npy");
  std::ofstream(folder / "cut.npy") << whole.substr(0, whole.size() - 1);
  std::ofstream(folder / "long.npy") << whole << "x";
  std::ofstream(folder / "empty.npy");
  std::ofstream(folder / "cut.png") << "\x89PNG\r\n\x1a\n";
  fs::create_directory(folder / "folder.npy");
  const std::string run = "run echo.mlir -o out --input x=";
  expect_refused(run + "f64.npy", "expected: [1, 2, 3] f32, got [1, 2, 3] f64\n  hint: in NumPy: "
                                  "numpy.save(file, array.astype('float32'))");
  expect_refused(run + "batch.npy", "give the model --batch 4");
  expect_refused(run + "shape.npy", "expected: [1, 2, 3] f32, got [1, 3, 2] f32");
  expect_refused(run + "flat.npy", "expected: [1, 2, 3] f32, got [6] f32");
  for (const char* name :
       {"cut.npy", "long.npy", "empty.npy", "folder.npy", "absent.npy", "echo.mlir", "cut.png"})
    expect_refused(run + name, name);
  ::mkfifo((folder / "pipe.npy").c_str(), 0600);
  const CommandResult pipe = folder.fovea(run + "pipe.npy"); // does not wait for what comes
  EXPECT_EQ(pipe.code, 1);
  EXPECT_TRUE(has(pipe.err, "pipe.npy")) << pipe.err;
}

TEST_F(Run, LeadingOneMayBeMissing) {
  echo({1, 2, 3}).save(folder / "echo.mlir");
  write<float>(folder / "x.npy", {2, 3}, {1, 2, 3, 4, 5, 6});
  const CommandResult result = expect_success("run echo.mlir -i x.npy -o out");
  EXPECT_EQ(result.err, "note: x.npy: [2, 3] f32 is taken as input 'x' [1, 2, 3] f32\n");
  EXPECT_EQ(host::read_npy(folder / "out/y.npy").shape(), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(floats_in(folder / "out/y.npy"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

// The name of a file may look like an input's.
TEST_F(Run, EqualsSignsInNames) {
  echo({1, 2}).save(folder / "echo.mlir");
  write<float>(folder / "a=b.npy", {1, 2}, {1, 2});
  expect_success("run echo.mlir -i a=b.npy");
  expect_success("run echo.mlir -i x=a=b.npy");
}

TEST_F(Run, Summary) {
  echo({1, 5}).save(folder / "echo.mlir");
  write<float>(folder / "x.npy", {1, 5}, {-7, 2, nan, 0.25f, 1});
  const Json json = Json::parse(expect_success("run echo.mlir -i x.npy --json").out);
  EXPECT_EQ(json["model"], "echo");
  const Json& y = json["outputs"][0];
  EXPECT_EQ(y["name"], "y");
  EXPECT_EQ(y["shape"], Json({1, 5}));
  EXPECT_EQ(y["dtype"], "f32");
  EXPECT_EQ(y["min"], 0);
  EXPECT_EQ(y["max"], 2);
  EXPECT_EQ(y["mean"], 3.25 / 4); // of what is a number: 0, 2, 0.25, 1
  EXPECT_EQ(y["nan"], 1);
  EXPECT_FALSE(y.contains("file"));
  const std::string table = expect_success("run echo.mlir -i x.npy").out;
  EXPECT_TRUE(has(table, "y       [1, 5]  f32     0  0.8125    2    1\n")) << table;
  const Json written = Json::parse(expect_success("run echo.mlir -i x.npy -o out --json").out);
  EXPECT_EQ(written["outputs"][0]["file"], "out/y.npy");
}

// Types without one in C++: their bits are read by hand.
TEST_F(Run, HalfPrecision) {
  Network net("half");
  net.output("y", net.input("x", {1, 6}, DType::f16) | relu);
  net.save(folder / "half.mlir");
  host::HostTensor x(FOVEA_F16, {1, 6});
  // 1.5, 65504 (the largest), 2^-24 (the smallest), infinity, NaN, -2
  const uint16_t bits[] = {0x3e00, 0x7bff, 0x0001, 0x7c00, 0x7e00, 0xc000};
  std::copy(std::begin(bits), std::end(bits), x.data<uint16_t>().begin());
  host::write_npy(folder / "x.npy", x);
  const Json y = Json::parse(expect_success("run half.mlir -i x.npy --top 6 --json").out);
  const Json& top = y["outputs"][0]["top"][0];
  EXPECT_EQ(y["outputs"][0]["nan"], 1);
  const std::vector<int64_t> order = {3, 1, 0, 2, 5, 4};
  for (size_t k = 0; k < order.size(); ++k)
    EXPECT_EQ(top[k]["index"], order[k]) << y;
  EXPECT_EQ(top[1]["value"], 65504);
  EXPECT_EQ(top[2]["value"], 1.5);
  EXPECT_EQ(top[3]["value"], std::ldexp(1, -24));
}

TEST_F(Run, Top) {
  echo({2, 4}).save(folder / "echo.mlir");
  write<float>(folder / "x.npy", {2, 4}, {3, 1, 3, 2, nan, 0.5f, 7, 0});
  std::ofstream(folder / "labels.txt") << "cat\nbig dog\r\nfish\nowl\n";
  EXPECT_EQ(expect_success("run echo.mlir -i x.npy --top 3 --labels labels.txt").out,
            "row  index  value  label\n"
            "--------------------------\n"
            "  0      0      3  cat\n"
            "         2      3  fish\n" // of equal ones the first first
            "         3      2  owl\n"
            "  1      2      7  fish\n"
            "         1    0.5  big dog\n"
            "         3      0  owl\n");
  const Json json = Json::parse(expect_success("run echo.mlir -i x.npy --top 9 --json").out);
  const Json& rows = json["outputs"][0]["top"];
  ASSERT_EQ(rows.size(), 2u);
  ASSERT_EQ(rows[1].size(), 4u);     // as many as there are
  EXPECT_EQ(rows[1][3]["index"], 0); // NaN is behind all numbers
  EXPECT_FALSE(rows[1][3].contains("label"));
  // Both tables where files are written too.
  EXPECT_TRUE(has(expect_success("run echo.mlir -i x.npy --top 1 -o out").out, "out/y.npy"));

  std::ofstream(folder / "three.txt") << "a\nb\nc";
  std::ofstream(folder / "none.txt");
  const std::string run = "run echo.mlir -i x.npy --top 1 --labels ";
  expect_refused(run + "three.txt", "expected: 4 lines, got 3");
  expect_refused(run + "none.txt", "none.txt");
  expect_refused(run + "absent.txt", "absent.txt");
  expect_refused(run + ".", "labels cannot be read");
  echo({1, 2, 2}).save(folder / "cube.mlir");
  write<float>(folder / "cube.npy", {1, 2, 2}, {1, 2, 3, 4});
  expect_refused("run cube.mlir -i cube.npy --top 1", "expected: an output of rank 2, got y 1x2x2");
}

TEST_F(Run, Images) {
  echo({1, 3, 2, 2}).save(folder / "colour.mlir");
  const std::string samples = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
  write_png(folder / "2x2.png", 2, 2, 3, samples);
  // Channel, row, column from row, column, channel; then what the options say.
  const auto expected = [&](double scale, const std::vector<double>& mean,
                            const std::vector<double>& std, bool bgr) {
    std::vector<float> values;
    for (size_t channel = 0; channel < 3; ++channel)
      for (size_t pixel = 0; pixel < 4; ++pixel) {
        const double sample = samples[3 * pixel + (bgr ? 2 - channel : channel)];
        values.push_back(
            static_cast<float>(std::max((sample * scale - mean[channel]) / std[channel], 0.)));
      }
    return values;
  };
  const auto result_of = [&](const std::string& words) {
    expect_success("run colour.mlir -i x=2x2.png -o out " + words);
    return floats_in(folder / "out/y.npy");
  };
  const auto expect_close = [](const std::vector<float>& got, const std::vector<float>& wanted) {
    ASSERT_EQ(got.size(), wanted.size());
    for (size_t k = 0; k < got.size(); ++k)
      EXPECT_NEAR(got[k], wanted[k], 1e-6 * std::abs(wanted[k])) << "element " << k;
  };
  expect_close(result_of(""), expected(1 / 255., {0, 0, 0}, {1, 1, 1}, false));
  expect_close(result_of("--scale 2 --mean 5 --std 0.5"),
               expected(2, {5, 5, 5}, {.5, .5, .5}, false));
  expect_close(result_of("--scale 1 --mean 1,2,3 --std 2,4,8"),
               expected(1, {1, 2, 3}, {2, 4, 8}, false));
  expect_close(result_of("--scale 1 --mean 1,2,3 --bgr"), expected(1, {1, 2, 3}, {1, 1, 1}, true));
}

TEST_F(Run, ImagesOfAnotherSize) {
  echo({1, 1, 2, 2}).save(folder / "grey.mlir");
  // Columns of 0, 0, 100, 100, 200, 200: the centre is 100.
  std::string wide;
  for (int row = 0; row < 2; ++row)
    wide += {0, 0, 100, 100, '\xc8', '\xc8'};
  write_png(folder / "wide.png", 2, 6, 1, wide);
  const std::string run = "run grey.mlir -o out --scale 1 -i wide.png";
  expect_refused(run, "wide.png");
  expect_refused(run + " --fit exact", "wide.png");
  expect_success(run + " --fit crop");
  EXPECT_EQ(floats_in(folder / "out/y.npy"), std::vector<float>(4, 100));
  expect_success(run + " --fit stretch");
  const std::vector<float> stretched = floats_in(folder / "out/y.npy");
  EXPECT_LT(stretched[0], 100);
  EXPECT_NEAR(stretched[0] + stretched[1], 200, 1e-3); // as symmetric as the image
}

TEST_F(Run, ImagesThatAreNoInput) {
  write_png(folder / "2x2.png", 2, 2, 1, "abcd");
  echo({2, 1, 2, 2}).save(folder / "batch.mlir");
  echo({1, 4}).save(folder / "flat.mlir");
  echo({1, 1, 2, 2}).save(folder / "grey.mlir");
  write<float>(folder / "x.npy", {1, 4}, {1, 2, 3, 4});
  expect_refused("run batch.mlir -i 2x2.png", "[2, 1, 2, 2] f32");
  expect_refused("run flat.mlir -i 2x2.png", "an image is no value for input 'x'");
  expect_refused("run flat.mlir -i x.npy --mean 0.5", "--mean", 2); // is for images
  expect_refused("run grey.mlir -i 2x2.png --mean 1,2,3", "--mean", 2);
  expect_refused("run grey.mlir -i 2x2.png --mean 1,,3", "--mean", 2);
  expect_refused("run grey.mlir -i 2x2.png --std x", "--std", 2);
  expect_refused("run grey.mlir -i 2x2.png --std 0", "std");
  expect_refused("run grey.mlir -i 2x2.png --fit other", "--fit", 2);
  write_png(folder / "rename.npy", 2, 2, 1, "abcd"); // its contents say what it is
  expect_success("run grey.mlir -i rename.npy");
}

TEST_F(Run, LibrariesAreCompiledAlready) {
  small_network().save(folder / "small.mlir");
  write<float>(folder / "x.npy", {1, 2, 6, 6}, std::vector<float>(72, 1));
  expect_success("compile small.mlir -o small.so");
  for (const char* option : {"-O2", "--precision exact", "--target x86-64-linux", "--batch 2",
                             "--schedule fc=Z:inline", "--no-cache", "--random 1"}) {
    const std::string words(option);
    expect_refused("run small.so -i x.npy " + words,
                   words.substr(0, words.starts_with("-O") ? 2 : words.find(' ')) +
                       ": small.so is a library",
                   2);
  }
  expect_refused("run small.so -i x.npy --weights x.npy", "--weights"); // its weights are in it
  std::ofstream(folder / "text.so") << "no library";
  expect_refused("run text.so -i x.npy", "text.so");
  expect_refused("run absent.so -i x.npy", "absent.so");
  const std::string library = contents(folder / "small.so");
  std::ofstream(folder / "cut.so") << library.substr(0, library.size() / 2);
  expect_refused("run cut.so -i x.npy", "cut.so");
  fs::rename(folder / "small.so", folder / "small.bin"); // by its contents
  expect_success("run small.bin -i x.npy");
}

TEST_F(Run, ThreadsAndLevelsAgree) {
  small_network("small", 4).save(folder / "small.mlir");
  std::vector<float> x(4 * 72);
  for (size_t k = 0; k < x.size(); ++k)
    x[k] = static_cast<float>(k % 19) / 19;
  write<float>(folder / "x.npy", {4, 2, 6, 6}, x);
  expect_success("run small.mlir -i x.npy -o one --threads 1");
  expect_success("run small.mlir -i x.npy -o three --threads 3");
  expect_success("run small.mlir -i x.npy -o generic -O0");
  EXPECT_EQ(contents(folder / "one/y.npy"), contents(folder / "three/y.npy"));
  const auto one = floats_in(folder / "one/y.npy"), generic = floats_in(folder / "generic/y.npy");
  for (size_t k = 0; k < one.size(); ++k)
    EXPECT_NEAR(one[k], generic[k], 1e-5); // sums in another order
}

TEST_F(Run, FoldersThatCannotBeWritten) {
  echo({1, 2}).save(folder / "echo.mlir");
  write<float>(folder / "x.npy", {1, 2}, {1, 2});
  std::ofstream(folder / "file") << "in the way";
  fs::create_directories(folder / "out/y.npy");
  const std::string run = "run echo.mlir -i x.npy -o ";
  expect_refused(run + "file", "file");
  expect_refused(run + "file/deeper", "file");
  expect_refused(run + "/proc/out", "/proc/out");
  expect_refused(run + "out", "y.npy"); // a folder has its name
}

TEST_F(Run, FullDisk) {
  sum_and_difference("a", "b").save(folder / "two.mlir");
  write<float>(folder / "x.npy", {1, 3}, {1, 2, 3});
  expect_success("run two.mlir -i a=x.npy -i b=x.npy"); // its kernels are in the cache now
  fs::create_directory(folder / "out");
  std::ofstream(folder / "out/a.npy") << "as it was";
  const auto before = folder.snapshot();
  for (const char* path : {"out", "new/folder"}) {
    const CommandResult result =
        folder.fovea(std::string("run two.mlir -i a=x.npy -i b=x.npy -o ") + path, {},
                     {.file_bytes = 100}); // NumPy's header has 128
    EXPECT_EQ(result.code, 1);
    EXPECT_TRUE(has(result.err, std::string(path) + "/a.npy")) << result.err;
    EXPECT_TRUE(folder.snapshot() == before) << path;
  }
}

} // namespace
} // namespace fovea::testing
