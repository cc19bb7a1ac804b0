#include "compiler/command/command.hpp"
#include "compiler/driver/kernel_cache.hpp"
#include "compiler/driver/versions.hpp"

#include <fovea/catalogue/target.hpp>

#include <cstdio>
#include <memory>

namespace fovea::command {
namespace {

void print_version(bool as_json) {
  const driver::Versions versions = driver::versions();
  const std::string target = to_string(catalogue::Target::host());
  const std::string cache = driver::KernelCache::default_folder().string();
  if (as_json) {
    print_json({{"fovea", versions.fovea},
                {"abi", versions.abi},
                {"llvm", versions.llvm},
                {"mlir", versions.llvm},
                {"halide", versions.halide},
                {"compiler", versions.cxx},
                {"target", target},
                {"cache", cache.empty() ? Json() : Json(cache)}});
    return;
  }
  const std::pair<const char*, std::string> lines[] = {
      {"fovea", versions.fovea},
      {"C ABI", std::to_string(versions.abi)},
      {"LLVM, MLIR", versions.llvm},
      {"Halide", versions.halide},
      {"built with", versions.cxx},
      {"this machine", target},
      {"kernel cache", cache.empty() ? "off" : cache},
  };
  for (const auto& [name, value] : lines)
    std::printf("%-14s%s\n", name, value.c_str());
}

} // namespace

void add_version(CLI::App& fovea) {
  CLI::App* verb = add_verb(fovea, "version",
                            "Show the versions of fovea and of what it is made with, and what it "
                            "knows of this machine.",
                            "  fovea version\n"
                            "  fovea version --json\n");
  auto as_json = std::make_shared<bool>(false);
  verb->add_flag("--json", *as_json, "for machines");
  verb->callback([as_json] { print_version(*as_json); });
}

} // namespace fovea::command
