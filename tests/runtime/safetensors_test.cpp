// The safetensors reader, against bytes made by hand.
#include "scratch_folder.hpp"

using namespace fovea::host;
using namespace fovea_test;

namespace {

std::string safetensors(const std::string& header, const std::string& data) {
  return little_endian<std::uint64_t>({header.size()}) + header + data;
}

// Two tensors, of 8 and 3 bytes.
const std::string data = little_endian<float>({1.5f, -2}) + std::string("\x01\x02\x03");
const std::string good = safetensors(R"({"__metadata__":{"format":"pt"},)"
                                     R"("w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                                     R"("b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}  )",
                                     data);

TEST(Safetensors, ReadsTensors) {
  ScratchFolder folder;
  TensorMap tensors = read_safetensors(folder.write(good));
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors.at("w").shape(), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(tensors.at("w").data<float>()[1], -2);
  EXPECT_EQ(tensors.at("b").data<std::uint8_t>()[2], 3);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensors.at("b").bytes()) % 64, 0u);
  EXPECT_TRUE(read_safetensors(folder.write(safetensors("{}", ""))).empty());
}

TEST(Safetensors, OrderInTheHeaderDoesNotMatter) {
  ScratchFolder folder;
  TensorMap tensors = read_safetensors(
      folder.write(safetensors(R"({"z":{"data_offsets":[8,11],"shape":[3],"dtype":"I8"},)"
                               R"("empty":{"dtype":"F64","shape":[0],"data_offsets":[8,8]},)"
                               R"("a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})",
                               data)));
  EXPECT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors.at("z").data<std::int8_t>()[0], 1);
  EXPECT_EQ(tensors.at("a").size(), 1u);
}

TEST(Safetensors, SixteenBitTypes) {
  ScratchFolder folder;
  TensorMap tensors = read_safetensors(
      folder.write(safetensors(R"({"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},)"
                               R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]}})",
                               little_endian<std::uint16_t>({0x3c00, 0x3f80}))));
  EXPECT_EQ(tensors.at("h").data<std::uint16_t>()[0], 0x3c00);
  EXPECT_EQ(tensors.at("b").data<std::uint16_t>()[0], 0x3f80);
  EXPECT_EQ(tensors.at("b").dtype(), FOVEA_BF16);
}

TEST(Safetensors, RefusesWhatIsWrong) {
  ScratchFolder folder;
  struct Case {
    std::string bytes, words;
  };
  auto header = [](const std::string& text) { return safetensors(text, data); };
  auto one = [](const std::string& fields) {
    return safetensors(R"({"t":{)" + fields + "}}", data);
  };
  const Case cases[] = {
      {"", "the file ends too early"},
      {little_endian<std::uint64_t>({UINT64_MAX}) + "{}", "absurd length"},
      {little_endian<std::uint64_t>({100'000'001}) + "{}", "absurd length"},
      {little_endian<std::uint64_t>({1000}) + "{}", "the file ends too early"},
      {header(""), "begins with '{'"},
      {header(" {}"), "begins with '{'"},
      {header("{"), "broken JSON"},
      {header("{}x"), "broken JSON"},
      {header("{\"\xff\":1}"), "broken JSON"},
      {header("{}"), "data after the last tensor"},
      {header(R"({"t":1})"), "expected: an object with dtype, shape, data_offsets"},
      {header(R"({"t":[]})"), "expected: an object with dtype"},
      {header(R"({"t":{}})"), "incomplete"},
      {header(R"({"__metadata__":{"a":1}})"), "expected: a string"},
      {header(R"({"__metadata__":{"a":"1","a":"2"}})"), "repeated key"},
      {header(R"({"__metadata__":{},"__metadata__":{}})"), "repeated tensor name"},
      {one(R"("dtype":"F32","shape":[NaN],"data_offsets":[0,8])"), "broken JSON"},
      {one(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])"), "whole numbers"},
      {one(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"), "whole numbers"},
      {one(R"("dtype":"F32","shape":[[2]],"data_offsets":[0,8])"), "an array inside an array"},
      {one(R"("dtype":"F32","shape":null,"data_offsets":[0,8])"), "got: null"},
      {one(R"("dtype":"F32","shape":2,"data_offsets":[0,8])"), "shape as an array"},
      {one(R"("dtype":3,"shape":[2],"data_offsets":[0,8])"), "dtype as a string"},
      {one(R"("dtype":"F32","shape":["2"],"data_offsets":[0,8])"), "shape as an array"},
      {one(R"("dtype":"F32","shape":[2],"data_offsets":[0])"), "expected: two offsets"},
      {one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8,8])"), "expected: two offsets"},
      {one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1)"), "repeated key"},
      {one(R"("dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8])"), "repeated key"},
      {one(R"("dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8])"), "unsupported dtype"},
      {one(R"("dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8])"), "63 bits"},
      {one(R"("dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8])"),
       "impossible shape"},
      {one(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,11],"data_offsets":[0,11])"),
       "rank too large"},
      {one(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), "do not fit the shape"},
      {one(R"("dtype":"F32","shape":[3],"data_offsets":[0,12])"), "out of bounds"},
      {one(R"("dtype":"F32","shape":[3],"data_offsets":[8,4])"), "out of bounds"},
      {one(R"("dtype":"U8","shape":[0],"data_offsets":[99,99])"), "out of bounds"},
      {one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])"), "data after the last tensor"},
      {one(R"("dtype":"F32","shape":[2],"data_offsets":[3,11])"), "a gap before it"},
      {one(R"("dtype":"BOOL","shape":[11],"data_offsets":[0,11])"), "is no boolean"},
      {header(R"({"t":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},)"
              R"("u":{"dtype":"U8","shape":[8],"data_offsets":[3,11]}})"),
       "overlaps another tensor"},
      {header(R"({"t":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},)"
              R"("t":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}})"),
       "repeated tensor name"},
  };
  for (const Case& wrong : cases)
    expect_refused(folder.write(wrong.bytes), read_safetensors, wrong.words, wrong.words);
}

