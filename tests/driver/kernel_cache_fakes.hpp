#pragma once
#include "compiler/driver/kernel_cache.hpp"

#include <fovea/dsl.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>

// Kernels that cost nothing, for tests of the cache.
namespace fovea::testing {

using catalogue::KernelObject;
using catalogue::KernelRequest;
using driver::cache_key;
using driver::digest_of;
using driver::KernelCache;
using driver::KernelKey;

// A folder that is gone at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "fovea-test-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Definition small_definition(int64_t extent = 8) {
  Network net("n");
  net.output("y", net.input("x", {2, extent}) | dense(3).named("fc"));
  return definition_of(net);
}

inline KernelRequest request_number(int number) {
  return {.definition = small_definition(),
          .algorithm = "generic",
          .schedule = std::nullopt,
          .target = {},
          .symbol = "fovea_kernel_" + std::to_string(number)};
}

// Follows from the request's symbol alone, in size (up to 64 KB) and in every byte.
inline KernelObject object_for(const KernelRequest& request) {
  std::seed_seq seed(request.symbol.begin(), request.symbol.end());
  std::mt19937 engine(seed);
  KernelObject object{.symbol = request.symbol,
                      .object = std::string(engine() % (64 << 10), '\0'),
                      .thread_scratch_bytes = static_cast<int64_t>(engine()),
                      .operands = {{DType::f32, {2, 8}}, {DType::boolean, {}}},
                      .results = {{DType::i64, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}},
                      .schedule = schedule("Z: vectorize(i, 8) parallel(j)\nW.1: atomic")};
  for (char& byte : object.object)
    byte = static_cast<char>(engine());
  return object;
}

inline bool same(const KernelObject& a, const KernelObject& b) {
  return a.symbol == b.symbol && a.object == b.object &&
         a.thread_scratch_bytes == b.thread_scratch_bytes && a.operands == b.operands &&
         a.results == b.results && a.schedule == b.schedule;
}

// Counts what gets through to it.
class CountingCompiler : public catalogue::KernelCompiler {
 public:
  using Compile = std::function<KernelObject(const KernelRequest&)>;
  explicit CountingCompiler(Compile compile = object_for) : compile_(std::move(compile)) {}

  KernelObject compile(const KernelRequest& request) const override {
    ++calls;
    return compile_(request);
  }
  catalogue::KernelDump dump(const KernelRequest& request) const override {
    return {.schedule = "of " + request.symbol, .statement = {}, .llvm = {}, .assembly = {}};
  }

  mutable std::atomic<int> calls = 0;

 private:
  const Compile compile_;
};

inline std::filesystem::path file_of(const std::filesystem::path& folder, const KernelKey& key) {
  return folder / (digest_of(key) + ".kernel");
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  // A new file: some file systems flush one that is cut to nothing and written again.
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

inline unsigned test_seed() {
  const char* text = std::getenv("FOVEA_TEST_SEED");
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 20240229u;
}

} // namespace fovea::testing
