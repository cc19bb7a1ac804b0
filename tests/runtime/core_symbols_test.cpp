// The core goes into emitted libraries, which need the C library alone and run nothing when loaded.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace {

std::filesystem::path find_archive() {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FOVEA_BINARY_DIR))
    if (entry.path().filename() == "libfovea_runtime_core.a")
      return entry.path();
  return {};
}

struct CoreSymbols : testing::Test {
  std::string archive = find_archive();
  int code = -1;

  void SetUp() override {
    ASSERT_FALSE(archive.empty()) << "no libfovea_runtime_core.a below " FOVEA_BINARY_DIR;
  }

  std::string output_of(const std::string& command) {
    std::string text;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    if (!pipe)
      return text;
    char line[1024];
    while (std::fgets(line, sizeof line, pipe))
      text += line;
    code = pclose(pipe);
    return text;
  }
};

TEST_F(CoreSymbols, NeedNoCppLibrary) {
  std::string text = output_of("nm -u '" + archive + "'");
  ASSERT_EQ(code, 0) << text;
  for (const char* forbidden : {"_ZSt", "_ZNSt", "_ZNKSt", "_ZTV", "_ZTI", "_Zn", "_Zd", "__cxa_",
                                "__gxx_personality", "_Unwind", "__dynamic_cast", "__glibcxx"})
    EXPECT_EQ(text.find(forbidden), std::string::npos) << forbidden << " in\n" << text;
  EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 20) << "nm listed too little to judge";
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

// All of it as a library, with nothing to lean on but the C library.
TEST_F(CoreSymbols, LinkAgainstTheCLibraryAlone) {
  if (sanitized)
    GTEST_SKIP() << "a sanitizer's calls need its own library";
  std::string text = output_of("cc -shared -nostdlib -o /dev/null -Wl,--no-undefined "
                               "-Wl,--whole-archive '" +
                               archive + "' -Wl,--no-whole-archive -lpthread -ldl -lc");
  EXPECT_EQ(code, 0) << text;
}

TEST_F(CoreSymbols, RunNothingWhenLoaded) {
  if (sanitized)
    GTEST_SKIP() << "a sanitizer registers each object file when it is loaded";
  std::string text = output_of("readelf --wide --sections '" + archive + "'");
  ASSERT_EQ(code, 0) << text;
  for (const char* forbidden : {".init_array", ".ctors", ".fini_array", ".dtors", ".preinit_array",
                                ".tdata", ".tbss", ".gcc_except_table"})
    EXPECT_EQ(text.find(forbidden), std::string::npos) << forbidden << " in\n" << text;
  EXPECT_NE(text.find(".text"), std::string::npos) << text;
}

} // namespace
