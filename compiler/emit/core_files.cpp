#include "compiler/emit/core_files.hpp"

#include <fovea/catalogue/target.hpp>
#include <fovea/error.hpp>

// Of core_files.S.
extern "C" {
extern const char fovea_core_archive_begin[], fovea_core_archive_end[];
extern const char fovea_core_aarch64_begin[], fovea_core_aarch64_end[];
extern const char fovea_host_types_begin[], fovea_host_types_end[];
}

namespace fovea::emission {

std::span<const std::byte> core_archive(std::string_view arch) {
  if (arch == catalogue::Target::host().arch)
    return std::as_bytes(std::span(fovea_core_archive_begin, fovea_core_archive_end));
  const std::span aarch64(fovea_core_aarch64_begin, fovea_core_aarch64_end);
  if (arch == "aarch64" && !aarch64.empty())
    return std::as_bytes(aarch64);
  ErrorParts parts{.what = "emit: this fovea was built without its runtime for " +
                           std::string(arch) + ", which libraries hold",
                   .expected = catalogue::Target::host().arch + "-linux",
                   .got = std::string(arch) + "-linux"};
  if (arch == "aarch64")
    parts.hint = "install clang and libstdc++-12-dev-arm64-cross (Debian's names), and build "
                 "fovea again";
  throw Error(std::move(parts));
}

std::string_view host_types_header() {
  return {fovea_host_types_begin, fovea_host_types_end};
}

} // namespace fovea::emission
