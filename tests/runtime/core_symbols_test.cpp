// The core goes into emitted libraries, which need the C library alone.
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

TEST(CoreSymbols, NeedNoCppLibrary) {
  std::filesystem::path archive = find_archive();
  ASSERT_FALSE(archive.empty()) << "no libfovea_runtime_core.a below " FOVEA_BINARY_DIR;
  FILE* pipe = popen(("nm -u '" + archive.string() + "' 2>&1").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char line[1024];
  int symbols = 0;
  while (std::fgets(line, sizeof line, pipe)) {
    std::string text = line;
    symbols += text.find(" U ") != std::string::npos;
    for (const char* forbidden : {"_ZSt", "_ZNSt", "_ZNKSt", "_ZTV", "_ZTI", "_Zn", "_Zd", "__cxa_",
                                  "__gxx_personality", "_Unwind", "__dynamic_cast", "__glibcxx"})
      EXPECT_EQ(text.find(forbidden), std::string::npos) << text;
  }
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_GT(symbols, 20) << "nm listed too little to judge";
}

} // namespace
