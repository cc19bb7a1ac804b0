// The machine's figures are measured once, kept beside the kernels and believed only where they can
// be true.
#include "compiler/driver/machine.hpp"
#include "kernel_cache_fakes.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;
using catalogue::Machine;
using catalogue::Target;
using Json = nlohmann::json;

class MachineFile : public ::testing::Test {
 protected:
  Json read(const fs::path& folder) {
    std::ifstream stream(folder / "machine.json");
    return Json::parse(stream, nullptr, false);
  }
  // A folder with the figures of `folder_`, `changed`.
  template <class Change>
  Machine machine_in(const ScratchFolder& other, Change&& change) {
    Json figures = read(folder_.path());
    change(figures.begin().value());
    fs::permissions(other.path(), fs::perms::owner_all);
    write_bytes(other.path() / "machine.json", figures.dump());
    return driver::machine_for(target_, other.path());
  }

  const ScratchFolder folder_;
  const Target target_ = Target::host();
  const Machine measured_ = driver::machine_for(target_, folder_.path());
};

TEST_F(MachineFile, is_measured_and_kept) {
  EXPECT_GT(measured_.flops_per_second, 1e8);
  EXPECT_GT(measured_.bytes_per_second, 1e8);
  EXPECT_GE(measured_.shared_bytes_per_second, measured_.bytes_per_second);
  EXPECT_GE(measured_.parallel_speedup, 1);
  EXPECT_LE(measured_.parallel_speedup, target_.threads);
  const Json figures = read(folder_.path());
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures.begin().value()["flops_per_second"], measured_.flops_per_second);
}

TEST_F(MachineFile, is_read_not_measured_again) {
  const ScratchFolder other;
  const Machine read = machine_in(other, [](Json& one) {
    one["flops_per_second"] = 123456789.0;
    one["measurements"] = 3;
  });
  EXPECT_EQ(read.flops_per_second, 123456789.0);
  EXPECT_EQ(read.bytes_per_second, measured_.bytes_per_second);
  EXPECT_EQ(read.shared_bytes_per_second, measured_.shared_bytes_per_second);
}

// What was measured beside other programs is measured again, three times in all, and the best kept.
TEST_F(MachineFile, low_figures_of_a_busy_machine_are_measured_again) {
  if (target_.threads < 2)
    GTEST_SKIP() << "one core shows no speed-up";
  const auto busy = [](Json& one, int measurements) {
    one["parallel_speedup"] = 1;
    one["flops_per_second"] = 1e13; // more than the next measurement finds
    one["measurements"] = measurements;
  };
  const ScratchFolder again, enough;
  EXPECT_EQ(machine_in(again, [&](Json& one) { busy(one, 2); }).flops_per_second, 1e13);
  EXPECT_EQ(read(again.path()).begin().value()["measurements"], 3);
  EXPECT_EQ(machine_in(enough, [&](Json& one) { busy(one, 3); }).parallel_speedup, 1);
  EXPECT_EQ(read(enough.path()).begin().value()["measurements"], 3);
}

TEST_F(MachineFile, a_thread_that_got_no_core_is_measured_again) {
  const ScratchFolder again, enough;
  const auto starved = [](Json& one, int measurements) {
    one["flops_per_second"] = 2e6; // what it shows is better, and kept
    one["bytes_per_second"] = 1e13;
    one["measurements"] = measurements;
  };
  const Machine machine = machine_in(again, [&](Json& one) { starved(one, 2); });
  EXPECT_GT(machine.flops_per_second, 2e6);
  EXPECT_EQ(machine.bytes_per_second, 1e13);
  EXPECT_EQ(read(again.path()).begin().value()["measurements"], 3);
  EXPECT_EQ(machine_in(enough, [&](Json& one) { starved(one, 3); }).flops_per_second, 2e6);
}

TEST_F(MachineFile, what_no_machine_has_is_measured_again) {
  const ScratchFolder negative, missing;
  EXPECT_GT(machine_in(negative, [](Json& one) { one["flops_per_second"] = -1; }).flops_per_second,
            0);
  EXPECT_GT(machine_in(missing, [](Json& one) { one.erase("bytes_per_second"); }).bytes_per_second,
            0);
  EXPECT_TRUE(read(missing.path()).begin().value().contains("bytes_per_second"));
}

TEST_F(MachineFile, a_damaged_file_is_replaced) {
  const ScratchFolder damaged;
  fs::permissions(damaged.path(), fs::perms::owner_all);
  write_bytes(damaged.path() / "machine.json", "{\"half a file");
  EXPECT_GT(driver::machine_for(target_, damaged.path()).flops_per_second, 1e8);
  EXPECT_EQ(read(damaged.path()).size(), 1u);
}

// More threads than there are compute as much more as those that there are; nothing is measured.
TEST_F(MachineFile, more_threads_than_there_are) {
  Target larger = target_;
  larger.threads = 4 * target_.threads;
  const Machine machine = driver::machine_for(larger, folder_.path());
  EXPECT_EQ(machine.flops_per_second, measured_.flops_per_second);
  EXPECT_EQ(machine.parallel_speedup, 4 * measured_.parallel_speedup);
  EXPECT_EQ(read(folder_.path()).size(), 1u);
}

TEST(MachineFor, other_machines_and_no_cache_are_not_measured) {
  Target foreign = Target::host();
  foreign.arch = foreign.arch == "aarch64" ? "x86-64" : "aarch64";
  const ScratchFolder folder;
  EXPECT_EQ(driver::machine_for(foreign, folder.path()).flops_per_second,
            Machine::nominal(foreign).flops_per_second);
  EXPECT_FALSE(fs::exists(folder.path() / "machine.json"));
  EXPECT_EQ(driver::machine_for(Target::host(), "").flops_per_second,
            Machine::nominal(Target::host()).flops_per_second);
}

} // namespace
} // namespace fovea::testing
