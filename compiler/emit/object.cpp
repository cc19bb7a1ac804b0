#include "compiler/emit/object.hpp"

#include "compiler/emit/native_target.hpp"

#include <fovea/catalogue/target.hpp>
#include <fovea/error.hpp>

#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h>
#include <mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h>
#include <mlir/Target/LLVMIR/Export.h>

namespace fovea::emission {
namespace {

// The architecture's baseline, and the fastest code generation: a driver function fills arguments
// in and calls, one kernel behind the other. Neither wider vectors nor optimisation would gain it
// anything, and LLVM's usual level takes nine times as long.
std::unique_ptr<llvm::TargetMachine> make_target_machine(const std::string& arch) {
  llvm::Triple triple(llvm::sys::getProcessTriple());
  if (arch == catalogue::Target::host().arch) {
    initialize_native_target();
  } else {
    initialize_all_targets();
    triple = llvm::Triple(arch == "x86-64" ? "x86_64" : arch, "unknown", "linux", "gnu");
  }
  std::string why;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, why);
  std::unique_ptr<llvm::TargetMachine> machine;
  if (target)
    machine.reset(target->createTargetMachine(triple, /*CPU=*/"", /*Features=*/"",
                                              llvm::TargetOptions(), llvm::Reloc::PIC_,
                                              /*CM=*/std::nullopt, llvm::CodeGenOptLevel::None));
  if (!machine)
    throw Error({.what = "internal error: no code generator for " + triple.str(), .detail = why});
  return machine;
}

std::vector<std::byte> generate_code(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
    throw Error({.what = "internal error: the code generator writes no objects"});
  passes.run(module);
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return {first, first + bytes.size()};
}

} // namespace

std::vector<std::byte> compile_to_object(mlir::ModuleOp module) {
  return compile_to_object(module, catalogue::Target::host().arch);
}

std::vector<std::byte> compile_to_object(mlir::ModuleOp module, const std::string& arch) {
  mlir::registerBuiltinDialectTranslation(*module.getContext());
  mlir::registerLLVMDialectTranslation(*module.getContext());
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> translated = mlir::translateModuleToLLVMIR(module, context);
  if (!translated)
    throw Error({.what = "internal error: the driver function does not translate to LLVM IR"});

  const std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(arch);
  translated->setTargetTriple(machine->getTargetTriple());
  translated->setDataLayout(machine->createDataLayout());
  translated->setPICLevel(llvm::PICLevel::BigPIC);
  return generate_code(*translated, *machine);
}

} // namespace fovea::emission
