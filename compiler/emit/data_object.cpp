#include "compiler/emit/data_object.hpp"

#include <fovea/error.hpp>

#include <llvm/BinaryFormat/ELF.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace fovea::emission {
namespace elf = llvm::ELF;
namespace {

// A machine's number, and the section for data that code reaches by 64-bit addresses only. On
// x86-64 the linker keeps "large" sections out of the way, so that 2 GB of weights do not push code
// and data out of one another's reach.
struct Machine {
  std::string_view arch;
  uint16_t number;
  const char* data_section;
  uint64_t data_flags;
};
constexpr Machine machines[] = {
    {"x86-64", elf::EM_X86_64, ".lrodata", elf::SHF_ALLOC | elf::SHF_X86_64_LARGE},
    {"aarch64", elf::EM_AARCH64, ".rodata", elf::SHF_ALLOC},
};

const Machine& machine_of(std::string_view arch) {
  for (const Machine& machine : machines)
    if (machine.arch == arch)
      return machine;
  throw Error({.what = "internal error: no ELF machine for " + std::string(arch)});
}

// A table of strings as ELF has it: the empty one first, each with its final zero.
struct Strings {
  std::string bytes = std::string(1, '\0');
  uint32_t add(const std::string& text) {
    const auto at = static_cast<uint32_t>(bytes.size());
    bytes += text + '\0';
    return at;
  }
};

template <class T>
std::span<const std::byte> bytes_of(const T& object) {
  return std::as_bytes(std::span(&object, 1));
}

// An object of one data section and one symbol, but for the data: what stands before and behind it.
class ObjectFrame {
 public:
  ObjectFrame(const Machine& machine, const std::string& symbol, uint64_t bytes)
      : machine_(machine) {
    symbols_[1].st_name = symbol_names_.add(symbol);
    symbols_[1].setBindingAndType(elf::STB_GLOBAL, elf::STT_OBJECT);
    symbols_[1].st_other = elf::STV_HIDDEN;
    symbols_[1].st_shndx = data;
    symbols_[1].st_size = bytes;
    place_sections(bytes);
    fill_header();
  }

  Parts around(const Parts& content) const {
    Parts file{bytes_of(header_)};
    file.insert(file.end(), content.begin(), content.end());
    file.insert(file.end(), {padding_to(sections_[symbol_table].sh_offset, data_end_),
                             bytes_of(symbols_), std::as_bytes(std::span(symbol_names_.bytes)),
                             std::as_bytes(std::span(section_names_.bytes)),
                             padding_to(header_.e_shoff, names_end_), bytes_of(sections_)});
    return file;
  }

 private:
  enum Section : uint16_t { none, data, stack_note, symbol_table, names, own_names, count };

  static uint64_t aligned(uint64_t offset) { return (offset + 7) / 8 * 8; }
  static std::span<const std::byte> padding_to(uint64_t offset, uint64_t end) {
    static constexpr std::array<std::byte, 8> zeros{};
    return std::span(zeros).first(offset - end);
  }

  void place_sections(uint64_t bytes) {
    data_end_ = sizeof(elf::Elf64_Ehdr) + bytes;
    const uint64_t symbols_at = aligned(data_end_), names_at = symbols_at + sizeof symbols_,
                   own_names_at = names_at + symbol_names_.bytes.size();
    place(data, machine_.data_section, elf::SHT_PROGBITS, sizeof(elf::Elf64_Ehdr), bytes);
    place(stack_note, ".note.GNU-stack", elf::SHT_PROGBITS, symbols_at, 0);
    place(symbol_table, ".symtab", elf::SHT_SYMTAB, symbols_at, sizeof symbols_);
    place(names, ".strtab", elf::SHT_STRTAB, names_at, symbol_names_.bytes.size());
    place(own_names, ".shstrtab", elf::SHT_STRTAB, own_names_at, 0);
    sections_[own_names].sh_size = section_names_.bytes.size(); // its own name is in it by now
    names_end_ = own_names_at + section_names_.bytes.size();

    static_assert(sizeof(elf::Elf64_Ehdr) % 64 == 0, "data follows the header, aligned");
    sections_[data].sh_flags = machine_.data_flags;
    sections_[data].sh_addralign = 64;
    sections_[symbol_table].sh_addralign = 8;
    sections_[symbol_table].sh_entsize = sizeof(elf::Elf64_Sym);
    sections_[symbol_table].sh_link = names;
    sections_[symbol_table].sh_info = 1; // the first symbol that is not local
  }

  void place(Section number, const char* name, uint32_t type, uint64_t offset, uint64_t bytes) {
    elf::Elf64_Shdr& section = sections_[number];
    section.sh_name = section_names_.add(name);
    section.sh_type = type;
    section.sh_offset = offset;
    section.sh_size = bytes;
    section.sh_addralign = 1;
  }

  void fill_header() {
    std::memcpy(header_.e_ident, elf::ElfMagic, 4);
    header_.e_ident[elf::EI_CLASS] = elf::ELFCLASS64;
    header_.e_ident[elf::EI_DATA] = elf::ELFDATA2LSB;
    header_.e_ident[elf::EI_VERSION] = elf::EV_CURRENT;
    header_.e_type = elf::ET_REL;
    header_.e_machine = machine_.number;
    header_.e_version = elf::EV_CURRENT;
    header_.e_shoff = aligned(names_end_);
    header_.e_ehsize = sizeof header_;
    header_.e_shentsize = sizeof(elf::Elf64_Shdr);
    header_.e_shnum = count;
    header_.e_shstrndx = own_names;
  }

  const Machine& machine_;
  elf::Elf64_Ehdr header_{};
  std::array<elf::Elf64_Shdr, count> sections_{};
  std::array<elf::Elf64_Sym, 2> symbols_{}; // the first is none
  Strings symbol_names_, section_names_;
  uint64_t data_end_ = 0, names_end_ = 0;
};

} // namespace

void write_file(const std::filesystem::path& path, const Parts& parts) {
  std::ofstream file(path, std::ios::binary);
  for (std::span<const std::byte> part : parts)
    file.write(reinterpret_cast<const char*>(part.data()),
               static_cast<std::streamsize>(part.size()));
  file.close();
  if (!file)
    throw Error({.what = path.string() + ": cannot write this file",
                 .detail = std::strerror(errno),
                 .hint = "temporary files go to $TMPDIR, or /tmp: a folder with room for the "
                         "library twice"});
}

void write_data_object(const std::filesystem::path& path, std::string_view arch,
                       const std::string& symbol, const Parts& parts) {
  uint64_t bytes = 0;
  for (std::span<const std::byte> part : parts)
    bytes += part.size();

  write_file(path, ObjectFrame(machine_of(arch), symbol, bytes).around(parts));
}

} // namespace fovea::emission
