#include "compiler/driver/model_text.hpp"

#include <fovea/kept_name.hpp>

#include <fovea/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <llvm/Support/ConvertUTF.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace fovea::driver {
namespace {

constexpr size_t max_nesting = 200; // IR that the compiler writes has less than 10

class File {
 public:
  // O_NONBLOCK: a pipe without a writer would block already here.
  explicit File(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  ~File() {
    if (descriptor_ >= 0)
      close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string read_file(const std::string& path, int64_t max_bytes, SourceLocation location) {
  const auto fail = [&](std::string expected, std::string got, std::string hint = {}) {
    throw Error({.what = path + ": cannot read this model",
                 .where = location,
                 .expected = std::move(expected),
                 .got = std::move(got),
                 .hint = std::move(hint)});
  };
  const File file(path);
  struct stat status {};
  if (file.descriptor() < 0 || fstat(file.descriptor(), &status) != 0)
    fail("a file that can be read", std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    fail("a regular file", S_ISDIR(status.st_mode) ? "a folder" : "a pipe, socket or device");
  const auto most = static_cast<size_t>(std::max<int64_t>(max_bytes, 0));
  std::string text(std::min(most, static_cast<size_t>(status.st_size)) + 1, '\0');
  size_t size = 0;
  for (;;) {
    const ssize_t count = read(file.descriptor(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      fail("a file that can be read", std::strerror(errno));
    size += static_cast<size_t>(count);
    if (size > most)
      fail("at most " + std::to_string(max_bytes) + " bytes", "more",
           "LoadOptions::max_bytes sets the limit");
    if (count == 0)
      break;
    if (size == text.size()) // it grew meanwhile
      text.resize(std::min(most + 1, size * 2));
  }
  if (size == 0)
    fail("the text of a model", "an empty file");
  text.resize(size);
  return text;
}

[[noreturn]] void fail_at(const std::string& path, const std::string& text, size_t place,
                          std::string what, std::string expected) {
  const auto before = text.begin() + static_cast<std::ptrdiff_t>(place);
  const auto line = 1 + std::count(text.begin(), before, '\n');
  const size_t begin = place == 0 ? std::string::npos : text.rfind('\n', place - 1);
  const size_t column = begin == std::string::npos ? place + 1 : place - begin;
  throw Error(
      {.what = std::move(what),
       .where = {kept_name(path), static_cast<uint32_t>(line), static_cast<uint32_t>(column)},
       .expected = std::move(expected),
       .hint = "the text of a model is what Network::save writes"});
}

void check_characters(const std::string& path, const std::string& text) {
  if (const size_t zero = text.find('\0'); zero != std::string::npos)
    fail_at(path, text, zero, "the text holds a NUL", "text");
  const auto* begin = reinterpret_cast<const llvm::UTF8*>(text.data());
  const auto* place = begin;
  if (!llvm::isLegalUTF8String(&place, begin + text.size()))
    fail_at(path, text, static_cast<size_t>(place - begin), "the text is not UTF-8", "UTF-8");
}

// The place behind a string or comment that begins at `place`; else `place`.
size_t skip_quoted(const std::string& text, size_t place) {
  if (text.compare(place, 2, "//") == 0)
    return std::min(text.find('\n', place), text.size());
  if (text[place] != '"')
    return place;
  for (++place; place < text.size() && text[place] != '"' && text[place] != '\n'; ++place)
    place += text[place] == '\\';
  return std::min(place + 1, text.size());
}

// Only how deep a parser can have gone, not whether brackets match: that the parser says better. A
// "<" may also be a relation ("i < 8"), so it ends with the bracket around it.
void check_nesting(const std::string& path, const std::string& text) {
  static constexpr std::string_view open = "([{<", closed = ")]}>";
  std::vector<char> wanted; // the brackets that end those open here
  for (size_t place = 0; place < text.size(); ++place) {
    if (const size_t behind = skip_quoted(text, place); behind != place) {
      place = behind - 1;
      continue;
    }
    const char letter = text[place];
    if (const size_t kind = open.find(letter); kind != std::string_view::npos) {
      wanted.push_back(closed[kind]);
      if (wanted.size() > max_nesting)
        fail_at(path, text, place, "brackets are nested too deeply",
                "at most " + std::to_string(max_nesting));
    } else if (letter == '>') {
      const bool arrow = place > 0 && text[place - 1] == '-';
      if (!arrow && !wanted.empty() && wanted.back() == '>')
        wanted.pop_back();
    } else if (closed.find(letter) != std::string_view::npos) {
      while (!wanted.empty() && wanted.back() == '>')
        wanted.pop_back();
      if (!wanted.empty())
        wanted.pop_back();
    }
  }
}

} // namespace

std::string read_model_text(const std::string& path, int64_t max_bytes, SourceLocation location) {
  std::string text = read_file(path, max_bytes, location);
  check_characters(path, text);
  check_nesting(path, text);
  return text;
}

} // namespace fovea::driver
