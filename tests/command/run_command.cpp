#include "run_command.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  bool in_word = false, quoted = false;
  for (const char c : text) {
    if (c == ' ' && !quoted) {
      in_word = false;
      continue;
    }
    if (!in_word)
      words.emplace_back();
    in_word = true;
    if (c == '\'')
      quoted = !quoted;
    else
      words.back() += c;
  }
  return words;
}

fs::path new_folder(const std::string& kind) {
  std::string name = (fs::temp_directory_path() / ("fovea_" + kind + "_XXXXXX")).string();
  if (!::mkdtemp(name.data()))
    throw std::runtime_error("no temporary folder");
  return name;
}

// Shared by the tests of this program, so that each need not compile the same kernels again; new
// each time it runs, so that nothing old is tested.
const fs::path& cache_folder() {
  struct Folder {
    fs::path path = new_folder("cache");
    ~Folder() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  return folder.path;
}

// This process's, but for what the test says.
std::vector<std::string> environment_with(const std::string& changes) {
  std::vector<std::string> set = {"FOVEA_CACHE=" + cache_folder().string()};
  for (const std::string& change : split(changes))
    set.push_back(change);
  std::map<std::string, std::string> values;
  for (char** entry = environ; *entry; ++entry)
    set.insert(set.begin(), *entry);
  for (const std::string& entry : set)
    values[entry.substr(0, entry.find('='))] = entry;
  std::vector<std::string> result;
  for (const auto& [name, entry] : values)
    result.push_back(entry);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts)
    list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string everything_in(const File& file) {
  std::string text;
  std::rewind(file.get());
  for (char part[4096]; const size_t count = std::fread(part, 1, sizeof part, file.get());)
    text.append(part, count);
  return text;
}

// In the child, until it is `fovea`: calls that are safe after fork alone.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* folder,
                         const File& out, const File& err, const CommandLimits& limits) {
  const rlimit size = {static_cast<rlim_t>(limits.file_bytes),
                       static_cast<rlim_t>(limits.file_bytes)};
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (::setpgid(0, 0) == 0 && ::chdir(folder) == 0 && ::dup2(nothing, 0) == 0 &&
      ::dup2(::fileno(out.get()), 1) == 1 && ::dup2(::fileno(err.get()), 2) == 2 &&
      (limits.file_bytes == 0 || ::setrlimit(RLIMIT_FSIZE, &size) == 0))
    ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

int wait_for(pid_t child, int seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() > end) {
      ADD_FAILURE() << "still running after " << seconds << " s";
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::json json_of(const CommandResult& result) {
  EXPECT_EQ(result.code, 0) << result.err;
  return nlohmann::json::parse(result.out, nullptr, false);
}

CommandFolder::CommandFolder() : path_(new_folder("command")) {}

CommandFolder::~CommandFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

CommandResult CommandFolder::fovea(const std::string& words, const std::string& environment,
                                   const CommandLimits& limits) const {
  std::vector<std::string> arguments = split(words), variables = environment_with(environment);
  arguments.insert(arguments.begin(), FOVEA_BINARY_DIR "/bin/fovea");
  const std::vector<char*> argv = pointers(arguments), envp = pointers(variables);
  const File out(std::tmpfile(), std::fclose), err(std::tmpfile(), std::fclose);
  const pid_t child = ::fork();
  if (child == 0)
    become(argv.data(), envp.data(), path_.c_str(), out, err, limits);
  const int code = wait_for(child, limits.seconds);
  return {code, everything_in(out), everything_in(err)};
}

std::map<std::string, std::string> CommandFolder::snapshot() const {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_))
    files[fs::relative(entry.path(), path_).string()] =
        entry.is_regular_file() ? contents(entry.path()) : "";
  return files;
}

} // namespace fovea::testing
