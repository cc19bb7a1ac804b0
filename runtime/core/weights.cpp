#include "runtime/core/weights.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace fovea::core {

using ull = unsigned long long;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights files are little-endian");

namespace {

struct Header {
  char magic[8];
  uint64_t version;
  uint64_t bytes;
  uint64_t fingerprint;
  uint64_t hash;
  uint64_t parameter_count; // the hash begins here
  char name[80];
};
static_assert(sizeof(Header) == weights_header_bytes);
constexpr uint64_t hash_begin = offsetof(Header, parameter_count);
constexpr char magic[] = "FOVEAWTS";
constexpr uint64_t file_version = 1;

constexpr size_t path_capacity = 4096;

// An open file of weights, and what to say of it.
struct File {
  const fovea_program& program;
  const char* path;
  Message& message;
  int descriptor = -1;

  ~File() {
    if (descriptor >= 0)
      close(descriptor);
  }

  // The reason first: a short message loses the path.
  __attribute__((format(printf, 2, 3))) fovea_status fail(const char* format, ...) {
    char reason[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return message.fail(FOVEA_ERROR_WEIGHTS_FILE, "%s: %s (file '%s')", program.name, reason, path);
  }
};

// A name that came out of a file, for a message.
struct NameText {
  char text[sizeof(Header::name) + 1];
  template <size_t capacity>
  explicit NameText(const char (&name)[capacity]) {
    static_assert(capacity < sizeof text);
    size_t length = strnlen(name, capacity);
    for (size_t i = 0; i < length; ++i)
      text[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
    text[length] = 0;
  }
};

} // namespace

static const char* kind_of_file(mode_t mode) {
  if (S_ISDIR(mode))
    return "a directory";
  if (S_ISFIFO(mode))
    return "a pipe";
  return S_ISSOCK(mode) ? "a socket" : "a device";
}

static fovea_status open_file(File& file, uint64_t* bytes) {
  do {
    // A pipe would otherwise wait here for its other end.
    file.descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (file.descriptor < 0 && errno == EINTR);
  if (file.descriptor < 0)
    return file.fail("weights cannot be opened: %m; put the file there, or name it in the options' "
                     "weights_path");
  struct stat status;
  if (fstat(file.descriptor, &status) != 0)
    return file.fail("weights cannot be examined: %m");
  if (!S_ISREG(status.st_mode))
    return file.fail("weights: expected a regular file, got %s", kind_of_file(status.st_mode));
  *bytes = uint64_t(status.st_size);
  return FOVEA_OK;
}

static fovea_status read_header(File& file, uint64_t bytes, Header* header) {
  char* to = reinterpret_cast<char*>(header);
  size_t done = 0;
  while (done < sizeof *header) {
    ssize_t got = pread(file.descriptor, to + done, sizeof *header - done, off_t(done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return file.fail("weights cannot be read: %m");
    if (got == 0)
      return file.fail("weights truncated: expected %llu bytes, got %llu; copy the file again",
                       ull(file.program.weights_file->bytes), ull(bytes));
    done += size_t(got);
  }
  return FOVEA_OK;
}

// From what kind of file it is to whose it is, so that each mistake gets its own words.
static fovea_status check_header(File& file, const Header& header) {
  const fovea_weights_file& expected = *file.program.weights_file;
  if (memcmp(header.magic, magic, sizeof header.magic) != 0)
    return file.fail("not a weights file: expected it to begin with %s, got '%s'", magic,
                     NameText(header.magic).text);
  if (header.version != file_version)
    return file.fail("weights of another format: expected version %llu, got %llu; emit library and "
                     "weights again with one fovea",
                     ull(file_version), ull(header.version));
  if (header.fingerprint != expected.fingerprint) {
    NameText got(header.name);
    if (strncmp(file.program.name, header.name, sizeof header.name) != 0)
      return file.fail("weights of another model: expected '%.80s', got '%s'; use the file that "
                       "was emitted with this library",
                       file.program.name, got.text);
    return file.fail("weights of another version of '%s': expected fingerprint %016llx, got "
                     "%016llx; use the file that was emitted with this library",
                     got.text, ull(expected.fingerprint), ull(header.fingerprint));
  }
  if (header.bytes != expected.bytes)
    return file.fail("weights of another layout: expected a file of %llu bytes, got one that "
                     "states %llu; use the file that was emitted with this library",
                     ull(expected.bytes), ull(header.bytes));
  if (header.parameter_count != file.program.parameter_count)
    return file.fail("weights: expected %llu parameters, got %llu; use the file that was emitted "
                     "with this library",
                     ull(file.program.parameter_count), ull(header.parameter_count));
  return FOVEA_OK;
}

static fovea_status check_size(File& file, uint64_t bytes) {
  uint64_t expected = file.program.weights_file->bytes;
  if (bytes == expected)
    return FOVEA_OK;
  return file.fail("weights %s: expected %llu bytes, got %llu; copy the file again",
                   bytes < expected ? "truncated" : "too long", ull(expected), ull(bytes));
}

static fovea_status map_file(File& file, uint64_t bytes, uint64_t hash, Mapping* mapping) {
  void* begin = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.descriptor, 0);
  if (begin == MAP_FAILED)
    return file.fail("weights cannot be mapped: %m");
  *mapping = {static_cast<const char*>(begin), bytes};
  uint64_t got = XXH3_64bits(mapping->begin + hash_begin, bytes - hash_begin);
  if (got == hash)
    return FOVEA_OK;
  unmap_weights(*mapping);
  *mapping = {};
  return file.fail("weights damaged: expected hash %016llx, got %016llx; copy the file again",
                   ull(hash), ull(got));
}

// The named file in the folder of the module that the program lies in.
static fovea_status path_beside_module(const fovea_program& program, char* path, Message& message) {
  const char* name = program.weights_file->file_name;
  if (!find_module(&program, path, path_capacity))
    return message.fail(FOVEA_ERROR_WEIGHTS_FILE,
                        "%s: the library's own folder is not known: expected the path of '%s' in "
                        "the options' weights_path, got null",
                        program.name, name);
  char* slash = strrchr(path, '/');
  size_t folder = slash ? size_t(slash - path) + 1 : 0;
  size_t length = strlen(name);
  if (folder + length >= path_capacity)
    return message.fail(FOVEA_ERROR_WEIGHTS_FILE,
                        "%s: weights file '%s': its path is longer than %llu bytes", program.name,
                        name, ull(path_capacity - 1));
  memcpy(path + folder, name, length + 1);
  return FOVEA_OK;
}

fovea_status map_weights(const fovea_program& program, const char* path, Mapping* mapping,
                         Message& message) {
  char beside[path_capacity];
  if (!path) {
    if (fovea_status status = path_beside_module(program, beside, message))
      return status;
    path = beside;
  }
  File file{program, path, message};
  uint64_t bytes = 0;
  Header header;
  if (fovea_status status = open_file(file, &bytes))
    return status;
  if (fovea_status status = read_header(file, bytes, &header))
    return status;
  if (fovea_status status = check_header(file, header))
    return status;
  if (fovea_status status = check_size(file, bytes))
    return status;
  return map_file(file, bytes, header.hash, mapping);
}

void unmap_weights(const Mapping& mapping) {
  if (mapping.begin)
    munmap(const_cast<char*>(mapping.begin), mapping.bytes);
}

} // namespace fovea::core
