#pragma once
#include <fovea/runtime/abi.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace fovea::emission {

// A relocatable object, and what it is for messages: "conv1", "driver function".
struct JitObject {
  std::string name;
  std::span<const std::byte> bytes; // read during construction of the Jit only
};

// Objects linked together in this process's memory (ORC, JITLink). They see one another, the hooks
// of runtime/core, and the functions of the C library and libm that generated code calls
// (libcalls.hpp): nothing else of this process. The code lives as long as the Jit.
class Jit {
 public:
  // Links everything that `entry` and `prepare` reach; an empty name: there is no such function.
  // Throws Error, which lists the symbols that no one defines.
  Jit(std::span<const JitObject> objects, const std::string& entry,
      const std::string& prepare = {});
  ~Jit();
  Jit(Jit&&) noexcept;
  Jit& operator=(Jit&&) noexcept;

  // Null for an empty name.
  decltype(fovea_program::entry) entry() const;
  decltype(fovea_program::prepare) prepare() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace fovea::emission
