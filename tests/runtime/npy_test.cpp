// The .npy reader and writer, against bytes made by hand from NumPy's description of the format.
#include "scratch_folder.hpp"

using namespace fovea::host;
using namespace fovea_test;

namespace {

std::string npy(const std::string& header, const std::string& data, int major = 1) {
  std::string length = little_endian<std::uint32_t>({std::uint32_t(header.size())});
  return "\x93NUMPY" + std::string{char(major), '\0'} + length.substr(0, major == 1 ? 2 : 4) +
         header + data;
}

const std::string six_floats = little_endian<float>({0, 1, 2, 3, 4, -5.5f});
const std::string good_header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n";

TEST(Npy, ReadsVersionsOneToThree) {
  ScratchFolder folder;
  for (int major : {1, 2, 3}) {
    HostTensor tensor = read_npy(folder.write(npy(good_header, six_floats, major)));
    EXPECT_EQ(tensor.dtype(), FOVEA_F32);
    EXPECT_EQ(tensor.shape(), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(tensor.data<float>()[5], -5.5f);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.bytes()) % 64, 0u);
    EXPECT_THROW(tensor.data<double>(), std::invalid_argument);
  }
}

TEST(Npy, OtherSpellingsOfAHeader) {
  ScratchFolder folder;
  for (const char* header : {"{\"shape\":(6,),\"descr\":\"<f4\",\"fortran_order\":False}",
                             "{'fortran_order': False, 'shape': (6,), 'descr': '<f4'}\n",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 6, 1,),}"})
    EXPECT_EQ(read_npy(folder.write(npy(header, six_floats))).size(), 6u) << header;
  HostTensor scalar = read_npy(folder.write(
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", six_floats.substr(0, 4))));
  EXPECT_TRUE(scalar.shape().empty());
  EXPECT_EQ(scalar.size(), 1u);
  HostTensor empty = read_npy(
      folder.write(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3, 0), }", "")));
  EXPECT_EQ(empty.size(), 0u);
}

TEST(Npy, WriterIsReadBackForEachDtype) {
  ScratchFolder folder;
  std::filesystem::path path = folder.path() / "out.npy";
  for (fovea_dtype dtype :
       {FOVEA_F16, FOVEA_F32, FOVEA_F64, FOVEA_I8, FOVEA_U8, FOVEA_I32, FOVEA_I64, FOVEA_BOOLEAN})
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{}, {5}, {2, 3, 4}, {0, 2}}) {
      HostTensor tensor(dtype, shape);
      for (std::size_t i = 0; i < tensor.size_bytes(); ++i)
        tensor.bytes()[i] = std::byte(dtype == FOVEA_BOOLEAN ? i % 2 : i * 37 % 251);
      write_npy(path, tensor);
      HostTensor again = read_npy(path);
      EXPECT_EQ(again.dtype(), dtype);
      EXPECT_EQ(again.shape(), shape);
      EXPECT_TRUE(std::equal(tensor.bytes(), tensor.bytes() + tensor.size_bytes(), again.bytes()));
      EXPECT_EQ((read_bytes(path).size() - tensor.size_bytes()) % 64, 0u); // data are aligned
    }
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
    ++files;
  EXPECT_EQ(files, 1) << "temporary files left behind";
}

// The bytes that numpy.save writes for numpy.array([1, 2], dtype=numpy.int8).
TEST(Npy, WriterGivesNumpysBytes) {
  ScratchFolder folder;
  std::filesystem::path path = folder.path() / "out.npy";
  write_npy(path, HostTensor({2}, std::vector<std::int8_t>{1, 2}));
  std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }";
  header += std::string(117 - header.size(), ' ') + "\n";
  EXPECT_EQ(read_bytes(path).substr(0, 6), "\x93NUMPY");
  EXPECT_EQ(read_bytes(path), npy(header, "\x01\x02"));
}

TEST(Npy, WriterFailsCleanly) {
  ScratchFolder folder;
  HostTensor tensor(FOVEA_F32, {2});
  auto write = [&](const std::filesystem::path& path) { write_npy(path, tensor); };
  expect_refused(folder.path() / "nowhere" / "out.npy", write, "cannot write");
  expect_refused(folder.path(), write, "cannot write"); // a folder is in its place
  tensor = HostTensor(FOVEA_BF16, {2});
  expect_refused(folder.path() / "out.npy", write, "NumPy has no such dtype");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.npy"));
}

TEST(Npy, RefusesWhatIsWrong) {
  ScratchFolder folder;
  struct Case {
    std::string bytes, words;
  };
  auto header = [](const std::string& text) { return npy(text, six_floats); };
  const Case cases[] = {
      {"", "npy magic: the file ends too early"},
      {std::string(100, 'x'), "wrong magic"},
      {npy(good_header, six_floats, 4), "unsupported version"},
      {npy(good_header, six_floats + "x"), "the data have the wrong size"},
      {npy(good_header, six_floats.substr(1)), "expected: 24 bytes for f32 of shape [2, 3]"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{", 13), "absurd length"},
      {header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"),
       "numpy.ascontiguousarray"},
      {header("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }"), "newbyteorder"},
      {header("{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }"), "unsupported dtype"},
      {header("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }"), "unsupported dtype"},
      {header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }"), "structured"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3), }"), "whole number"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (6), }"), "no tuple"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }"),
       "exceeds 63 bits"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
       "impossible shape"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296), }"),
       "impossible shape"},
      {header("{'descr': '<f4', 'fortran_order': False, "
              "'shape': (1,1,1,1,1,1,1,1,1,1,1,1,6), }"),
       "more than 12 dimensions"},
      {header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,), }"),
       "repeated key 'descr'"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'more': 1}"),
       "repeated key 'more'"},
      {header("{'descr': '<f4', 'shape': (6,), }"), "a key is missing"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), } {}"), "text after"},
      {header("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,), }"), "neither True nor False"},
      {header("{'descr': '<f4"), "does not end"},
      {header(""), "'{' is missing"},
      {npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", std::string("\x01\x02")),
       "element 1 is no boolean"},
  };
  for (const Case& wrong : cases)
    expect_refused(folder.write(wrong.bytes), read_npy, wrong.words, wrong.words);
  expect_refused(folder.path() / "missing.npy", read_npy, "cannot open");
  expect_refused(folder.path(), read_npy, "expected: a regular file");
  expect_refused("/dev/zero", read_npy, "expected: a regular file");
}

TEST(Npy, TruncatedAndDamagedFiles) {
  ScratchFolder folder;
  std::string bytes = npy(good_header, six_floats);
  expect_prefixes_refused(folder, bytes, read_npy);
  expect_damage_survived(folder, bytes, read_npy);
}

TEST(Npy, ReferenceOutputOfTheExamples) {
  HostTensor tensor = read_npy(FOVEA_SOURCE_DIR "/examples/data/t10k_first256_softmax.npy");
  EXPECT_EQ(tensor.shape(), (std::vector<std::int64_t>{256, 10}));
  std::span<const float> values = std::as_const(tensor).data<float>();
  for (std::size_t row = 0; row < 256; ++row) { // rows of a softmax
    float sum = 0;
    for (std::size_t c = 0; c < 10; ++c)
      sum += values[row * 10 + c];
    EXPECT_NEAR(sum, 1, 1e-5);
  }
}

} // namespace
