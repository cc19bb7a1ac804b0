// Help texts, and what is said of a command line that is wrong.
#include "run_command.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <vector>

namespace fovea::testing {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

// The words in front of the lines below "Verbs:".
std::set<std::string> verbs_in(const std::string& help) {
  std::set<std::string> verbs;
  bool below = false;
  for (const std::string& line : lines_of(help)) {
    if (below && line.empty())
      break;
    if (below && line.size() > 2 && line[2] != ' ')
      verbs.insert(line.substr(2, line.find(' ', 2) - 2));
    below |= line == "Verbs:";
  }
  return verbs;
}

void expect_readable(const CommandResult& help) {
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.err, "");
  bool blank = false; // never two of them
  for (const std::string& line : lines_of(help.out)) {
    EXPECT_LE(line.size(), 100u) << line;
    EXPECT_FALSE(blank && line.empty()) << help.out;
    blank = line.empty();
  }
}

TEST(Help, EveryVerb) {
  const CommandFolder folder;
  const CommandResult all = folder.fovea("--help");
  expect_readable(all);
  const std::set<std::string> verbs = verbs_in(all.out);
  for (const char* verb :
       {"compile", "run", "bench", "inspect", "explain", "diff", "zoo", "cache", "version"})
    EXPECT_TRUE(verbs.contains(verb)) << verb << " in\n" << all.out;
  for (const std::string& verb : verbs) {
    SCOPED_TRACE(verb);
    const CommandResult help = folder.fovea(verb + " --help");
    expect_readable(help);
    EXPECT_NE(help.out.find("Usage: fovea " + verb), std::string::npos) << help.out;
    EXPECT_NE(help.out.find("\nExamples:\n  fovea " + verb), std::string::npos) << help.out;
  }
  EXPECT_EQ(folder.fovea("-h").out, all.out);
}

struct Wrong {
  std::string words, said;
};

class WrongUsage : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongUsage, SaysWhatAndWhereTheHelpIs) {
  const CommandFolder folder;
  const CommandResult result = folder.fovea(GetParam().words);
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
  EXPECT_NE(result.err.find(GetParam().said), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("--help` explains the options"), std::string::npos) << result.err;
  EXPECT_TRUE(folder.snapshot().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Of, WrongUsage,
    ::testing::Values(
        Wrong{"", "a verb is required"}, Wrong{"compil", "did you mean `compile`?"},
        Wrong{"--hepl", "there is no option --hepl\n  hint: did you mean `--help`?"},
        Wrong{"compile --otput a.so zoo:lenet5",
              "there is no option --otput\n  hint: did you mean `--output`?"},
        Wrong{"compile", "MODEL is required"}, Wrong{"run", "MODEL|LIB.so is required"},
        Wrong{"compile zoo:lenet5 surplus -o a.so", "unexpected argument 'surplus'"},
        Wrong{"compile zoo:lenet5", "-o FILE is required"},
        Wrong{"compile zoo:lenet5 -o a.dll", "a.dll: expected a name that ends in .so"},
        Wrong{"compile zoo:lenet5 -o", "-o"}, Wrong{"compile zoo:lenet5 -o a.so -O4", "-O"},
        Wrong{"compile zoo:lenet5 -o a.so -O fast", "-O"},
        Wrong{"compile zoo:lenet5 -o a.so --threads 0", "--threads"},
        Wrong{"compile zoo:lenet5 -o a.so --batch 0", "--batch"},
        Wrong{"compile zoo:lenet5 -o a.so --precision double", "--precision"},
        Wrong{"compile zoo:lenet5 -o a.so --target vax", "'vax' is not known"},
        Wrong{"compile zoo:lenet5 -o a.so --schedule conv1", "expected LAYER=TEXT or LAYER=@FILE"},
        Wrong{"compile zoo:lenet5 -o a.so --schedule 'conv1=Z: spilt(x, a, b, 4)'",
              "did you mean `split`?"},
        Wrong{"compile zoo:lenet5 -o a.so --algorithm conv1=generic --algorithm conv1=generic",
              "layer 'conv1' is given twice"},
        Wrong{"compile zoo:lenet5 -o a.so --cache x --no-cache", "--no-cache"},
        Wrong{"compile zoo:lenet5 -o a.so --load x --random 1", "--random"},
        Wrong{"compile zoo:lenet5 -o a.so --weights trained.safetensors", "--load FILE reads"},
        Wrong{"compile zoo:lenet5 --emit kernals -o x", "--emit"},
        Wrong{"compile zoo:lenet5 --emit phases", "-o FILE is required"},
        Wrong{"compile zoo:lenet5 --emit ir --header a.h", "--header"},
        Wrong{"compile zoo:lenet5 --emit ir --json", "--json"},
        Wrong{"run zoo:lenet5 --labels digits.txt", "--top"},
        Wrong{"run zoo:lenet5 --top 0", "--top"},
        Wrong{"run zoo:lenet5 --weights w.bin --load w.safetensors", "--weights"},
        Wrong{"run zoo:lenet5 --weights w.bin", "zoo:lenet5 is no library"},
        Wrong{"zoo zoo:lenet5", "unexpected argument"}));

TEST(Help, TheZoo) {
  const CommandFolder folder;
  const CommandResult zoo = folder.fovea("zoo");
  EXPECT_EQ(zoo.code, 0);
  EXPECT_NE(zoo.out.find("zoo:lenet5"), std::string::npos);
  EXPECT_NE(zoo.out.find("61,706"), std::string::npos) << zoo.out; // LeNet-5's weights
  EXPECT_NE(folder.fovea("zoo --json").out.find("\"parameters\": 61706"), std::string::npos);
}

// Results that are lost are a failure.
TEST(Help, StandardOutputThatIsFull) {
  const CommandFolder folder;
  EXPECT_EQ(folder.fovea("zoo").code, 0);
  const CommandResult full = folder.fovea("zoo", {}, {.file_bytes = 20});
  EXPECT_EQ(full.code, 1);
}

} // namespace
} // namespace fovea::testing
