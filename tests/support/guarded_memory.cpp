#include "guarded_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <new>

namespace fovea::testing {
namespace {

constexpr auto untouched = static_cast<std::byte>(0xCD);

size_t page_size() {
  static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

// Read by the signal handler: plain memory, no allocation.
char current_case[2048];

void print_case(const char* text) {
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0)
    return;
}

void on_fault(int signal) {
  print_case("\nmemory outside what was given was touched, or a null pointer, in:\n  ");
  print_case(current_case);
  print_case("\n");
  std::signal(signal, SIG_DFL); // the instruction runs again, and ends the program
}

} // namespace

GuardedMemory::GuardedMemory(size_t bytes, Placement placement) : size_(bytes) {
  const size_t page = page_size();
  const size_t inner = std::max(page, (bytes + page - 1) / page * page);
  mapped_ = inner + 2 * page;
  void* mapping = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    throw std::bad_alloc();
  mapping_ = static_cast<std::byte*>(mapping);
  std::byte* first = mapping_ + page;
  if (mprotect(first, inner, PROT_READ | PROT_WRITE) != 0)
    throw std::bad_alloc();
  std::memset(first, static_cast<int>(untouched), inner);
  data_ = placement == Placement::before_guard ? first + inner - bytes : first;
}

GuardedMemory::GuardedMemory(GuardedMemory&& other) noexcept
    : mapping_(other.mapping_), mapped_(other.mapped_), data_(other.data_), size_(other.size_) {
  other.mapping_ = nullptr;
}

GuardedMemory::~GuardedMemory() {
  if (mapping_)
    munmap(mapping_, mapped_);
}

void GuardedMemory::make_read_only() {
  mprotect(mapping_ + page_size(), mapped_ - 2 * page_size(), PROT_READ);
}

bool GuardedMemory::slack_is_intact() const {
  const std::byte* first = mapping_ + page_size();
  const std::byte* end = mapping_ + mapped_ - page_size();
  const auto intact = [](std::byte value) { return value == untouched; };
  return std::all_of(first, static_cast<const std::byte*>(data_), intact) &&
         std::all_of(static_cast<const std::byte*>(data_) + size_, end, intact);
}

CrashNote::CrashNote(const std::string& name) {
  std::strncpy(current_case, name.c_str(), sizeof current_case - 1);
  struct sigaction old {};
  sigaction(SIGSEGV, nullptr, &old);
  if (old.sa_handler == SIG_DFL) { // a sanitizer's own handler stays
    std::signal(SIGSEGV, on_fault);
    std::signal(SIGBUS, on_fault);
  }
}

CrashNote::~CrashNote() {
  current_case[0] = 0;
}

} // namespace fovea::testing
