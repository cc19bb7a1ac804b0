#pragma once
#include "compiler/emit/linker.hpp"
#include "compiler/emit/weights_layout.hpp"

#include <fovea/catalogue/target.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace fovea::emission {

enum class LibraryForm : uint8_t {
  shared,  // .so
  archive, // .a
  object,  // .o
};

struct LinkRequest {
  std::filesystem::path output; // is replaced
  std::string name;             // "lenet5.so": how the library calls itself
  LibraryForm form = LibraryForm::shared;
  std::string prefix;                                // of the symbols that stay visible
  std::vector<std::span<const std::byte>> objects;   // kernels, and the module of complete_library
  Parts weights;                                     // to embed; none: empty
  std::string arch = catalogue::Target::host().arch; // of the objects
};

// Links objects, embedded weights and runtime/core to a library that needs the C library and libm
// alone, and exports exported_symbols(prefix) alone. Intermediate files are in a folder of their
// own, which is removed. Throws Error; then `output` may hold anything.
void link_library(const LinkRequest& request, const Linker& linker);

} // namespace fovea::emission
