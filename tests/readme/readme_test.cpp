// The README's program is the one in examples/, and its output is what that program prints.
// To bring the README up to date: FOVEA_UPDATE_README=1 ./dev test readme
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace {

const std::string source = FOVEA_SOURCE_DIR;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  char part[4096];
  while (size_t size = std::fread(part, 1, sizeof part, pipe))
    text.append(part, size);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

// The text between the fence that follows `heading` and the next fence.
struct Fenced {
  size_t begin = 0, end = 0;
};
Fenced fenced_after(const std::string& readme, const std::string& heading) {
  const size_t from = readme.find(heading);
  EXPECT_NE(from, std::string::npos) << heading;
  const size_t fence = readme.find("```", from);
  const size_t begin = readme.find('\n', fence) + 1;
  return {begin, readme.find("```", begin)};
}

void check_block(const std::string& heading, const std::string& expected) {
  std::string readme = read_file(source + "/README.md");
  const Fenced block = fenced_after(readme, heading);
  if (std::getenv("FOVEA_UPDATE_README")) {
    readme.replace(block.begin, block.end - block.begin, expected);
    std::ofstream(source + "/README.md") << readme;
    return;
  }
  EXPECT_EQ(readme.substr(block.begin, block.end - block.begin), expected)
      << "run: FOVEA_UPDATE_README=1 ./dev test readme";
}

TEST(Readme, ProgramIsTheExample) {
  check_block("`examples/00_first_steps.cpp`:", read_file(source + "/examples/00_first_steps.cpp"));
}

TEST(Readme, OutputIsWhatItPrints) {
  check_block("It prints", output_of(std::string(FOVEA_BINARY_DIR) + "/bin/00_first_steps"));
}

TEST(Readme, InspectIsWhatItPrints) {
  check_block("`fovea inspect zoo:lenet5` prints",
              output_of(std::string(FOVEA_BINARY_DIR) + "/bin/fovea inspect zoo:lenet5"));
}

} // namespace
