// `fovea inspect`: what it says of networks and libraries, the pictures it writes, and its
// refusals.
#include "run_command.hpp"
#include "small_models.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace fovea::testing {
namespace {

using Json = nlohmann::json;

size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  size_t widest = 0;
  for (std::string line; std::getline(lines, line);)
    widest = std::max(widest, line.size());
  return widest;
}

// A stand-in for Graphviz: a shell script of that name, in a folder of its own.
std::string path_with_dot(const CommandFolder& folder, const std::string& script) {
  const auto bin = folder / "bin";
  std::filesystem::create_directory(bin);
  if (!script.empty()) {
    std::ofstream(bin / "dot") << "#!/bin/sh\n" << script;
    std::filesystem::permissions(bin / "dot", std::filesystem::perms::owner_all);
  }
  return "PATH='" + bin.string() + "'";
}

// The counts are those of Y. LeCun et al., 1998, with the bias of every filter and full
// connections.
TEST(Inspect, NetworkOfTheZoo) {
  const CommandFolder folder;
  const CommandResult text = folder.fovea("inspect zoo:lenet5");
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(text.err, "");
  for (const char* words : {"image", "probs", "conv3", "1x120x1x1", "61,706", "416,520", "32x32"})
    EXPECT_NE(text.out.find(words), std::string::npos) << words << "\n" << text.out;
  EXPECT_LE(widest_line(text.out), 100u);

  const Json json = json_of(folder.fovea("inspect zoo:lenet5 --batch 2 --json"));
  EXPECT_EQ(json["model"], "lenet5");
  EXPECT_EQ(json["parameters"], 61706);
  EXPECT_EQ(json["parameter_bytes"], 4 * 61706);
  EXPECT_EQ(json["macs"], 2 * 416520);
  EXPECT_EQ(json["inputs"][0]["shape"], Json({2, 1, 28, 28}));
  EXPECT_EQ(json["layers"].size(), 13u);
  const Json& conv = json["layers"][0];
  EXPECT_EQ(conv["layer"], "conv1");
  EXPECT_EQ(conv["op"], "conv");
  EXPECT_EQ(conv["attributes"]["filters"], 6);
  EXPECT_EQ(conv["attributes"]["kernel"], Json({5, 5}));
  EXPECT_EQ(conv["operands"], Json({"image", "conv1.weight", "conv1.bias"}));
  EXPECT_EQ(conv["results"][0]["bytes"], 4 * 2 * 6 * 28 * 28);
  EXPECT_EQ(conv["receptive_field"], Json({5, 5}));
}

TEST(Inspect, ModelFileWithLongNames) {
  const CommandFolder folder;
  Network net("wide");
  Tensor<> x = net.input("x", {1, 128, 64, 64});
  x = x | Block(conv(1024, {3, 3}, pad({1, 2}, {3, 4}), stride(2)))
              .named("a_rather_long_name_of_a_block." + std::string(150, 'n'));
  net.output("y", x);
  net.save((folder / "wide.mlir").string());
  const CommandResult text = folder.fovea("inspect wide.mlir");
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_LE(widest_line(text.out), 100u) << text.out;
  EXPECT_NE(text.out.find("not set"), std::string::npos) << text.out; // weights
}

