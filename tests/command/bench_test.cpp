// `fovea bench`: its numbers fit each other. How large they are is no test's business.
#include "run_command.hpp"
#include "small_models.hpp"

#include "compiler/driver/roofline.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <set>
#include <sstream>

namespace fovea::testing {
namespace {

using Json = nlohmann::json;

void expect_near(double got, double wanted, const char* what) {
  EXPECT_NEAR(got, wanted, 1e-6 * std::abs(wanted)) << what;
}

// Everything that follows from times, counts and the machine's two numbers, computed again.
void expect_consistent(const Json& bench) {
  const double peak = bench["peak_gflops"].get<double>() * 1e9,
               bandwidth = bench["working_set_gbs"].get<double>() * 1e9,
               median = bench["median_ms"].get<double>() * 1e-3;
  ASSERT_GT(peak, 0);
  ASSERT_GT(bandwidth, 0);
  EXPECT_GT(bench["bandwidth_gbs"], 0);
  EXPECT_GT(bench["min_ms"], 0);
  EXPECT_LE(bench["min_ms"], bench["median_ms"]);
  double macs = 0, bound = 0, percent = 0;
  for (const Json& kernel : bench["kernels"]) {
    const double work = kernel["macs"], bytes = kernel["bytes"],
                 seconds = kernel["median_us"].get<double>() * 1e-6,
                 own = std::max(2 * work / peak, bytes / bandwidth);
    EXPECT_LE(kernel["min_us"], kernel["median_us"]);
    expect_near(kernel["gflops"], 2e-9 * work / seconds, "a kernel's GFLOP/s");
    expect_near(kernel["gbs"], 1e-9 * bytes / seconds, "a kernel's GB/s");
    expect_near(kernel["bound_us"], own * 1e6, "a kernel's bound");
    expect_near(kernel["roofline_percent"], 100 * own / seconds, "a kernel's roofline");
    macs += work;
    bound += own;
    percent += kernel["percent"].get<double>();
  }
  expect_near(percent, 100, "shares of kernels");
  expect_near(bench["macs"], macs, "MACs");
  expect_near(bench["gflops"], 2e-9 * macs / median, "GFLOP/s");
  expect_near(bench["bound_ms"], bound * 1e3, "the bound");
  expect_near(bench["roofline_percent"], 100 * bound / median, "the roofline");
  expect_near(bench["images_per_second"], bench["batch"].get<double>() / median, "images/s");
}

TEST(Bench, Network) {
  const CommandFolder folder;
  small_network().save((folder / "small.mlir").string());
  const Json bench =
      json_of(folder.fovea("bench small.mlir --threads 1 --batch 3 --seconds 0.02 --json"));
  EXPECT_EQ(bench["model"], "small");
  EXPECT_EQ(bench["threads"], 1);
  EXPECT_EQ(bench["batch"], 3);
  EXPECT_GE(bench["runs"], 10);
  EXPECT_GE(bench["profiled_runs"], 10);
  EXPECT_GT(bench["compile_seconds"], 0);
  EXPECT_EQ(bench["parameter_bytes"], 4 * small_parameters);
  // Input and output at least, and all weights.
  EXPECT_GE(bench["working_set_bytes"], 4 * (3 * 72 + 3 * 3 + small_parameters));
  std::set<std::string> layers;
  for (const Json& kernel : bench["kernels"])
    layers.insert(kernel["layer"]);
  EXPECT_TRUE(layers.contains("conv1") && layers.contains("fc")) << bench["kernels"];
  expect_consistent(bench);
}

TEST(Bench, LibraryRunsAsOftenAsToldAndLeavesATrace) {
  const CommandFolder folder;
  emit(small_network("small", 2), folder / "small.so");
  const Json bench =
      json_of(folder.fovea("bench small.so --repetitions 7 --profile trace.json --json"));
  EXPECT_EQ(bench["runs"], 7);
  EXPECT_EQ(bench["profiled_runs"], 7);
  EXPECT_EQ(bench["batch"], 2);
  EXPECT_TRUE(bench["compile_seconds"].is_null());
  expect_consistent(bench);
  const Json trace = Json::parse(contents(folder / "trace.json"), nullptr, false);
  size_t events = 0;
  for (const Json& event : trace["traceEvents"])
    events += event["ph"] == "X";
  EXPECT_EQ(events, 7 * bench["kernels"].size());
}

TEST(Bench, TextForPeople) {
  const CommandFolder folder;
  Network net("names");
  net.output("y",
             net.input("x", {1, 2, 6, 6}) |
                 Block(conv(4, 3) | relu).named(std::string(60, 'a') + "." + std::string(60, 'b')));
  net.randomize(1);
  net.save((folder / "names.mlir").string());
  const CommandResult plain = folder.fovea("bench names.mlir --repetitions 3"),
                      table = folder.fovea("bench names.mlir --repetitions 3 --per-kernel");
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(plain.out.find("median us"), std::string::npos);
  EXPECT_NE(table.out.find("median us"), std::string::npos);
  EXPECT_NE(table.out.find("all kernels"), std::string::npos);
  std::istringstream lines(table.out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 100u) << line;
}

TEST(Bench, Refusals) {
  const CommandFolder folder;
  emit(small_network("small", 2), folder / "small.so");
  const CommandResult batch = folder.fovea("bench small.so --batch 4");
  EXPECT_EQ(batch.code, 2);
  EXPECT_NE(batch.err.find("batch 2"), std::string::npos) << batch.err;
  EXPECT_EQ(folder.fovea("bench small.so -O 1").code, 2);
  for (const char* words :
       {"", "zoo:lenet5 --threads 0", "zoo:lenet5 --repetitions 0", "zoo:lenet5 --seconds -1",
        "zoo:lenet5 --seconds 1 --repetitions 5", "zoo:lenet5 --treads 2"}) {
    const CommandResult result = folder.fovea(std::string("bench ") + words);
    EXPECT_EQ(result.code, 2) << words;
    EXPECT_EQ(result.out, "") << words;
  }
  EXPECT_EQ(folder.fovea("bench absent.mlir").code, 1);
  const CommandResult trace = folder.fovea("bench small.so --profile absent/folder/trace.json");
  EXPECT_EQ(trace.code, 1);
  EXPECT_NE(trace.err.find("absent/folder/trace.json"), std::string::npos) << trace.err;
  const CommandResult help = folder.fovea("bench --help");
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("Examples:"), std::string::npos);
}

// The smallest and oddest requests are served.
TEST(Roofline, MeasuresAnything) {
  const driver::Roofline machine = driver::measure_roofline(3);
  EXPECT_EQ(machine.threads, 3);
  EXPECT_GT(machine.flops_per_second, 0);
  EXPECT_GT(machine.bytes_per_second, 0);
  for (const int64_t bytes : {0, 1, 1000, 1'000'000})
    EXPECT_GT(driver::measure_bandwidth(2, bytes), 0);
}

} // namespace
} // namespace fovea::testing
