// A context's threads, and how they share the indices of a parallel loop.
#pragma once

#include <fovea/runtime/core.h>

#include <atomic>
#include <pthread.h>

namespace fovea::core {

struct Worker;

// Indices of a parallel loop that nobody has begun: [begin, end) in one word.
class Indices {
 public:
  Indices() = default;
  Indices(uint32_t begin, uint32_t end) : bits_(uint64_t(end) << 32 | begin) {}
  uint32_t begin() const { return uint32_t(bits_); }
  uint32_t end() const { return uint32_t(bits_ >> 32); }
  uint32_t count() const { return end() > begin() ? end() - begin() : 0; }

 private:
  uint64_t bits_ = 0;
};

// One parallel loop. It lives on the caller's stack; workers touch it only between joining and
// leaving. Each worker begins with the same part of every loop, so that it finds in its own cache
// what it made in the loop before; then it helps others (Markatos and LeBlanc, "Using processor
// affinity in loop scheduling on shared-memory multiprocessors", 1994).
struct Job {
  fovea_task task;
  uint8_t* closure;
  int first;
  Worker* workers; // each with the indices that are left of its part
  int threads;
  alignas(64) std::atomic<int> error{0};

  // Parts of `count` indices for `threads` workers.
  Job(fovea_task task, uint8_t* closure, int first, int count, Worker* workers, int threads);
  bool has_begun_all() const;
};

// Runs indices until there are none: what each thread does in a parallel loop.
void drain(Job& job, Worker& worker);

// N - 1 threads beside the caller. Workers join an open job by themselves; the caller closes it
// when the indices are used up and waits for those that did join. So a thread that sleeps, or that
// the scheduler has put aside, never delays a loop that others have finished.
class Pool {
 public:
  Pool();
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Threads for workers[1 .. count-1]. Returns how many workers there are now, the caller's
  // included: less than `count` where the system refuses a thread.
  int start(Worker* workers, int count);
  void stop();
  void run(Job& job, Worker& caller);

 private:
  static void* thread_main(void* worker);
  void serve(Worker& worker);
  bool wait_for_generation(uint32_t seen);
  bool join();
  void leave();
  void close_and_wait();

  static constexpr uint32_t closed = 1u << 31;

  Job* job_ = nullptr;
  Worker* workers_ = nullptr;
  int started_ = 1;
  int process_ = 0;
  alignas(64) std::atomic<uint32_t> state_{
      closed}; // `closed` flag, and how many workers are in the job
  alignas(64) std::atomic<uint32_t> generation_{0}; // counts jobs; what idle workers watch
  std::atomic<uint32_t> sleepers_{0};
  std::atomic<bool> caller_sleeps_{false};
  std::atomic<bool> stopping_{false};
  pthread_mutex_t mutex_;
  pthread_cond_t wake_;
  pthread_cond_t done_;
};

// Cores that this process may use: its affinity, and the quota of its control group.
int available_cores();

} // namespace fovea::core