TEST(Inspect, Pictures) {
  const CommandFolder folder;
  const CommandResult dot = folder.fovea("inspect zoo:lenet5 --dot lenet5.dot");
  EXPECT_EQ(dot.code, 0) << dot.err;
  EXPECT_EQ(contents(folder / "lenet5.dot").substr(0, 18), "digraph \"lenet5\" {");
  if (std::system("dot -V >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "Graphviz's `dot` is not installed";
  const CommandResult svg = folder.fovea("inspect zoo:lenet5 --svg lenet5.svg --json");
  EXPECT_TRUE(json_of(svg).contains("layers"));
  const std::string picture = contents(folder / "lenet5.svg");
  EXPECT_NE(picture.find("<svg"), std::string::npos);
  EXPECT_NE(picture.find(">conv3<"), std::string::npos);
}

// No file appears, and the user learns why.
TEST(Inspect, GraphvizThatFails) {
  const CommandFolder folder;
  struct Case {
    const char *script, *words;
  };
  for (const auto& [script, words] :
       {Case{"", "`dot` is not installed"}, Case{"exit 1", "`dot` failed with code 1"},
        Case{"echo 'no such font' >&2; exit 3", "no such font"},
        Case{"kill -9 $$", "`dot` was ended by signal 9"}}) {
    const std::string path = path_with_dot(folder, script);
    const CommandResult result = folder.fovea("inspect zoo:lenet5 --dot a.dot --svg a.svg", path);
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.err.rfind("error: ", 0), 0u) << result.err;
    EXPECT_NE(result.err.find(words), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "a.svg"));
    EXPECT_FALSE(std::filesystem::exists(folder / "a.dot"));
    std::filesystem::remove_all(folder / "bin");
  }
}

// It neither reads its input nor stops writing before it is full.
TEST(Inspect, GraphvizThatTalksMuch) {
  const CommandFolder folder;
  const std::string path = path_with_dot(
      folder, "k=0; while [ $k -lt 4000 ]; do echo '0123456789012345678901234567890123456789"
              "0123456789012345678901234567890123456789'; k=$((k+1)); done");
  const CommandResult result = folder.fovea("inspect zoo:lenet5 --svg a.svg", path);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(std::filesystem::file_size(folder / "a.svg"), 4000u * 81);
}

TEST(Inspect, Why) {
  const CommandFolder folder;
  small_network().save(folder / "small.mlir");
  const CommandResult text = folder.fovea("inspect small.mlir --why");
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_LE(widest_line(text.out), 100u) << text.out;
  for (const char* words : {"2 distinct kernels", "conv1, relu", "the least estimate",
                            "not generic", "do not compute this", "row_major", "workspace"})
    EXPECT_NE(text.out.find(words), std::string::npos) << words << "\n" << text.out;

  const Json json = json_of(folder.fovea("inspect small.mlir --why --json"));
  ASSERT_EQ(json["kernels"].size(), 2u);
  const Json& kernel = json["kernels"][0];
  EXPECT_EQ(kernel["layers"], Json({"conv1", "relu"}));
  int chosen = 0;
  for (const Json& algorithm : kernel["algorithms"]) {
    chosen += algorithm["chosen"].get<bool>();
    EXPECT_NE(algorithm["reason"], "");
    EXPECT_EQ(algorithm.contains("workspace_bytes"), algorithm.contains("estimated_seconds"));
  }
  EXPECT_EQ(chosen, 1);
}

// Sizes may have a unit, in every verb that compiles.
TEST(Inspect, WhyWithinAWorkspace) {
  const CommandFolder folder;
  small_network().save(folder / "small.mlir");
  const auto reasons = [&](const std::string& option) {
    const Json json = json_of(folder.fovea("inspect small.mlir --why --json " + option));
    return json["kernels"][0]["algorithms"].dump();
  };
  EXPECT_EQ(reasons("--max-workspace 64K"), reasons("--max-workspace 65536"));
  EXPECT_EQ(reasons("--max-workspace 1G"), reasons(""));
  for (const char* words : {"--why --max-workspace many", "--why --max-workspace -1",
                            "--why --max-workspace 3X", "--max-workspace 1M"}) {
    const CommandResult result = folder.fovea(std::string("inspect small.mlir ") + words);
    EXPECT_EQ(result.code, 2) << words << result.out;
    EXPECT_NE(result.err.find("--max-workspace"), std::string::npos) << result.err;
  }
  EXPECT_EQ(folder.fovea("compile small.mlir -o a.so --max-workspace 1M").code, 0);
}

