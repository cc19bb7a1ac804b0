#include "runtime/host/elf.hpp"

#include "runtime/host/file.hpp"

#include <cstring>
#include <elf.h>
#include <set>

namespace fovea::host {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half own_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr Elf64_Half own_machine = EM_RISCV;
#else
#error "which e_machine does this architecture have?"
#endif

std::string name_of_machine(Elf64_Half machine) {
  switch (machine) {
  case EM_386:
    return "x86 (32 bits)";
  case EM_X86_64:
    return "x86-64";
  case EM_ARM:
    return "ARM (32 bits)";
  case EM_AARCH64:
    return "AArch64";
  case EM_RISCV:
    return "RISC-V";
  default:
    return "machine " + std::to_string(machine);
  }
}

Elf64_Ehdr read_header(InputFile& file) {
  const char* hint = "emit a shared library (.so) with fovea";
  Elf64_Ehdr header{};
  if (file.size() < sizeof header)
    file.fail("not a library", "an ELF file", std::to_string(file.size()) + " bytes", hint);
  file.read(&header, sizeof header, "ELF header");
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    file.fail("not a library", "an ELF file",
              excerpt({reinterpret_cast<const char*>(header.e_ident), SELFMAG}), hint);
  // Both byte orders and widths have e_machine at the same place.
  if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_machine != own_machine)
    file.fail("a library for another machine", name_of_machine(own_machine) + ", 64 bits",
              header.e_ident[EI_DATA] == ELFDATA2LSB ? name_of_machine(header.e_machine)
                                                     : "a big-endian machine",
              "emit it again for this target");
  if (header.e_type != ET_DYN)
    file.fail("not a shared library", "a file of type ET_DYN",
              header.e_type == ET_REL ? "an object file" : "type " + std::to_string(header.e_type),
              hint);
  return header;
}

template <class T>
std::vector<T> read_array(InputFile& file, std::uint64_t offset, std::uint64_t bytes,
                          const char* what) {
  if (offset > file.size() || bytes > file.size() - offset) // before memory is taken
    file.fail("damaged library: " + std::string(what) + " beyond the end of the file",
              "at most " + std::to_string(file.size()) + " bytes",
              std::to_string(bytes) + " bytes at " + std::to_string(offset));
  std::vector<T> elements(bytes / sizeof(T));
  file.seek(offset);
  file.read(elements.data(), elements.size() * sizeof(T), what);
  return elements;
}

std::vector<Elf64_Shdr> read_sections(InputFile& file, const Elf64_Ehdr& header) {
  if (header.e_shoff == 0)
    return {};
  if (header.e_shentsize != sizeof(Elf64_Shdr))
    file.fail("damaged library: section headers",
              std::to_string(sizeof(Elf64_Shdr)) + " bytes each",
              std::to_string(header.e_shentsize));
  return read_array<Elf64_Shdr>(
      file, header.e_shoff, std::uint64_t(header.e_shnum) * sizeof(Elf64_Shdr), "section headers");
}

// Names of the functions that it defines for others.
std::set<std::string> read_exports(InputFile& file, const std::vector<Elf64_Shdr>& sections) {
  std::set<std::string> names;
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM)
      continue;
    if (section.sh_link >= sections.size())
      file.fail("damaged library: names of symbols",
                "a section below " + std::to_string(sections.size()),
                std::to_string(section.sh_link));
    const Elf64_Shdr& strings = sections[section.sh_link];
    auto symbols = read_array<Elf64_Sym>(file, section.sh_offset, section.sh_size, "symbols");
    auto text = read_array<char>(file, strings.sh_offset, strings.sh_size, "names of symbols");
    for (const Elf64_Sym& symbol : symbols) {
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL ||
          ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_name >= text.size())
        continue;
      const char* name = text.data() + symbol.st_name;
      names.emplace(name, strnlen(name, text.size() - symbol.st_name));
    }
  }
  return names;
}

} // namespace

std::vector<std::string> exported_prefixes(const std::filesystem::path& path) {
  InputFile file(path);
  Elf64_Ehdr header = read_header(file);
  std::set<std::string> names = read_exports(file, read_sections(file, header));
  constexpr std::string_view ending = "_query";
  std::vector<std::string> prefixes;
  for (const std::string& name : names) {
    if (!name.ends_with(ending) || name.size() == ending.size())
      continue;
    std::string prefix = name.substr(0, name.size() - ending.size());
    if (names.count(prefix + "_model_open"))
      prefixes.push_back(std::move(prefix));
  }
  return prefixes;
}

} // namespace fovea::host
