#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace fovea::emission {

// What every emitted library holds, as bytes of this program: so emission needs no file beside the
// compiler.
std::span<const std::byte> core_archive(); // runtime/core, optimised, with hidden symbols
std::string_view host_types_header();      // fovea/runtime/host_types.h

} // namespace fovea::emission
