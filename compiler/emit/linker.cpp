#include "compiler/emit/linker.hpp"

#include <fovea/catalogue/target.hpp>
#include <fovea/error.hpp>

#include <llvm/Config/llvm-config.h>

#include <fcntl.h>
#include <link.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

extern char** environ;

namespace fovea::emission {
namespace {

bool is_program(const std::filesystem::path& path) {
  std::error_code none;
  return std::filesystem::is_regular_file(path, none) && access(path.c_str(), X_OK) == 0;
}

// A pipe's two ends, closed with it.
struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) {
      read = ends[0];
      write = ends[1];
    }
  }
  ~Pipe() {
    close_end(read);
    close_end(write);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  static void close_end(int& end) {
    if (end >= 0)
      close(end);
    end = -1;
  }
};

struct Actions {
  posix_spawn_file_actions_t actions;
  Actions() { posix_spawn_file_actions_init(&actions); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
};

// To its end: a linker that waits for us to read would never finish.
std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t got = read(file, bytes.data(), bytes.size());
    if (got > 0)
      text.append(bytes.data(), static_cast<size_t>(got));
    else if (got == 0 || errno != EINTR)
      return text;
  }
}

[[noreturn]] void fail_to_start(const Linker& linker, int code) {
  throw Error(
      {.what = linker.path.string() + ": cannot run the linker", .detail = std::strerror(code)});
}

struct Ended {
  std::string said; // on standard output and error
  int status = 0;   // of waitpid
};

Ended run(const Linker& linker, const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words)
    arguments.push_back(const_cast<char*>(word.c_str())); // execve does not write to them
  arguments.push_back(nullptr);

  Pipe output;
  if (output.write < 0)
    fail_to_start(linker, errno);
  Actions actions;
  posix_spawn_file_actions_addopen(&actions.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.actions, output.write, 1);
  posix_spawn_file_actions_adddup2(&actions.actions, output.write, 2);
  pid_t process = 0;
  if (int code = posix_spawn(&process, linker.path.c_str(), &actions.actions, nullptr,
                             arguments.data(), environ))
    fail_to_start(linker, code);
  Pipe::close_end(output.write);
  Ended ended{.said = read_all(output.read), .status = 0};
  while (waitpid(process, &ended.status, 0) < 0)
    if (errno != EINTR)
      fail_to_start(linker, errno); // someone else waited for our child
  return ended;
}

} // namespace

Linker find_linker(const std::vector<std::filesystem::path>& folders) {
  const std::string versioned = "ld.lld-" + std::to_string(LLVM_VERSION_MAJOR);
  for (const auto& folder : folders)
    for (const std::string& name : {std::string("ld.lld"), versioned})
      if (is_program(folder / name))
        return {folder / name, false};
  for (const auto& folder : folders)
    for (const char* name : {"cc", "gcc", "clang"})
      if (is_program(folder / name))
        return {folder / name, true};
  throw Error({.what = "no linker found: libraries are linked by LLVM's ld.lld, or by a C compiler",
               .expected = "ld.lld in LLVM's folder or in $PATH",
               .hint = "install lld (Debian: the package lld-" +
                       std::to_string(LLVM_VERSION_MAJOR) + " or lld), or a C compiler"});
}

std::vector<std::filesystem::path> linker_folders() {
  std::vector<std::filesystem::path> folders{FOVEA_LLVM_TOOLS};
  const char* variable = std::getenv("PATH");
  std::string_view path = variable ? variable : "";
  while (!path.empty()) {
    const size_t colon = std::min(path.find(':'), path.size());
    if (path.starts_with('/')) // nothing from the working directory, wherever that is
      folders.emplace_back(path.substr(0, colon));
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return folders;
}

void run_linker(const Linker& linker, const std::vector<std::string>& arguments,
                const std::string& doing) {
  std::vector<std::string> words{linker.path.string()};
  if (linker.is_compiler)
    words.push_back("-nostdlib");
  for (const std::string& argument : arguments) {
    // Files, and options that compilers have to know of.
    const bool plain = !argument.starts_with('-') || argument.starts_with("-o") ||
                       argument == "-r" || argument == "-shared";
    if (linker.is_compiler && !plain)
      words.push_back("-Xlinker");
    words.push_back(argument);
  }
  const Ended ended = run(linker, words);
  if (!WIFEXITED(ended.status) || WEXITSTATUS(ended.status) != 0)
    throw Error({.what = doing + ": the linker failed" +
                         (WIFSIGNALED(ended.status)
                              ? " (signal " + std::to_string(WTERMSIG(ended.status)) + ")"
                              : ""),
                 .detail = linker.path.string() + " said:\n" + ended.said});
}

void check_linker(const Linker& linker, const std::string& arch) {
  if (linker.is_compiler && arch != catalogue::Target::host().arch)
    throw Error({.what = "no linker for " + arch + " found: " + linker.path.string() +
                         " links for this machine",
                 .expected = "LLVM's ld.lld",
                 .hint = "install lld (Debian: the package lld-" +
                         std::to_string(LLVM_VERSION_MAJOR) + " or lld)"});
}

static std::vector<std::string> libraries_of_cross_compilers(const std::string& arch) {
  const std::filesystem::path folder = "/usr/" + arch + "-linux-gnu/lib";
  std::vector<std::string> libraries;
  for (const char* name : {"libm.so.6", "libc.so.6"}) {
    libraries.push_back((folder / name).string());
    if (std::error_code none; !std::filesystem::exists(libraries.back(), none))
      throw Error({.what = "emit: no C library for " + arch + "-linux to link with",
                   .expected = libraries.back(),
                   .hint = "install libc6-arm64-cross (Debian's name)"});
  }
  return libraries;
}

std::vector<std::string> system_libraries(const std::string& arch) {
  if (arch != catalogue::Target::host().arch)
    return libraries_of_cross_compilers(arch);
  std::vector<std::string> libraries;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* list) {
        const std::filesystem::path path = info->dlpi_name;
        const std::string name = path.filename().string();
        for (const char* wanted :
             {"libm.so", "libpthread.so", "libdl.so", "libc.so", "ld-linux", "ld-musl"})
          if (name.starts_with(wanted))
            static_cast<std::vector<std::string>*>(list)->push_back(path.string());
        return 0;
      },
      &libraries);
  return libraries;
}

} // namespace fovea::emission
