#include "compiler/emit/core_files.hpp"

// Of core_files.S.
extern "C" {
extern const char fovea_core_archive_begin[], fovea_core_archive_end[];
extern const char fovea_host_types_begin[], fovea_host_types_end[];
}

namespace fovea::emission {

std::span<const std::byte> core_archive() {
  return std::as_bytes(std::span(fovea_core_archive_begin, fovea_core_archive_end));
}

std::string_view host_types_header() {
  return {fovea_host_types_begin, fovea_host_types_end};
}

} // namespace fovea::emission
