#include "runtime/core/pool.hpp"

#include "runtime/core/state.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

namespace fovea::core {

// Waking a sleeping thread costs some 5-50 us; kernels of one network follow each other faster than
// that. So threads spin this long before they sleep, and an idle context costs nothing afterwards.
static constexpr int64_t spin_nanoseconds = 30'000;

static void pause_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  asm volatile("yield");
#endif
}

static int64_t now_nanoseconds() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

template <class Condition>
static bool spin_until(Condition condition) {
  if (condition())
    return true;
  int64_t deadline = now_nanoseconds() + spin_nanoseconds;
  do {
    for (int i = 0; i < 16; ++i) {
      if (condition())
        return true;
      pause_cpu();
    }
  } while (now_nanoseconds() < deadline);
  return condition();
}

Job::Job(fovea_task task, uint8_t* closure, int first, int count, Worker* workers, int threads)
    : task(task), closure(closure), first(first), workers(workers), threads(threads) {
  auto border = [=](int i) { return uint32_t(int64_t(count) * i / threads); };
  for (int i = 0; i < threads; ++i)
    workers[i].left.store({border(i), border(i + 1)}, std::memory_order_relaxed);
}

bool Job::has_begun_all() const {
  for (int i = 0; i < threads; ++i)
    if (workers[i].left.load(std::memory_order_relaxed).count() > 0)
      return false;
  return true;
}

static uint32_t at_least_one(uint32_t count) {
  return count > 1 ? count : 1;
}

// Half of what is left of one's own part, from the front: others take from the end.
static Indices take(Worker& worker) {
  Indices left = worker.left.load(std::memory_order_relaxed);
  while (left.count() > 0) {
    Indices taken{left.begin(), left.begin() + at_least_one(left.count() / 2)};
    if (worker.left.compare_exchange_weak(left, {taken.end(), left.end()},
                                          std::memory_order_relaxed))
      return taken;
  }
  return {};
}

// Of the worker that has most left, as much as all threads together take in turn.
static Indices take_from_others(Job& job) {
  for (;;) {
    Worker* slowest = nullptr;
    Indices left;
    for (int i = 0; i < job.threads; ++i) {
      Indices own = job.workers[i].left.load(std::memory_order_relaxed);
      if (own.count() > left.count()) {
        slowest = &job.workers[i];
        left = own;
      }
    }
    if (!slowest)
      return {};
    Indices taken{left.end() - at_least_one(left.count() / uint32_t(job.threads)), left.end()};
    if (slowest->left.compare_exchange_weak(left, {left.begin(), taken.begin()},
                                            std::memory_order_relaxed))
      return taken;
  }
}

static void fail(Job& job, int code) {
  int none = 0;
  job.error.compare_exchange_strong(none, code, std::memory_order_relaxed);
  for (int i = 0; i < job.threads; ++i)
    job.workers[i].left.store({}, std::memory_order_relaxed);
}

void drain(Job& job, Worker& worker) {
  ++worker.depth;
  for (;;) {
    Indices indices = take(worker);
    if (indices.count() == 0)
      indices = take_from_others(job);
    if (indices.count() == 0)
      break;
    for (uint32_t i = indices.begin(); i < indices.end(); ++i)
      if (int code = job.task(&worker, job.first + int(i), job.closure)) {
        fail(job, code);
        break;
      }
  }
  --worker.depth;
}

Pool::Pool() {
  pthread_mutex_init(&mutex_, nullptr);
  pthread_cond_init(&wake_, nullptr);
  pthread_cond_init(&done_, nullptr);
}

Pool::~Pool() {
  // In a forked child the condition variables still count the parent's sleepers, and destroying
  // them would wait for those.
  if (started_ > 1 && process_ != getpid())
    return;
  pthread_cond_destroy(&done_);
  pthread_cond_destroy(&wake_);
  pthread_mutex_destroy(&mutex_);
}

int Pool::start(Worker* workers, int count) {
  workers_ = workers;
  process_ = getpid();
  // A host's signal handlers run on the host's threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (started_ < count &&
         pthread_create(&workers[started_].thread, nullptr, thread_main, &workers[started_]) == 0)
    ++started_;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started_;
}

void Pool::stop() {
  // Threads do not survive a fork: in the child there is nothing to join.
  if (started_ == 1 || process_ != getpid())
    return;
  pthread_mutex_lock(&mutex_);
  stopping_.store(true);
  generation_.fetch_add(1);
  pthread_cond_broadcast(&wake_);
  pthread_mutex_unlock(&mutex_);
  for (int i = 1; i < started_; ++i)
    pthread_join(workers_[i].thread, nullptr);
  started_ = 1;
}

void Pool::run(Job& job, Worker& caller) {
  job_ = &job;
  state_.store(0, std::memory_order_release);
  // Sequentially consistent with the sleepers' own order (count up, then look): one of the two sees
  // the other, so no wake-up is lost.
  generation_.fetch_add(1);
  if (sleepers_.load() != 0) {
    pthread_mutex_lock(&mutex_);
    pthread_cond_broadcast(&wake_);
    pthread_mutex_unlock(&mutex_);
  }
  drain(job, caller);
  close_and_wait();
}

void Pool::close_and_wait() {
  auto finished = [this] { return state_.load(std::memory_order_acquire) == closed; };
  state_.fetch_or(closed);
  if (spin_until(finished))
    return;
  pthread_mutex_lock(&mutex_);
  caller_sleeps_.store(true);
  while (state_.load() != closed)
    pthread_cond_wait(&done_, &mutex_);
  caller_sleeps_.store(false);
  pthread_mutex_unlock(&mutex_);
}

bool Pool::join() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  while (!(state & closed))
    if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire,
                                     std::memory_order_relaxed))
      return true;
  return false;
}

void Pool::leave() {
  bool last = state_.fetch_sub(1) == (closed | 1);
  if (last && caller_sleeps_.load()) {
    pthread_mutex_lock(&mutex_);
    pthread_cond_signal(&done_);
    pthread_mutex_unlock(&mutex_);
  }
}

// False when the pool stops.
bool Pool::wait_for_generation(uint32_t seen) {
  // Where the pool stops between a thread's waking and its look at the generation, the generation
  // it has seen is the last one: it must not wait for another.
  auto changed = [this, seen] { return generation_.load() != seen || stopping_.load(); };
  if (!spin_until(changed)) {
    pthread_mutex_lock(&mutex_);
    sleepers_.fetch_add(1);
    while (!changed())
      pthread_cond_wait(&wake_, &mutex_);
    sleepers_.fetch_sub(1);
    pthread_mutex_unlock(&mutex_);
  }
  return !stopping_.load(std::memory_order_acquire);
}

void Pool::serve(Worker& worker) {
  uint32_t seen = 0;
  while (wait_for_generation(seen)) {
    seen = generation_.load(std::memory_order_acquire);
    if (join()) {
      drain(*job_, worker);
      leave();
    }
  }
}

void* Pool::thread_main(void* argument) {
  Worker& worker = *static_cast<Worker*>(argument);
  worker.context->pool.serve(worker);
  return nullptr;
}

} // namespace fovea::core
