// What a compilation warns of: once, with right results.
#include "kernel_cache_fakes.hpp"
#include "networks.hpp"

#include <fovea/emit.hpp>

#include <gmock/gmock.h>

namespace fovea::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class Warnings : public ::testing::Test {
 protected:
  CompileOptions options(const fs::path& cache) {
    CompileOptions options;
    options.cache = cache;
    options.warning = [this](const Warning& warning) { warnings_.push_back(warning); };
    return options;
  }
  // Compiles, and its results are the interpreter's.
  void expect_compiles(const Network& net, const CompileOptions& options) {
    warnings_.clear();
    const Array<float> x = random_array({1, 2, 9, 9}, 1);
    expect_reference(net, {x.data()}, {compile(net, options)(x)});
  }

  const ScratchFolder folder_;
  const Network net_ = small_network();
  std::vector<Warning> warnings_;
};

TEST_F(Warnings, are_none_where_all_is_well) {
  for (const fs::path& cache : {folder_.path(), fs::path()}) { // also where nothing is kept
    expect_compiles(net_, options(cache));
    EXPECT_THAT(warnings_, IsEmpty());
  }
}

TEST_F(Warnings, a_cache_that_cannot_be_used) {
  const fs::path file = folder_.path() / "file";
  write_bytes(file, "");
  const auto expect_told = [&] {
    ASSERT_EQ(warnings_.size(), 1u) << "of several kernels";
    EXPECT_THAT(warnings_[0].what,
                AllOf(HasSubstr("kernel cache cannot be used"), HasSubstr("Not a directory")));
    EXPECT_EQ(warnings_[0].path, (file / "below").string());
    EXPECT_THAT(warnings_[0].hint, HasSubstr("CompileOptions::cache"));
    EXPECT_THAT(to_string(warnings_[0]),
                AllOf(HasSubstr("warning: the kernel cache"), HasSubstr("\n  hint: every kernel")));
  };
  for (const int level : {0, 2}) {
    CompileOptions chosen = options(file / "below");
    chosen.optimization = level;
    expect_compiles(net_, chosen);
    expect_told();
  }
  // emit() compiles the kernels that prepare weights by themselves: still one warning.
  warnings_.clear();
  CompileOptions chosen = options(file / "below");
  chosen.algorithms = {{"conv1", "direct"}};
  EXPECT_FALSE(emit(net_, folder_.path() / "small.so", {.compile = chosen}).preparations.empty());
  expect_told();
}

TEST_F(Warnings, a_cache_with_damaged_files) {
  expect_compiles(net_, options(folder_.path()));
  int entries = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_.path()))
    if (entry.path().extension() == ".kernel") {
      fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
      ++entries;
    }
  EXPECT_GT(entries, 1);
  expect_compiles(net_, options(folder_.path()));
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0].what, AllOf(HasSubstr(folder_.path().string()), HasSubstr("damaged")));
  expect_compiles(net_, options(folder_.path())); // they were removed
  EXPECT_THAT(warnings_, IsEmpty());
}

// As where its disk is full: the folder goes when it has been opened.
TEST_F(Warnings, a_cache_that_takes_no_kernels) {
  const fs::path cache = folder_.path() / "cache";
  CompileOptions chosen = options(cache);
  chosen.progress = [&](const CompileProgress& now) {
    if (now.phase == "kernels")
      fs::remove_all(cache);
  };
  expect_compiles(net_, chosen);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0].what,
              AllOf(HasSubstr(cache.string()), HasSubstr("does not take all kernels")));
  EXPECT_THAT(warnings_[0].hint, HasSubstr("space"));
}

// The schedule keeps all of a map of 9x9, for 5 filters, in registers.
CompileOptions overflowing(CompileOptions options) {
  options.optimization = 0;
  options.schedules = {{"conv1", schedule("sum_sum: compute_root\n"
                                          "sum_sum.1: reorder(j1, j0, i, m1, m0, l) vectorize(j1) "
                                          "unroll(j0) unroll(i)")}};
  return options;
}

TEST_F(Warnings, a_schedule_that_overflows_the_registers) {
  CompileOptions chosen = overflowing(options(folder_.path()));
  expect_compiles(net_, chosen);
  const catalogue::Target host = catalogue::Target::host();
  const int64_t lanes = host.lanes(4), registers = 9 * 5 * ((9 + lanes - 1) / lanes);
  ASSERT_FALSE(warnings_.empty());
  const Warning& warning = warnings_[0];
  EXPECT_THAT(warning.what, AllOf(HasSubstr("layer 'conv1'"),
                                  HasSubstr("'sum_sum.1' accumulates in " +
                                            std::to_string(registers) + " vector"),
                                  HasSubstr("has " + std::to_string(host.vector_registers()))));
  EXPECT_EQ(warning.layer, "conv1");
  EXPECT_EQ(warning.path, "");
  EXPECT_THAT(warning.where.file, HasSubstr("networks.hpp"));
  EXPECT_THAT(to_string(warning), HasSubstr("networks.hpp:"));
}

TEST_F(Warnings, of_schedules_are_those_of_the_target) {
  // Of eight lanes and 16 registers, of sixteen and 32.
  for (const auto& [target, registers] :
       {std::pair{"x86-64-linux avx2 fma", "90 vector registers, and the target has 16"},
        {"x86-64-linux avx512", "45 vector registers, and the target has 32"}}) {
    CompileOptions chosen = overflowing(options(folder_.path()));
    chosen.target = catalogue::parse_target(target);
    chosen.stop_after = "driver"; // no code
    warnings_.clear();
    compile(net_, chosen);
    ASSERT_FALSE(warnings_.empty()) << target;
    EXPECT_THAT(warnings_[0].what, HasSubstr(registers));
  }
  CompileOptions silent = overflowing({});
  silent.stop_after = "driver";
  EXPECT_FALSE(compile(net_, silent)) << "nobody listens";
}

} // namespace
} // namespace fovea::testing
