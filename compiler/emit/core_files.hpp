#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace fovea::emission {

// What every emitted library holds, as bytes of this program: so emission needs no file beside the
// compiler.
// runtime/core for an architecture ("x86-64", "aarch64"), optimised, with hidden symbols. Throws
// Error where this compiler was built without.
std::span<const std::byte> core_archive(std::string_view arch);
std::string_view host_types_header(); // fovea/runtime/host_types.h

} // namespace fovea::emission