TEST(Safetensors, DeepNestingIsNoProblem) {
  ScratchFolder folder;
  for (const char* open : {"[", "{\"a\":"}) {
    std::string header = "{\"t\":";
    for (int i = 0; i < 200'000; ++i)
      header += open;
    EXPECT_THROW(read_safetensors(folder.write(safetensors(header, ""))), FileError);
  }
}

TEST(Safetensors, TruncatedAndDamagedFiles) {
  ScratchFolder folder;
  expect_prefixes_refused(folder, good, read_safetensors);
  expect_damage_survived(folder, good, read_safetensors);
}

TensorMap tensors_of_each_kind() {
  TensorMap tensors;
  for (fovea_dtype dtype : {FOVEA_F16, FOVEA_BF16, FOVEA_F32, FOVEA_F64, FOVEA_I8, FOVEA_U8,
                            FOVEA_I32, FOVEA_I64, FOVEA_BOOLEAN})
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{}, {5}, {4, 16}, {3, 8}, {0, 2}}) {
      HostTensor tensor(dtype, shape);
      for (std::size_t i = 0; i < tensor.size_bytes(); ++i)
        tensor.bytes()[i] = std::byte(dtype == FOVEA_BOOLEAN ? i % 2 : i * 37 % 251);
      tensors.emplace(std::string(fovea_dtype_name(dtype)) + to_string(shape), std::move(tensor));
    }
  return tensors;
}

TEST(Safetensors, WriterIsReadBack) {
  ScratchFolder folder;
  const TensorMap tensors = tensors_of_each_kind();
  write_safetensors(folder.path() / "out", tensors);
  TensorMap again = read_safetensors(folder.path() / "out");
  ASSERT_EQ(again.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    const HostTensor& read = again.at(name);
    EXPECT_EQ(read.dtype(), tensor.dtype()) << name;
    EXPECT_EQ(read.shape(), tensor.shape()) << name;
    EXPECT_TRUE(std::equal(tensor.bytes(), tensor.bytes() + tensor.size_bytes(), read.bytes()));
  }
  write_safetensors(folder.path() / "out", {});
  EXPECT_TRUE(read_safetensors(folder.path() / "out").empty());
}

// By the format's description: what is a multiple of 64 bytes long comes first, then what leaves
// the next tensor aligned best; data begin at a multiple of 64.
TEST(Safetensors, WriterGivesTheFormatsBytes) {
  ScratchFolder folder;
  TensorMap tensors;
  tensors.emplace("a", HostTensor({3}, std::vector<std::uint8_t>{1, 2, 3}));
  tensors.emplace("b\"\u00e9", HostTensor({1, 1}, std::vector<float>{1.5f}));
  tensors.emplace("c", HostTensor(FOVEA_F64, {2, 4}));
  tensors.emplace("d", HostTensor(FOVEA_I32, {0}));
  write_safetensors(folder.path() / "out", tensors);
  std::string header = R"({"c":{"dtype":"F64","shape":[2,4],"data_offsets":[0,64]},)"
                       R"("d":{"dtype":"I32","shape":[0],"data_offsets":[64,64]},)"
                       R"("b\"é":{"dtype":"F32","shape":[1,1],"data_offsets":[64,68]},)"
                       R"("a":{"dtype":"U8","shape":[3],"data_offsets":[68,71]}})";
  header.resize(248, ' ');
  EXPECT_EQ(read_bytes(folder.path() / "out"),
            safetensors(header, std::string(64, '\0') + little_endian<float>({1.5f}) + "\1\2\3"));
}

TEST(Safetensors, WriterFailsCleanly) {
  ScratchFolder folder;
  TensorMap tensors;
  auto write = [&](const std::filesystem::path& path) { write_safetensors(path, tensors); };
  expect_refused(folder.path(), write, "cannot write");
  tensors.emplace("__metadata__", HostTensor(FOVEA_F32, {1}));
  expect_refused(folder.path() / "out", write, "reserved name");
  tensors.clear();
  tensors.emplace("\xff", HostTensor(FOVEA_F32, {1}));
  expect_refused(folder.path() / "out", write, "expected: UTF-8");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

TEST(Safetensors, WeightsOfTheExamples) {
  TensorMap tensors = read_safetensors(FOVEA_SOURCE_DIR "/examples/data/lenet5.safetensors");
  std::size_t parameters = 0;
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(tensor.dtype(), FOVEA_F32) << name;
    parameters += tensor.size();
  }
  // (25+1)*6 + (6*25+1)*16 + (16*25+1)*120 + (120+1)*84 + (84+1)*10
  EXPECT_EQ(parameters, 61706u);
}

} // namespace
