#include "compiler/emit/object_symbols.hpp"

#include "compiler/emit/data_object.hpp"
#include "compiler/emit/native_target.hpp"

#include <llvm/ObjCopy/CommonConfig.h>
#include <llvm/ObjCopy/ELF/ELFConfig.h>
#include <llvm/ObjCopy/ELF/ELFObjcopy.h>
#include <llvm/Object/ArchiveWriter.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

namespace fovea::emission {
namespace {

std::vector<std::byte> rewrite(llvm::MemoryBufferRef bytes,
                               const llvm::objcopy::CommonConfig& config,
                               const std::string& doing) {
  auto object = take(llvm::object::ObjectFile::createELFObjectFile(bytes), doing);
  llvm::SmallVector<char, 0> rewritten;
  llvm::raw_svector_ostream stream(rewritten);
  throw_if(llvm::objcopy::elf::executeObjcopyOnBinary(
               config, llvm::objcopy::ELFConfig(),
               llvm::cast<llvm::object::ELFObjectFileBase>(*object), stream),
           doing);
  const auto* first = reinterpret_cast<const std::byte*>(rewritten.data());
  return {first, first + rewritten.size()};
}

std::unique_ptr<llvm::MemoryBuffer> read(const std::filesystem::path& path) {
  return take(llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(path.string())),
              "reading " + path.string());
}

} // namespace

std::vector<std::byte> rename_symbols(std::span<const std::byte> object,
                                      const std::map<std::string, std::string>& names) {
  llvm::objcopy::CommonConfig config;
  for (const auto& [from, to] : names)
    config.SymbolsToRename[from] = to;
  const llvm::StringRef bytes(reinterpret_cast<const char*>(object.data()), object.size());
  return rewrite({bytes, "kernel"}, config, "renaming the symbols of a kernel");
}

void localise_symbols(const std::filesystem::path& object, const std::vector<std::string>& kept) {
  const std::string doing = "localising the symbols of the library";
  llvm::objcopy::CommonConfig config;
  for (const std::string& name : kept)
    throw_if(config.SymbolsToKeepGlobal.addMatcher(llvm::objcopy::NameOrPattern::create(
                 name, llvm::objcopy::MatchStyle::Literal, [](llvm::Error e) { return e; })),
             doing);
  const std::vector<std::byte> localised = rewrite(read(object)->getMemBufferRef(), config, doing);
  write_file(object, {localised});
}

void write_archive(const std::filesystem::path& archive, const std::filesystem::path& object,
                   const std::string& member) {
  const std::unique_ptr<llvm::MemoryBuffer> bytes = read(object);
  llvm::NewArchiveMember entry(bytes->getMemBufferRef());
  entry.MemberName = member;
  throw_if(llvm::writeArchive(archive.string(), entry, llvm::SymtabWritingMode::NormalSymtab,
                              llvm::object::Archive::K_GNU, /*Deterministic=*/true,
                              /*Thin=*/false),
           "writing " + archive.string());
}

} // namespace fovea::emission
