#pragma once
#include <cstddef>
#include <string>

// Memory between two pages that nobody may touch: a kernel that reads or writes outside what it was
// given dies there, and says during which case.
namespace fovea::testing {

enum class Placement {
  before_guard, // the last byte is the last one before the guard page behind
  after_guard,  // the first byte is the first one after the guard page in front
};
inline const char* name_of(Placement placement) {
  return placement == Placement::before_guard ? "right up to a guard page"
                                              : "right behind a guard page";
}

class GuardedMemory {
 public:
  GuardedMemory(size_t bytes, Placement placement);
  ~GuardedMemory();
  GuardedMemory(GuardedMemory&& other) noexcept;
  GuardedMemory& operator=(GuardedMemory&&) = delete;

  void* data() const { return data_; }
  size_t size() const { return size_; }
  // From here on a write is an error, too.
  void make_read_only();
  // Nothing was written between the data and the page's end that has no guard.
  bool slack_is_intact() const;

 private:
  std::byte* mapping_ = nullptr;
  size_t mapped_ = 0;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// While it lives, a segmentation fault prints `name` before it ends the program.
class CrashNote {
 public:
  explicit CrashNote(const std::string& name);
  ~CrashNote();
  CrashNote(const CrashNote&) = delete;
  CrashNote& operator=(const CrashNote&) = delete;
};

} // namespace fovea::testing
