// Memory that the core asks the C library for.
#include "runtime/core/memory.hpp"

#include <fovea/runtime/host_tensor.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

using fovea::core::default_allocator;

namespace {

constexpr std::uint64_t huge_page = std::uint64_t(2) << 20;

// The flags of the mapping that holds `address`, as the kernel lists them.
std::string flags_at(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    if (line.find(' ') != std::string::npos && line.find('-') < line.find(' ') &&
        words >> std::hex >> begin >> dash >> end)
      inside = begin <= wanted && wanted < end;
    else if (inside && line.starts_with("VmFlags:"))
      return line + " ";
  }
  return "";
}

TEST(Memory, IsAlignedAsAsked) {
  for (const std::uint64_t bytes : {std::uint64_t(1), std::uint64_t(4096), 3 * huge_page + 5})
    for (const std::uint64_t alignment : {std::uint64_t(64), 2 * huge_page}) {
      void* pointer = default_allocator().allocate(nullptr, bytes, alignment);
      ASSERT_NE(pointer, nullptr);
      EXPECT_TRUE(fovea::core::is_aligned(pointer, alignment));
      std::memset(pointer, 1, bytes);
      default_allocator().release(nullptr, pointer, bytes);
    }
  EXPECT_EQ(default_allocator().allocate(nullptr, ~std::uint64_t(0), 64), nullptr);
}

void expect_huge_pages(const void* large) {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage/enabled"))
    GTEST_SKIP() << "this kernel has no transparent huge pages";
  const std::string flags = flags_at(large);
  if (flags.empty())
    GTEST_SKIP() << "/proc/self/smaps does not list flags";
  EXPECT_NE(flags.find(" hg "), std::string::npos) << flags;
  EXPECT_TRUE(fovea::core::is_aligned(large, huge_page));
}

TEST(Memory, OfMegabytesIsInHugePages) {
  void* large = default_allocator().allocate(nullptr, 3 * huge_page + 5, 64);
  ASSERT_NE(large, nullptr);
  expect_huge_pages(large);
  default_allocator().release(nullptr, large, 3 * huge_page + 5);
}

TEST(Memory, OfLargeHostTensorsIsInHugePages) {
  const fovea::host::HostTensor large(FOVEA_F32, {3, 1 << 20});
  expect_huge_pages(large.bytes());
  const fovea::host::HostTensor none(FOVEA_F32, {0, 4});
  EXPECT_TRUE(fovea::core::is_aligned(none.bytes(), FOVEA_MEMORY_ALIGNMENT));
}

} // namespace