// Of a convolution that is worth threads each has tasks; a small one runs alone.
TEST(Inspect, Balance) {
  const CommandFolder folder;
  Network net("two");
  net.output("y", net.input("x", {1, 32, 40, 40}) | conv(32, 3).named("large") | max_pool(16) |
                      conv(4, 1).named("small"));
  net.save(folder / "two.mlir");
  const CommandResult text = folder.fovea("inspect two.mlir --balance");
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_LE(widest_line(text.out), 100u) << text.out;
  for (const char* words : {"4 to 64 threads", "large", "alone", "barriers in a run"})
    EXPECT_NE(text.out.find(words), std::string::npos) << words << "\n" << text.out;

  const Json json = json_of(folder.fovea("inspect two.mlir --balance --json"));
  ASSERT_EQ(json["simulated"].size(), 5u);
  for (const Json& one : json["simulated"]) {
    const int threads = one["threads"].get<int>();
    const Json& large = one["kernels"].front();
    EXPECT_EQ(large["layer"], "large");
    EXPECT_GT(large["tasks"].get<int>(), 1);
    EXPECT_LT(large["barriers"].get<int>(), 5);
    EXPECT_GT(large["utilisation"].get<double>(), 1.01 / threads);
    const Json& small = one["kernels"].back();
    EXPECT_EQ(small["layer"], "small");
    EXPECT_EQ(small["utilisation"], 1. / threads);
  }
  EXPECT_EQ(folder.fovea("inspect two.mlir --balance --why").code, 2);
}

TEST(Inspect, Library) {
  const CommandFolder folder;
  emit(small_network(), folder / "small.so");
  const CommandResult text = folder.fovea("inspect small.so");
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_LE(widest_line(text.out), 100u) << text.out;
  for (const char* words : {"conv1.weight", "1x2x6x6", "fc", "in the library"})
    EXPECT_NE(text.out.find(words), std::string::npos) << words << "\n" << text.out;

  const Json json = json_of(folder.fovea("inspect small.so --json"));
  ASSERT_EQ(json["programs"].size(), 1u);
  const Json& program = json["programs"][0];
  EXPECT_EQ(program["name"], "small");
  EXPECT_EQ(program["inputs"][0]["name"], "x");
  EXPECT_EQ(program["inputs"][0]["shape"], Json({1, 2, 6, 6}));
  EXPECT_EQ(program["outputs"][0]["shape"], Json({1, 3}));
  EXPECT_EQ(program["parameter_bytes"], 4 * small_parameters);
  EXPECT_EQ(program["weights"], "embed");
  int64_t macs = 0;
  for (const Json& kernel : program["kernels"])
    if (kernel["layer"] == "conv1" || kernel["layer"] == "fc")
      macs += kernel["macs"].get<int64_t>();
  EXPECT_EQ(macs, small_macs);
}

TEST(Inspect, LibrariesHoldNoGraph) {
  const CommandFolder folder;
  emit(small_network(), folder / "small.so");
  for (const char* option : {"--dot a.dot", "--svg a.svg", "--why", "--batch 2", "--random 1"}) {
    const CommandResult result = folder.fovea(std::string("inspect small.so ") + option);
    EXPECT_EQ(result.code, 2) << option << result.out;
    EXPECT_NE(result.err.find("library"), std::string::npos) << result.err;
  }
}

TEST(Inspect, Refusals) {
  const CommandFolder folder;
  std::ofstream(folder / "text.so") << "no library";
  std::ofstream(folder / "text.mlir") << "no model";
  for (const char* words : {"zoo:lenet6", "absent.mlir", "text.mlir", "text.so", "absent.so",
                            "zoo:lenet5 --dot absent/folder/a.dot"}) {
    const CommandResult result = folder.fovea(std::string("inspect ") + words);
    EXPECT_EQ(result.code, 1) << words;
    EXPECT_NE(result.err.find("error: "), std::string::npos) << words << "\n" << result.err;
    EXPECT_EQ(result.out, "") << words;
  }
  for (const char* words : {"", "zoo:lenet5 --jason", "zoo:lenet5 --batch 0", "zoo:lenet5 more"})
    EXPECT_EQ(folder.fovea(std::string("inspect ") + words).code, 2) << words;
  const CommandResult help = folder.fovea("inspect --help");
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("Examples:"), std::string::npos);
  EXPECT_LE(widest_line(help.out), 100u) << help.out;
}

} // namespace
} // namespace fovea::testing
