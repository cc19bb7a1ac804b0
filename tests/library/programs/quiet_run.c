/* LIB PREFIX THREADS, under interpose.c: prints what a hundred runs asked of the system, as
 * "memory files locks", and then what opening asked, which shows that the counters count. */
#define _GNU_SOURCE
#include "host.h"

int main(int argc, char** argv) {
  void (*watch)(int);
  void (*counts)(long*, long*, long*);
  long memory[3], files[3], locks[3];
  host h;
  int k, failed = 0;
  *(void**)&watch = dlsym(RTLD_DEFAULT, "interpose_watch");
  *(void**)&counts = dlsym(RTLD_DEFAULT, "interpose_counts");
  if (argc != 4 || !watch || !counts)
    return 2;
  counts(&memory[0], &files[0], &locks[0]);
  watch(1);
  if (host_open(&h, argv[1], argv[2], (uint32_t)atoi(argv[3])))
    return 1;
  watch(0);
  counts(&memory[1], &files[1], &locks[1]);
  watch(1);
  for (k = 0; k < 100; ++k)
    failed |= host_run(&h);
  watch(0);
  counts(&memory[2], &files[2], &locks[2]);
  host_close(&h);
  printf("%ld %ld %ld\n%ld %ld %ld\n", memory[2] - memory[1], files[2] - files[1],
         locks[2] - locks[1], memory[1] - memory[0], files[1] - files[0], locks[1] - locks[0]);
  return failed != 0;
}
