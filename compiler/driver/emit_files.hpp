#pragma once
#include "compiler/emit/library.hpp"
#include "compiler/emit/link_library.hpp"

#include <fovea/emit.hpp>

namespace fovea::driver {

// What emit() will write and how it will be called: checked before the long compilation. Throws
// Error for what cannot be written, or would be ambiguous.
struct EmitFiles {
  EmitFiles(const Network& network, const std::filesystem::path& library,
            const EmitOptions& options, SourceLocation location);

  std::filesystem::path library, header, cpp_header; // the headers: empty for none
  std::filesystem::path weights;                     // of the file; empty for none
  emission::LibraryForm form = emission::LibraryForm::shared;
  emission::LibraryWeights place = emission::LibraryWeights::embedded;
  std::string prefix;
  std::string header_as_included; // by the C++ header
};

// Throws Error where weights of this size are too large to be part of a library.
void check_embedded_bytes(const Network& network, int64_t bytes, SourceLocation location);

} // namespace fovea::driver
