#include "compiler/emit/jit.hpp"

#include "compiler/emit/libcalls.hpp"
#include "compiler/emit/native_target.hpp"

#include <fovea/error.hpp>
#include <fovea/runtime/core.h>

#include <llvm/ADT/ScopeExit.h>
#include <llvm/ExecutionEngine/Orc/AbsoluteSymbols.h>
#include <llvm/ExecutionEngine/Orc/ExecutionUtils.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/TaskDispatch.h>
#include <llvm/Support/MemoryBuffer.h>

#include <set>

namespace fovea::emission {
namespace orc = llvm::orc;
namespace {

// What went wrong while linking. ORC reports it here, and only that it failed to its caller.
struct LinkReport {
  std::set<std::string> missing;
  std::string other;

  void add(llvm::Error error) {
    llvm::handleAllErrors(
        std::move(error),
        [&](const orc::SymbolsNotFound& not_found) {
          for (const orc::SymbolStringPtr& symbol : not_found.getSymbols())
            missing.insert((*symbol).str());
        },
        [](const orc::FailedToMaterialize&) {}, // a consequence of another error
        [&](const llvm::ErrorInfoBase& info) {
          other += (other.empty() ? "" : "; ") + info.message();
        });
  }

  [[noreturn]] void fail(const std::string& entry) const {
    std::string symbols;
    for (const std::string& symbol : missing)
      symbols += (symbols.empty() ? "" : ", ") + symbol;
    if (!symbols.empty())
      throw Error({.what = "internal error: generated code refers to symbols that no one defines",
                   .expected = "kernels, hooks of the runtime, functions of libm and libc",
                   .got = symbols,
                   .detail = other});
    throw Error({.what = "internal error: linking '" + entry + "' failed", .detail = other});
  }
};

// Everything happens in the calling thread: no thread of ORC's outlives a call.
std::unique_ptr<orc::ExecutorProcessControl> make_process_control() {
  return take(orc::SelfExecutorProcessControl::Create(
                  nullptr, std::make_unique<orc::InPlaceTaskDispatcher>()),
              "starting the JIT");
}

std::unique_ptr<orc::LLJIT> make_lljit() {
  initialize_native_target();
  orc::LLJITBuilder builder;
  builder.setExecutorProcessControl(make_process_control())
      .setLinkProcessSymbolsByDefault(false)        // generated code sees what we name, no more
      .setPlatformSetUp(orc::setUpInactivePlatform) // it has no static constructors
      .setObjectLinkingLayerCreator([](orc::ExecutionSession& session) {
        return std::make_unique<orc::ObjectLinkingLayer>(session);
      });
  return take(builder.create(), "starting the JIT");
}

llvm::Error define_environment(orc::LLJIT& jit) {
  orc::SymbolMap hooks;
  for (const fovea_hook* hook = fovea_hooks(); hook->name; ++hook)
    hooks[jit.mangleAndIntern(hook->name)] = {orc::ExecutorAddr::fromPtr(hook->address),
                                              llvm::JITSymbolFlags::Exported};
  if (llvm::Error error = jit.getMainJITDylib().define(orc::absoluteSymbols(std::move(hooks))))
    return error;
  auto libcalls = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      jit.getDataLayout().getGlobalPrefix(),
      [](const orc::SymbolStringPtr& name) { return is_libcall(*name); });
  if (!libcalls)
    return libcalls.takeError();
  jit.getMainJITDylib().addGenerator(std::move(*libcalls));
  return llvm::Error::success();
}

} // namespace

struct Jit::Impl {
  std::unique_ptr<orc::LLJIT> lljit = make_lljit();
  decltype(fovea_program::entry) entry = nullptr;
  decltype(fovea_program::prepare) prepare = nullptr;
};

// Where `symbol` is; `report` has heard what is missing, if anything is.
static orc::ExecutorAddr find(orc::LLJIT& lljit, LinkReport& report, const std::string& symbol) {
  if (symbol.empty())
    return {};
  llvm::Expected<orc::ExecutorAddr> address = lljit.lookup(symbol);
  if (!address) {
    report.add(address.takeError());
    report.fail(symbol);
  }
  return *address;
}

Jit::Jit(std::span<const JitObject> objects, const std::string& entry, const std::string& prepare)
    : impl_(std::make_unique<Impl>()) {
  orc::LLJIT& lljit = *impl_->lljit;
  LinkReport report;
  lljit.getExecutionSession().setErrorReporter(
      [&report](llvm::Error error) { report.add(std::move(error)); });
  throw_if(define_environment(lljit), "defining the symbols of the runtime");
  for (const JitObject& object : objects) {
    const llvm::StringRef bytes(reinterpret_cast<const char*>(object.bytes.data()),
                                object.bytes.size());
    throw_if(lljit.addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(bytes, object.name)),
             "loading the code of " + object.name);
  }

  const llvm::scope_exit forget_report([&lljit] { // it dies with this function
    lljit.getExecutionSession().setErrorReporter(
        [](llvm::Error error) { llvm::consumeError(std::move(error)); });
  });
  impl_->entry = find(lljit, report, entry).toPtr<decltype(fovea_program::entry)>();
  impl_->prepare = find(lljit, report, prepare).toPtr<decltype(fovea_program::prepare)>();
}

Jit::~Jit() = default;
Jit::Jit(Jit&&) noexcept = default;
Jit& Jit::operator=(Jit&&) noexcept = default;

decltype(fovea_program::entry) Jit::entry() const {
  return impl_->entry;
}
decltype(fovea_program::prepare) Jit::prepare() const {
  return impl_->prepare;
}

} // namespace fovea::emission
