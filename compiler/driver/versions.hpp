#pragma once
#include <string>

namespace fovea::driver {

// What this compiler is made of.
struct Versions {
  std::string fovea; // "0.1.0"
  int abi = 0;       // of the C interface
  std::string llvm;  // and MLIR: they are released as one
  std::string halide;
  std::string cxx; // that it was built with: "g++ 12.2.0"
};

Versions versions();

} // namespace fovea::driver
