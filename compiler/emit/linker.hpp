#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace fovea::emission {

// A program that links ELF objects.
struct Linker {
  std::filesystem::path path;
  bool is_compiler = false; // takes the linker's options behind -Xlinker
};

// LLVM's ld.lld in `folders`, by its own name or with a version behind; else a C compiler, which
// brings a linker. The folders: that of the LLVM we were built with, then those of $PATH. Throws
// Error where there is none, with the package to install.
Linker find_linker(const std::vector<std::filesystem::path>& folders);
std::vector<std::filesystem::path> linker_folders();

// Throws Error where it cannot link for the architecture: a C compiler links for its own.
void check_linker(const Linker& linker, const std::string& arch);

// Runs it, without a shell. Each argument is an option with its value in one word ("-oa.so",
// "-znow") or a file. `doing` is what for: "linking lenet5.so". Throws Error, with what the linker
// said.
void run_linker(const Linker& linker, const std::vector<std::string>& arguments,
                const std::string& doing);

// The C library, libm and what belongs to them. For this machine's architecture as this process has
// loaded them: linked by these paths, a library gets the right versions of their symbols with no
// development package installed. For another, as Debian installs them for cross compilers; throws
// Error, with the package's name, where they are not there.
std::vector<std::string> system_libraries(const std::string& arch);

} // namespace fovea::emission
