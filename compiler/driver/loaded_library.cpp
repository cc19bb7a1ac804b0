#include "compiler/driver/loaded_library.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <optional>

#include <link.h>
#include <sys/stat.h>

namespace fovea::driver {
namespace {

struct Search {
  std::string_view prefix;
  std::optional<dl_phdr_info> found;
};

uint64_t aligned(uint64_t bytes) {
  return (bytes + 3) / 4 * 4;
}

// The build id among the notes of one segment, as hexadecimal digits.
std::string build_id(const char* notes, uint64_t bytes) {
  while (bytes >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof(note));
    const uint64_t name = sizeof(note), description = name + aligned(note.n_namesz);
    const uint64_t next = description + aligned(note.n_descsz);
    if (next > bytes)
      break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
        std::memcmp(notes + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
      std::string digits;
      for (uint64_t k = 0; k < note.n_descsz; ++k)
        digits += fmt::format("{:02x}", static_cast<unsigned char>(notes[description + k]));
      return digits;
    }
    notes += next;
    bytes -= next;
  }
  return {};
}

std::string identity_of(const dl_phdr_info& library) {
  for (int k = 0; k < library.dlpi_phnum; ++k) {
    const ElfW(Phdr)& segment = library.dlpi_phdr[k];
    // Segments of 8-byte notes hold properties, never a build id.
    if (segment.p_type != PT_NOTE || segment.p_align > 4)
      continue;
    const auto* notes = reinterpret_cast<const char*>(library.dlpi_addr + segment.p_vaddr);
    if (std::string id = build_id(notes, segment.p_memsz); !id.empty())
      return "build id " + id;
  }
  struct stat status = {};
  if (stat(library.dlpi_name, &status) != 0)
    return library.dlpi_name;
  return fmt::format("{} size {} changed {}.{:09}", library.dlpi_name, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

// Called by the C library, through which nothing may be thrown: it looks and copies.
int visit(dl_phdr_info* library, size_t, void* data) noexcept {
  auto& search = *static_cast<Search*>(data);
  const std::string_view path = library->dlpi_name ? library->dlpi_name : "";
  const std::string_view prefix = search.prefix;
  const size_t begin = path.rfind('/') + 1; // 0 where there is no slash
  if (path.size() - begin < prefix.size() ||
      std::memcmp(path.data() + begin, prefix.data(), prefix.size()) != 0)
    return 0;
  search.found = *library;
  return 1;
}

} // namespace

std::string identity_of_library(std::string_view prefix) {
  Search search{prefix, {}};
  dl_iterate_phdr(visit, &search);
  return search.found ? identity_of(*search.found) : "";
}

} // namespace fovea::driver
