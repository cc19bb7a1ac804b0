#include <fovea/catalogue/target.hpp>
#include <fovea/error.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <thread>

#include <sched.h>

namespace fovea::catalogue {
namespace {

struct Feature {
  std::string_view name;
  bool Target::*flag;
};
// Each builds on those before it, but for the two that stand beside AVX2.
constexpr Feature features[] = {{"sse41", &Target::sse41}, {"avx", &Target::avx},
                                {"avx2", &Target::avx2},   {"fma", &Target::fma},
                                {"f16c", &Target::f16c},   {"avx512", &Target::avx512}};

// What a text begins with. Of a psABI level's instructions it brings those that kernels use.
struct Name {
  std::string_view name, arch, brings;
};
constexpr Name names[] = {
    {"x86-64", "x86-64", ""},
    {"x86-64-v2", "x86-64", "sse41"},
    {"x86-64-v3", "x86-64", "avx2 fma f16c"},
    {"x86-64-v4", "x86-64", "avx512"},
    {"aarch64", "aarch64", ""},
    {"x86-64-linux", "x86-64", ""},
    {"aarch64-linux", "aarch64", ""},
};

struct Number {
  std::string_view name;
  int64_t Target::*bytes;
};
constexpr Number caches[] = {
    {"l1", &Target::l1_bytes}, {"l2", &Target::l2_bytes}, {"l3", &Target::l3_bytes}};

int usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// "32K" of /sys/devices/system/cpu/cpu0/cache/indexN/size; 0 where it cannot be read.
int64_t cache_bytes(int level) {
  for (int index = 0; index < 8; ++index) {
    const std::string folder =
        "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    int found = 0;
    std::string type;
    int64_t size = 0;
    char unit = 0;
    std::ifstream(folder + "level") >> found;
    std::ifstream(folder + "type") >> type;
    if (found != level || type == "Instruction")
      continue;
    std::ifstream(folder + "size") >> size >> unit;
    return size * (unit == 'K' ? 1024 : unit == 'M' ? 1024 * 1024 : 1);
  }
  return 0;
}

#if defined(__x86_64__)
void detect_features(Target& target) {
  target.sse41 = __builtin_cpu_supports("sse4.1");
  target.avx = __builtin_cpu_supports("avx");
  target.avx2 = __builtin_cpu_supports("avx2");
  target.fma = target.avx && __builtin_cpu_supports("fma");
#if defined(__clang__) && __clang_major__ < 17
  target.f16c = target.avx2; // clang 14 cannot ask; every AVX2 processor has it
#else
  target.f16c = target.avx && __builtin_cpu_supports("f16c");
#endif
  target.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq");
}
#else
void detect_features(Target& target) {
  target.arch = "aarch64";
}
#endif

[[noreturn]] void refuse(std::string_view word) {
  throw Error({.what = "target: '" + std::string(word) + "' is not known",
               .expected = "x86-64, x86-64-v2, x86-64-v3, x86-64-v4 or aarch64, then sse41, avx, "
                           "avx2, fma, f16c, avx512 (of x86-64), threads=, l1=, l2=, l3=",
               .got = "'" + std::string(word) + "'"});
}

bool read_number(std::string_view text, int64_t& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && number > 0;
}

void read_word(Target& target, std::string_view word) {
  for (const Feature& feature : features)
    if (word == feature.name && target.arch == "x86-64") {
      target.*feature.flag = true;
      return;
    }
  const size_t equals = word.find('=');
  int64_t number = 0;
  if (equals == word.npos || !read_number(word.substr(equals + 1), number))
    refuse(word);
  const std::string_view name = word.substr(0, equals);
  if (name == "threads" && number <= 4096) {
    target.threads = static_cast<int>(number);
    return;
  }
  for (const Number& cache : caches)
    if (name == cache.name) {
      target.*cache.bytes = number;
      return;
    }
  refuse(word);
}

} // namespace

Target Target::host() {
  Target target;
  detect_features(target);
  target.threads = usable_cores();
  for (int level = 1; level <= 3; ++level)
    if (const int64_t bytes = cache_bytes(level))
      target.*caches[level - 1].bytes = bytes;
  return target;
}

std::string to_string(const Target& target) {
  std::string text = target.arch + "-" + target.os;
  for (const Feature& feature : features)
    if (target.*feature.flag)
      text += " " + std::string(feature.name);
  text += " threads=" + std::to_string(target.threads);
  for (const Number& cache : caches)
    text += " " + std::string(cache.name) + "=" + std::to_string(target.*cache.bytes);
  return text;
}

Target parse_target(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string word;
  words >> word;
  const auto* const name = std::ranges::find(names, std::string_view(word), &Name::name);
  if (name == std::end(names))
    refuse(word);
  Target target{.arch = std::string(name->arch)};
  std::istringstream brought{std::string(name->brings)};
  for (std::istringstream* list : {&brought, &words})
    while (*list >> word)
      read_word(target, word);
  target.avx2 |= target.avx512;
  target.fma |= target.avx512;
  target.f16c |= target.avx512;
  target.avx |= target.avx2 || target.fma || target.f16c;
  target.sse41 |= target.avx;
  return target;
}

std::string target_name(const Target& target) {
  const auto same = [&](const Target& other) {
    for (const Feature& feature : features)
      if (target.*feature.flag != other.*feature.flag)
        return false;
    return target.arch == other.arch && target.os == other.os;
  };
  for (const Name& name : names)
    if (same(parse_target(name.name)))
      return std::string(name.name);
  const std::string text = to_string(target);
  return text.substr(0, text.find(" threads="));
}

} // namespace fovea::catalogue
