#pragma once
#include "compiler/emit/library.hpp"

#include <string>
#include <vector>

namespace fovea::emission {

// What the headers of a library say of it.
struct HeaderRequest {
  const Library& library;
  std::string header_name;  // "lenet5.h", as the example and the C++ header include it
  std::string library_name; // "lenet5.so", for its text
  std::string target;       // the machine that it runs on, for its text
  struct OpDoc {
    std::string op, layers; // "unshared", "local1, local2"
    std::string text;
  };
  std::vector<OpDoc> docs = {}; // what authors say of their ops, for its text
};

// The C header of a library: all that a host needs of it, in C99 and C++. It needs no other header
// of fovea, and agrees with them where they meet.
std::string c_header(const HeaderRequest& request);

// A C++17 header over the C header `header_name`: destructors, exceptions, and arguments whose
// sizes are checked.
std::string cpp_header(const HeaderRequest& request);

// Text for a comment: printable, and nothing that ends or begins one.
std::string comment_text(std::string text);

} // namespace fovea::emission
