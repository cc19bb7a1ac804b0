#include "kernel_cache_fakes.hpp"

#include "compiler/driver/loaded_library.hpp"

#include <fovea/kernels/kernels.hpp>

#include <gmock/gmock.h>

#include <set>

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;

TEST(KernelCacheKey, the_key_holds_all_that_decides_a_kernel) {
  std::set<std::string> texts, digests;
  const auto expect_new = [&](const char* what, const auto& change) {
    KernelRequest request = request_number(1);
    change(request);
    const KernelKey key = cache_key(request);
    EXPECT_TRUE(texts.insert(key.text).second) << what;
    EXPECT_TRUE(digests.insert(digest_of(key)).second) << what;
  };
  expect_new("the first", [](KernelRequest&) {});
  expect_new("shape", [](KernelRequest& r) { r.definition = small_definition(9); });
  expect_new("operand's name", [](KernelRequest& r) { r.definition.operands[0].name += "2"; });
  expect_new("equation's name", [](KernelRequest& r) { r.definition.equations[0].name += "2"; });
  expect_new("index", [](KernelRequest& r) { r.definition.equations[0].free[0].name = "q"; });
  expect_new("reduced", [](KernelRequest& r) { r.definition.equations[0].reduced[0].name = "q"; });
  expect_new("dtype", [](KernelRequest& r) { r.definition.equations[0].type = DType::f64; });
  expect_new("algorithm", [](KernelRequest& r) { r.algorithm = "winograd"; });
  expect_new("no schedule is not the default", [](KernelRequest& r) { r.schedule = Schedule(); });
  expect_new("schedule", [](KernelRequest& r) { r.schedule = schedule("Z: parallel(i)"); });
  expect_new("target", [](KernelRequest& r) { r.target.avx = true; });
  expect_new("threads", [](KernelRequest& r) { r.target.threads = 3; });
  expect_new("symbol", [](KernelRequest& r) { r.symbol = "other"; });

  KernelRequest request = request_number(1);
  request.definition.name = "another name of the whole decides nothing";
  EXPECT_TRUE(texts.count(cache_key(request).text));
}

TEST(KernelCacheKey, the_key_names_its_compiler) {
  const std::string text = cache_key(request_number(1)).text;
  EXPECT_THAT(text, HasSubstr("\n" + std::string(kernels::code_identity()) + "\n"));
  EXPECT_EQ(kernels::code_identity().size(), 64u);
  EXPECT_THAT(text, HasSubstr("\n" + kernels::halide_version() + "\n"));
  EXPECT_THAT(text, HasSubstr(driver::identity_of_library("libHalide.")));
}

TEST(KernelCacheKey, the_key_of_equal_texts_in_other_places_differs) {
  KernelRequest one = request_number(1), two = one;
  one.definition.operands[0].name = "a\noperand 1\nb";
  two.definition.operands[0].name = "a";
  two.definition.operands[1].name = "b";
  EXPECT_NE(cache_key(one).text, cache_key(two).text);
}

// As the file of the library has it.
TEST(KernelCacheKey, libraries_are_told_apart_by_build_id) {
  std::ifstream maps("/proc/self/maps");
  std::string path;
  for (std::string line; std::getline(maps, line) && path.empty();)
    if (line.find("/libHalide.") != line.npos)
      path = line.substr(line.find('/'));
  ASSERT_FALSE(path.empty());
  const std::string library = bytes_of(path);
  const size_t note = library.find(std::string("\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0", 16));
  ASSERT_NE(note, library.npos) << path;
  std::string digits;
  for (const char byte : library.substr(note + 16, 20)) {
    constexpr const char* hexadecimal = "0123456789abcdef";
    digits += hexadecimal[static_cast<unsigned char>(byte) >> 4];
    digits += hexadecimal[byte & 15];
  }
  EXPECT_EQ(driver::identity_of_library("libHalide."), "build id " + digits);
  EXPECT_EQ(driver::identity_of_library("libhalide."), "");
}

TEST(KernelCacheKey, names_cannot_play_with_the_terminal) {
  KernelRequest request = request_number(1);
  request.definition.name = "a\x1b[2Jb\n";
  EXPECT_THAT(cache_key(request).what, HasSubstr("a?[2Jb?"));
}

} // namespace
} // namespace fovea::testing
