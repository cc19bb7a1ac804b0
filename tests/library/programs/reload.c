/* LIB PREFIX N, under AddressSanitizer: loads, runs and unloads a library N times. Prints the
 * threads and the open files before and after. The sanitizer speaks of leaks at the end. */
#define _GNU_SOURCE
#include "host.h"

#include <dirent.h>

static int entries(const char* folder) {
  int n = 0;
  DIR* directory = opendir(folder);
  while (readdir(directory))
    ++n;
  closedir(directory);
  return n;
}

int main(int argc, char** argv) {
  int k, threads, files;
  host h;
  if (argc != 4)
    return 2;
  /* The first time, the C library itself makes what it keeps. */
  if (host_open(&h, argv[1], argv[2], 2) || host_run(&h))
    return 1;
  host_close(&h);
  threads = entries("/proc/self/task");
  files = entries("/proc/self/fd");
  for (k = 0; k < atoi(argv[3]); ++k) {
    if (host_open(&h, argv[1], argv[2], 1 + (uint32_t)k % 2) || host_run(&h))
      return 1;
    host_close(&h);
  }
  printf("%d %d\n%d %d\n", threads, files, entries("/proc/self/task"), entries("/proc/self/fd"));
  return 0;
}
