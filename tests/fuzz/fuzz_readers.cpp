// Gives damaged files to one reader. Each must be accepted or refused with an error in words:
// anything else, a sanitizer's report, memory beyond a limit, an endless loop, ends the program.
//
//   fuzz_readers                               the readers' names
//   fuzz_readers READER SEED COUNT [FIRST]     cases FIRST .. FIRST+COUNT-1; a case depends on
//                                              READER, SEED and its number only
#include "tests/fuzz/mutate.hpp"
#include "tests/fuzz/readers.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <sanitizer/common_interface_defs.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

// No file here is larger than a megabyte, and no image larger than a megapixel. What was freed
// stays for a while, which is most of the whole.
extern "C" const char* __asan_default_options() {
  return "max_allocation_size_mb=64:hard_rss_limit_mb=1024:allocator_may_return_null=0";
}

using namespace fovea_fuzz;

namespace {

const char* reader_name = "";
unsigned long long seed = 0, number = 0;

void say_which() {
  std::fprintf(stderr, "in case %llu; to repeat it alone: fuzz_readers %s %llu 1 %llu\n", number,
               reader_name, seed, number);
}

constexpr int most_seconds = 10; // of this process, not of the clock: the machine may be busy

void on_time_over(int) {
  std::fprintf(stderr, "a case took more than %d seconds\n", most_seconds);
  say_which();
  _exit(3);
}

// A file in memory: a disk would only be slower.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("fuzz", MFD_CLOEXEC)) {
    path_ = "/proc/self/fd/" + std::to_string(descriptor_);
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;

  void write(const std::string& bytes) const {
    if (ftruncate(descriptor_, 0) != 0 ||
        pwrite(descriptor_, bytes.data(), bytes.size(), 0) != ssize_t(bytes.size()))
      throw std::runtime_error("cannot write to memory");
  }
  const std::string& path() const { return path_; }

 private:
  int descriptor_;
  std::string path_;
};

std::string make_case(const Reader& reader, const std::vector<std::string>& files) {
  Random random(seed * 1'000'003 + number);
  random.discard(8);
  const std::string& file = files[below(random, files.size())];
  std::string bytes = mutate(file, files[below(random, files.size())], random);
  return reader.repair && below(random, 2) ? reader.repair(std::move(bytes)) : bytes;
}

int fuzz(const Reader& reader, unsigned long long first, unsigned long long count) {
  const std::vector<std::string> files = reader.files();
  MemoryFile file;
  for (const std::string& valid : files) {
    file.write(valid);
    reader.read(file.path());
  }
  unsigned long long accepted = 0;
  for (number = first; number < first + count; ++number) {
    file.write(make_case(reader, files));
    itimerval limit{{0, 0}, {most_seconds, 0}};
    setitimer(ITIMER_PROF, &limit, nullptr);
    accepted += reader.read(file.path());
  }
  std::printf("%s, seed %llu: %llu cases, %llu accepted\n", reader.name, seed, count, accepted);
  // Where all go one way the changes are too mild, or break every file at its first byte.
  return count >= 300 && (accepted == 0 || accepted == count) ? 2 : 0;
}

} // namespace

int main(int count, char** arguments) {
  if (count < 4 || count > 5) {
    for (const Reader& reader : readers())
      std::puts(reader.name);
    return count == 1 ? 0 : 2;
  }
  reader_name = arguments[1];
  seed = std::strtoull(arguments[2], nullptr, 10);
  std::signal(SIGPROF, on_time_over);
  __sanitizer_set_death_callback(say_which);
  for (const Reader& reader : readers())
    if (std::strcmp(reader.name, reader_name) == 0)
      try {
        return fuzz(reader, count == 5 ? std::strtoull(arguments[4], nullptr, 10) : 0,
                    std::strtoull(arguments[3], nullptr, 10));
      } catch (const std::exception& error) {
        std::fprintf(stderr, "thrown: %s\n", error.what());
        say_which();
        return 1;
      }
  std::fprintf(stderr, "no reader '%s'\n", reader_name);
  return 2;
}
