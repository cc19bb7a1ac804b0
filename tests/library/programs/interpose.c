/* Loaded in front of a program (LD_PRELOAD), counts what it asks of the system while it watches:
 * memory, files, locks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_int watching;
static atomic_long memory, files, locks;

/* What the program calls, found by name. */
void interpose_watch(int on) {
  atomic_store(&watching, on);
}
void interpose_counts(long* of_memory, long* of_files, long* of_locks) {
  *of_memory = atomic_load(&memory);
  *of_files = atomic_load(&files);
  *of_locks = atomic_load(&locks);
}

static void count(atomic_long* counter) {
  if (atomic_load(&watching))
    atomic_fetch_add(counter, 1);
}

/* glibc's own, since dlsym allocates. */
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);

void* malloc(size_t bytes) {
  count(&memory);
  return __libc_malloc(bytes);
}
void* calloc(size_t n, size_t bytes) {
  count(&memory);
  return __libc_calloc(n, bytes);
}
void* realloc(void* pointer, size_t bytes) {
  count(&memory);
  return __libc_realloc(pointer, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  count(&memory);
  return __libc_memalign(alignment, bytes);
}
void* memalign(size_t alignment, size_t bytes) {
  count(&memory);
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** pointer, size_t alignment, size_t bytes) {
  count(&memory);
  *pointer = __libc_memalign(alignment, bytes);
  return *pointer ? 0 : 12;
}
void free(void* pointer) {
  count(&memory);
  __libc_free(pointer);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void* mmap(void* at, size_t bytes, int protection, int flags, int file, off_t offset) {
  count(&memory);
  return NEXT(mmap)(at, bytes, protection, flags, file, offset);
}
int munmap(void* at, size_t bytes) {
  count(&memory);
  return NEXT(munmap)(at, bytes);
}
int open(const char* path, int flags, ...) {
  va_list rest;
  int mode;
  va_start(rest, flags);
  mode = flags & O_CREAT ? va_arg(rest, int) : 0;
  va_end(rest);
  count(&files);
  return NEXT(open)(path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  int mode;
  va_start(rest, flags);
  mode = flags & O_CREAT ? va_arg(rest, int) : 0;
  va_end(rest);
  count(&files);
  return NEXT(openat)(folder, path, flags, mode);
}
ssize_t read(int file, void* bytes, size_t n) {
  count(&files);
  return NEXT(read)(file, bytes, n);
}
ssize_t write(int file, const void* bytes, size_t n) {
  count(&files);
  return NEXT(write)(file, bytes, n);
}
int close(int file) {
  count(&files);
  return NEXT(close)(file);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
  count(&locks);
  return NEXT(pthread_mutex_lock)(mutex);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  count(&locks);
  return NEXT(pthread_mutex_trylock)(mutex);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  count(&locks);
  return NEXT(pthread_rwlock_wrlock)(lock);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  count(&locks);
  return NEXT(pthread_rwlock_rdlock)(lock);
}
