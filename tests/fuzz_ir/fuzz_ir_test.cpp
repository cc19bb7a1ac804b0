// Model files damaged at random: each is loaded or refused by an Error, and what is loaded works.
// FOVEA_FUZZ_COUNT and FOVEA_FUZZ_FIRST choose other cases, as `./dev fuzz` does.
#include "compiler/driver/isolate.hpp"

#include "mutate.hpp"
#include "varied_networks.hpp"

#include <fovea/fovea.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/mman.h>
#include <unistd.h>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a child has done so far, also after its death.
struct Progress {
  int64_t begun = 0, loaded = 0, refused = 0;
};

class FuzzIr : public ::testing::Test {
 protected:
  FuzzIr()
      : progress(static_cast<Progress*>(mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                                             MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    std::string name = (fs::temp_directory_path() / "fovea_fuzz_ir_XXXXXX").string();
    folder = mkdtemp(name.data());
    for (const Network& net : varied_networks()) {
      net.save((folder / "model.mlir").string());
      models.push_back(read(folder / "model.mlir"));
    }
  }
  ~FuzzIr() override {
    munmap(progress, sizeof(Progress));
    fs::remove_all(folder);
  }

  // Case `number` is the same in every run with this seed.
  std::string write_case(int64_t number) const {
    std::mt19937_64 engine(seed + static_cast<uint64_t>(number));
    const std::string path = (folder / "case.mlir").string();
    std::ofstream(path, std::ios::binary)
        << mutate(models[engine() % models.size()], models, engine);
    return path;
  }

  // What loads has to be a network like any other: it can be described, and it is saved as text
  // that gives itself again.
  void check(const Network& net) const {
    (void)to_string(summary(net));
    const fs::path first = folder / "first.mlir", second = folder / "second.mlir";
    net.save(first.string());
    load_network(first.string(), {.isolate = false}).save(second.string());
    if (read(first) != read(second))
      throw std::logic_error("saved and loaded, it is another model");
  }

  void run_case(int64_t number, bool isolate) {
    const std::string path = write_case(number);
    std::optional<Network> net;
    try {
      net = load_network(path, {.isolate = isolate});
    } catch (const Error&) {
      ++progress->refused;
      return;
    }
    check(*net);
    ++progress->loaded;
  }

  // Cases `first` to `last`, in children that end only where one of them kills it.
  void run_cases(int64_t first, int64_t last) {
    // Beyond these a case is run again, alone, and has the limits of load_network.
    const driver::IsolationLimits limits{.cpu_seconds = 60, .wall_seconds = 300};
    for (progress->begun = first; progress->begun < last;) {
      try {
        driver::run_isolated(
            "fuzzing",
            [&] {
              for (int64_t number = progress->begun; number < last; ++number) {
                progress->begun = number;
                run_case(number, /*isolate=*/false);
              }
              progress->begun = last;
            },
            limits);
      } catch (const Error& error) {
        deaths += is_death_of_the_parser(progress->begun, error);
        ++progress->begun;
      }
    }
  }

  // Alone and isolated, the case has to be refused by an Error.
  bool is_death_of_the_parser(int64_t number, const Error& error) {
    std::string text;
    try {
      load_network(write_case(number));
    } catch (const Error& refusal) {
      text = refusal.what();
      const bool died = text.find(" ended ") != std::string::npos ||
                        text.find(" processor time") != std::string::npos ||
                        text.find(" more memory ") != std::string::npos;
      if (died) {
        fmt::print("case {}: {}\n", number, text);
        return true;
      }
    }
    ADD_FAILURE() << "to repeat it alone: FOVEA_TEST_SEED=" << seed
                  << " FOVEA_FUZZ_FIRST=" << number << " FOVEA_FUZZ_COUNT=1\n"
                  << error.what() << "\n"
                  << (text.empty() ? "but alone it loads" : "alone: " + text) << "\n"
                  << read(folder / "case.mlir");
    return false;
  }

  static int64_t number_from(const char* variable, int64_t otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoll(text, nullptr, 10) : otherwise;
  }

  const uint64_t seed = static_cast<uint64_t>(number_from("FOVEA_TEST_SEED", 20250601));
  Progress* progress;
  fs::path folder;
  std::vector<std::string> models;
  int64_t deaths = 0;
};

TEST_F(FuzzIr, damaged_models_load_or_throw) {
  using Clock = std::chrono::steady_clock;
  const bool all = std::getenv("FOVEA_TEST_ALL") != nullptr;
  const int64_t chosen = number_from("FOVEA_FUZZ_COUNT", 0), batch = 20;
  const int64_t first = number_from("FOVEA_FUZZ_FIRST", 0);
  const int64_t count = chosen ? chosen : all ? 10'000 : 60;
  const Clock::time_point end = Clock::now() + std::chrono::minutes(chosen ? 600 : all ? 10 : 2);
  int64_t done = 0;
  for (; done < count && Clock::now() < end; done += batch)
    run_cases(first + done, first + std::min(done + batch, count));
  fmt::print("FOVEA_TEST_SEED={}: {} of {} damaged models: {} refused, {} loaded, {} ended their "
             "reader\n",
             seed, std::min(done, count), count, progress->refused, progress->loaded, deaths);
  if (count < 60)
    return;
  EXPECT_GT(progress->refused, 0);
  EXPECT_GT(progress->loaded, 0); // the mutations reach what is behind the parser
}

// The public way in, with a child for every file.
TEST_F(FuzzIr, damaged_models_load_or_throw_isolated) {
  for (int64_t number = 0; number < 10; ++number)
    run_case(-1 - number, /*isolate=*/true);
  EXPECT_EQ(progress->refused + progress->loaded, 10);
}

} // namespace
} // namespace fovea::testing
