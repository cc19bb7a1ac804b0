#include <expect_error.hpp>
#include <fovea/array.hpp>

#include <gmock/gmock.h>

#include <filesystem>

namespace fovea::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Array, is_a_value) {
  Array<int32_t> a({2, 3}, {1, 2, 3, 4, 5, 6});
  Array<int32_t> b = a;
  b(1, 0) = 40;
  EXPECT_EQ(a(1, 0), 4);
  EXPECT_THAT(b.row(1), ElementsAre(40, 5, 6));
  const Array<int32_t> c = std::move(b);
  EXPECT_EQ(b.size(), 0); // NOLINT(bugprone-use-after-move): moved-from arrays are empty
  EXPECT_EQ(c.shape(), (Shape{2, 3}));
  a = c;
  EXPECT_THAT(a, ElementsAre(1, 2, 3, 40, 5, 6));
  EXPECT_THAT(a.reshaped({6}), ElementsAre(1, 2, 3, 40, 5, 6));
}

TEST(Array, is_zero_and_aligned) {
  for (int64_t extent : {0, 1, 3, 1000}) {
    const Array<uint8_t> array({extent});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(array.data()) % 64, 0u);
    EXPECT_TRUE(std::ranges::all_of(array, [](uint8_t e) { return e == 0; }));
  }
  EXPECT_EQ(Array<float>(Shape{}).size(), 1) << "a scalar";
  EXPECT_EQ(Array<bool>({2, 2}).size(), 4);
}

TEST(Array, refuses_what_cannot_be) {
  EXPECT_THROW(Array<float>({-1}), Error);
  EXPECT_THROW(Array<float>({int64_t{1} << 40, int64_t{1} << 40}), Error);
  EXPECT_THROW(Array<float>({3}, {1.f, 2.f}), Error);
  EXPECT_THROW(Array<float>({3}).row(3), Error);
  EXPECT_THROW(Array<float>({3}).row(-1), Error);
  EXPECT_THROW(Array<float>(Shape{}).row(0), Error);
  EXPECT_THROW(Array<float>({3}).reshaped({4}), Error);
}

TEST(Array, goes_through_a_numpy_file) {
  const std::string path = ::testing::TempDir() + "fovea_array_test.npy";
  const Array<double> written({2, 2}, {1, 2, 3, 4.5});
  write_npy(path, written);
  const Array<double> read = read_npy<double>(path);
  EXPECT_EQ(read.shape(), written.shape());
  EXPECT_TRUE(std::ranges::equal(read, written));

  const ErrorParts wrong = error_of([&] { read_npy<float>(path); });
  EXPECT_EQ(wrong.expected, "f32");
  EXPECT_EQ(wrong.got, "2x2xf64");
  EXPECT_THAT(wrong.where.file, HasSubstr("array_test.cpp"));
  std::filesystem::remove(path);
  EXPECT_THAT(error_of([&] { read_npy<float>(path); }).what, HasSubstr("fovea_array_test.npy"));
  EXPECT_THROW(write_npy("/no/such/folder/x.npy", written), Error);
}

TEST(Array, reads_mnist) {
  const std::string data = std::string(FOVEA_SOURCE_DIR) + "/examples/data/";
  EXPECT_EQ(read_idx<uint8_t>(data + "t10k-images-idx3-ubyte.gz").shape(), (Shape{10000, 28, 28}));
  EXPECT_THAT(read_idx<uint8_t>(data + "t10k-labels-idx1-ubyte.gz").span().first(4),
              ElementsAre(7, 2, 1, 0));
}

} // namespace
} // namespace fovea::testing
