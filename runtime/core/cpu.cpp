// What this processor can do, asked of the processor itself: g++'s __builtin_cpu_supports needs a
// global constructor of libgcc.
#include "runtime/core/check.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace fovea::core {

#if defined(__x86_64__)

namespace {
struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  Registers(unsigned leaf, unsigned subleaf) {
    // Leaves that the processor does not have stay zero: no feature.
    __get_cpuid_count(leaf, subleaf, &eax, &ebx, &ecx, &edx);
  }
};
} // namespace

// A processor may have registers that its system does not save between threads. State components
// of XCR0: 2 SSE, 4 AVX, 0xe0 the masks and registers of AVX-512.
static uint64_t saved_state() {
  uint32_t low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
}

uint64_t available_cpu_features() {
  const Registers basic(1, 0), extended(7, 0);
  uint64_t found = 0;
  auto add = [&found](bool has, uint64_t bit) { found |= has ? bit : 0; };
  add(basic.ecx & bit_SSE4_1, FOVEA_CPU_SSE41);
  const uint64_t state = basic.ecx & bit_OSXSAVE ? saved_state() : 0;
  if ((state & 0x6) != 0x6)
    return found;
  add(basic.ecx & bit_AVX, FOVEA_CPU_AVX);
  add(basic.ecx & bit_FMA, FOVEA_CPU_FMA);
  add(basic.ecx & bit_F16C, FOVEA_CPU_F16C);
  add(extended.ebx & bit_AVX2, FOVEA_CPU_AVX2);
  constexpr unsigned avx512 =
      bit_AVX512F | bit_AVX512CD | bit_AVX512VL | bit_AVX512BW | bit_AVX512DQ;
  add((state & 0xe6) == 0xe6 && (extended.ebx & avx512) == avx512, FOVEA_CPU_AVX512);
  return found;
}

#else

uint64_t available_cpu_features() {
  return 0;
}

#endif

} // namespace fovea::core
