#pragma once
#include <cstdint>
#include <string>
#include <string_view>

// The machine that kernels are compiled for: what schedules and costs are functions of.
namespace fovea::catalogue {

struct Target {
  std::string arch = "x86-64"; // "x86-64" or "aarch64"
  std::string os = "linux";
  bool sse41 = false, avx = false, avx2 = false, fma = false, f16c = false;
  bool avx512 = false;          // F, CD, VL, BW and DQ: the server processors' common set
  int threads = 1;              // that a kernel may use
  int64_t l1_bytes = 32 << 10;  // data cache of one core
  int64_t l2_bytes = 512 << 10; // of one core
  int64_t l3_bytes = 8 << 20;   // shared

  // Of the vector registers that kernels use.
  int vector_bits() const { return avx512 ? 512 : avx ? 256 : 128; }
  int vector_registers() const { return avx512 || arch == "aarch64" ? 32 : 16; }
  // How many elements of `bytes` bytes one register holds.
  int lanes(int64_t bytes) const { return static_cast<int>(vector_bits() / 8 / bytes); }

  bool operator==(const Target&) const = default;

  // This machine: its features, the cores that this process may run on, its caches.
  static Target host();
};

// "x86-64-linux sse41 avx avx2 fma f16c threads=2 l1=32768 l2=524288 l3=8388608": the form that
// cache keys and the command line use.
std::string to_string(const Target& target);
// The inverse; what the text leaves out keeps its default ("x86-64-linux avx2" is enough; a feature
// brings those it builds on). In place of "x86-64-linux" it may begin with a level of the psABI,
// "x86-64-v2", "x86-64-v3" or "x86-64-v4", or with "x86-64" or "aarch64" alone. Throws
// fovea::Error.
Target parse_target(std::string_view text);
// What it is called among targets of one library: the level whose instructions it has, "x86-64-v3",
// else the text without the sizes, "x86-64-linux avx". parse_target takes it.
std::string target_name(const Target& target);

} // namespace fovea::catalogue
