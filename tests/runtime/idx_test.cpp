// The IDX reader: plain bytes made by hand, and gzip files made with zlib.
#include "scratch_folder.hpp"

#include <zlib.h>

using namespace fovea::host;
using namespace fovea_test;

namespace {

std::string idx(int type, std::initializer_list<std::uint32_t> shape, const std::string& data) {
  std::string bytes{'\0', '\0', char(type), char(shape.size())};
  for (std::uint32_t extent : shape)
    for (int shift : {24, 16, 8, 0})
      bytes += char(extent >> shift & 0xff);
  return bytes + data;
}

std::string gzip(const std::string& bytes) {
  ScratchFolder folder;
  std::filesystem::path path = folder.path() / "packed.gz";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), unsigned(bytes.size()));
  gzclose(file);
  return read_bytes(path);
}

const std::string good = idx(8, {2, 3}, "abcdef");

TEST(Idx, ReadsPlainAndGzipped) {
  ScratchFolder folder;
  for (const std::string& bytes : {good, gzip(good)}) {
    HostTensor tensor = read_idx(folder.write(bytes));
    EXPECT_EQ(tensor.dtype(), FOVEA_U8);
    EXPECT_EQ(tensor.shape(), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(tensor.data<std::uint8_t>()[5], 'f');
  }
}

TEST(Idx, BigEndianElements) {
  ScratchFolder folder;
  HostTensor integers =
      read_idx(folder.write(idx(12, {2}, std::string("\0\0\1\2\xff\xff\xff\xfe", 8))));
  EXPECT_EQ(integers.data<std::int32_t>()[0], 258);
  EXPECT_EQ(integers.data<std::int32_t>()[1], -2);
  HostTensor floats = read_idx(folder.write(idx(13, {1}, std::string("\x3f\xc0\0\0", 4))));
  EXPECT_EQ(floats.data<float>()[0], 1.5f);
  HostTensor doubles = read_idx(folder.write(idx(14, {1}, std::string("\xc0\0\0\0\0\0\0\0", 8))));
  EXPECT_EQ(doubles.data<double>()[0], -2.0);
  EXPECT_EQ(read_idx(folder.write(idx(9, {1}, "\xff"))).data<std::int8_t>()[0], -1);
}

TEST(Idx, RefusesWhatIsWrong) {
  ScratchFolder folder;
  struct Case {
    std::string bytes, words;
  };
  const Case cases[] = {
      {"", "the file ends too early"},
      {"abcd", "wrong magic"},
      {idx(7, {1}, "a"), "unsupported type"},
      {idx(11, {1}, "ab"), "unsupported type"},
      {idx(8, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "a"), "rank too large"},
      {good + "x", "data after the last element"},
      {gzip(good + "x"), "data after the last element"},
      {gzip(good.substr(0, good.size() - 1)), "the file ends too early"},
      {idx(8, {0xffffffff}, "a"), "too small for its shape"},
      {gzip(idx(8, {0xffffffff}, "a")), "too small for its shape"},
      {idx(8, {0xffffffff, 0xffffffff, 0xffffffff}, "a"), "impossible shape"},
  };
  for (const Case& wrong : cases)
    expect_refused(folder.write(wrong.bytes), read_idx, wrong.words, wrong.words);
  std::string damaged = gzip(good);
  damaged[damaged.size() - 6] ^= 1; // checksum
  expect_refused(folder.write(damaged), read_idx, "damaged gzip data");
  expect_refused(folder.path() / "missing", read_idx, "cannot open");
  expect_refused(folder.path(), read_idx, "expected: a regular file");
}

TEST(Idx, TruncatedAndDamagedFiles) {
  ScratchFolder folder;
  for (const std::string& bytes : {good, gzip(good)}) {
    expect_prefixes_refused(folder, bytes, read_idx);
    expect_damage_survived(folder, bytes, read_idx);
  }
}

TEST(Idx, ImagesOfTheExamples) {
  HostTensor images = read_idx(FOVEA_SOURCE_DIR "/examples/data/t10k-images-idx3-ubyte.gz");
  EXPECT_EQ(images.shape(), (std::vector<std::int64_t>{10000, 28, 28}));
  HostTensor labels = read_idx(FOVEA_SOURCE_DIR "/examples/data/t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(labels.shape(), (std::vector<std::int64_t>{10000}));
  // As published: the first test image is a seven, then 2, 1, 0, 4.
  const std::uint8_t first[] = {7, 2, 1, 0, 4};
  EXPECT_TRUE(std::equal(first, first + 5, labels.data<std::uint8_t>().begin()));
}

} // namespace
