// Models damaged at random, in their bytes and in what they say: each is read or refused by an
// Error, within bounds of memory and time, and without weights from outside its folder.
// FOVEA_FUZZ_COUNT and FOVEA_FUZZ_FIRST choose other cases; `./dev fuzz` does so under sanitizers,
// which see what does not crash.
#include "damage.hpp"

#include "compiler/import/onnx/import_onnx.hpp"

#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

// Of a sanitizer, where the program has one.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace fovea {
namespace {

namespace fs = std::filesystem;
using testing::OnnxModel;

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

constexpr int64_t most_kilobytes = 1 << 20; // a constant may have 2^24 elements, eight bytes each
constexpr int most_seconds = 10;            // of this process for one case: the machine may be busy

int64_t peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

class OnnxFuzz : public ::testing::Test {
 protected:
  OnnxFuzz() {
    std::string name = (fs::temp_directory_path() / "fovea_fuzz_onnx_XXXXXX").string();
    folder = mkdtemp(name.data());
    fs::create_directory(folder / "inside");
    std::ofstream(folder / "inside/weights.bin", std::ios::binary) << std::string(4096, '\0');
    std::ofstream(folder / "secret.bin", std::ios::binary) << std::string(4096, secret);
    std::signal(SIGPROF, on_time_over);
    if (__sanitizer_set_death_callback)
      __sanitizer_set_death_callback(say_how);
  }
  ~OnnxFuzz() override {
    limit_time(0);
    fs::remove_all(folder);
  }

  static void limit_time(int seconds) {
    const itimerval limit{{0, 0}, {seconds, 0}};
    setitimer(ITIMER_PROF, &limit, nullptr);
  }

  static std::string how_to_repeat() {
    return "to repeat it alone: FOVEA_TEST_SEED=" + std::to_string(seed) +
           " FOVEA_FUZZ_FIRST=" + std::to_string(number) + " FOVEA_FUZZ_COUNT=1";
  }
  static void say_how() { std::fprintf(stderr, "%s\n", how_to_repeat().c_str()); }

  static void on_time_over(int) {
    std::fprintf(stderr, "a case took more than %d seconds\n", most_seconds);
    say_how();
    _exit(3);
  }

  void run_case() {
    std::mt19937_64 engine(seed * 1'000'003 + number);
    fs::remove(file()); // a file that is written over goes to the disk at once
    std::ofstream(file(), std::ios::binary) << damaged(models, engine);
    limit_time(most_seconds);
    try {
      check(import::import_onnx(file(), {}, {}));
      ++read;
    } catch (const Error&) {
      ++refused;
    } // anything else fails the test
  }

  // Nothing in it comes from the file outside.
  static void check(const Network& network) {
    const uint32_t bytes = 0x01010101u * static_cast<unsigned char>(secret);
    for (const int parameter : network.parameters()) {
      const bool tiny = network.values()[static_cast<size_t>(parameter)].type.bytes() < 4;
      ASSERT_TRUE(tiny || std::memcmp(network.weight(parameter).data, &bytes, 4) != 0);
    }
  }

  fs::path file() const { return folder / "inside/model.onnx"; }

  static constexpr char secret = 0x5a;
  inline static uint64_t seed = number_from("FOVEA_TEST_SEED", 1), number = 0;
  const std::vector<OnnxModel> models = testing::sound_models();
  fs::path folder;
  uint64_t read = 0, refused = 0;
};

TEST_F(OnnxFuzz, DamagedModelsAreReadOrRefused) {
  for (const OnnxModel& model : models) { // all well before they are damaged
    model.write(file());
    ASSERT_NO_THROW(import::import_onnx(file(), {}, {}));
  }
  const uint64_t first = number_from("FOVEA_FUZZ_FIRST", 0);
  const uint64_t count = number_from("FOVEA_FUZZ_COUNT", 20'000);
  for (number = first; number < first + count; ++number) {
    SCOPED_TRACE(how_to_repeat());
    run_case();
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_LT(peak_kilobytes(), most_kilobytes);
  }
  if (count < 1000)
    return;
  EXPECT_GT(read, count / 50); // not everything is refused at the door
  EXPECT_GT(refused, count / 4);
}

} // namespace
} // namespace fovea
