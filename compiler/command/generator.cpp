#include <fovea/generator.hpp>

#include "compiler/command/command.hpp"
#include "compiler/command/model_source.hpp"

#include <cstdio>
#include <filesystem>

namespace fovea {

int generate(int argc, char** argv, const std::function<Network()>& make) {
  try {
    const std::string path = argc > 0 ? argv[0] : "generator";
    command::Program program(
        "Compile this program's network to a library that stands alone. The library needs nothing "
        "but the C library, libm and threads; its header says how it is called. With --emit, show "
        "what the compiler makes on its way instead.",
        std::filesystem::path(path).filename());
    command::make_compiler(program, command::ModelSource(make));
    return program.run(argc, argv);
  } catch (...) { // what a program may throw beside std::exception
    std::fputs("error: the program that makes the network failed\n", stderr);
    return 1;
  }
}

} // namespace fovea
