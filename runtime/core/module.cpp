// In which file of the system an address of this process lies.
#include "runtime/core/weights.hpp"

#include <dlfcn.h>
#include <string.h>

namespace fovea::core {

static bool copy_path(const char* from, char* path, size_t capacity) {
  size_t length = strlen(from);
  if (length >= capacity)
    return false;
  memcpy(path, from, length + 1);
  return true;
}

// The kernel's own list: "begin-end permissions offset device inode      /path".
static bool find_mapped_file(uintptr_t address, char* path, size_t capacity) {
  FILE* maps = fopen("/proc/self/maps", "re");
  if (!maps)
    return false;
  bool found = false;
  char line[4096 + 128];
  while (!found && fgets(line, sizeof line, maps)) {
    unsigned long long begin = 0, end = 0;
    int name = 0;
    if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %n", &begin, &end, &name) != 2 || address < begin ||
        address >= end)
      continue;
    line[strcspn(line, "\n")] = 0;
    found = name && line[name] == '/' && copy_path(line + name, path, capacity);
  }
  fclose(maps);
  return found;
}

bool find_module(const void* address, char* path, size_t capacity) {
  Dl_info info;
  bool known = dladdr(address, &info) && info.dli_fname && *info.dli_fname;
  if (known && info.dli_fname[0] == '/')
    return copy_path(info.dli_fname, path, capacity);
  // A path as somebody gave it to dlopen, or a program's argv[0]: relative to a folder that the
  // process may have left, or to the folders of PATH.
  if (find_mapped_file(reinterpret_cast<uintptr_t>(address), path, capacity))
    return true;
  return known && copy_path(info.dli_fname, path, capacity);
}

} // namespace fovea::core
