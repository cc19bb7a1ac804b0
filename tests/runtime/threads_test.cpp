// The pool, executors, and contexts that share a model.
#include "hand_program.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace fovea_test;

namespace {

long live_threads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

// A joined thread may still be listed for a moment.
bool threads_return_to(long expected) {
  for (int i = 0; i < 1000 && live_threads() != expected; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return live_threads() == expected;
}

struct Visits {
  std::vector<std::atomic<int>> seen;
  int min;
};

int visit(void*, int index, std::uint8_t* closure) {
  auto& visits = *reinterpret_cast<Visits*>(closure);
  ++visits.seen[std::size_t(index - visits.min)];
  return 0;
}

Visits* current_visits = nullptr;

int visiting_entry(void* user_context, const void* const*, void* const*, const void* const*,
                   void*) {
  return fovea_par_for(user_context, visit, current_visits->min, int(current_visits->seen.size()),
                       reinterpret_cast<std::uint8_t*>(current_visits));
}

TEST(Threads, EveryIndexOnce) {
  HandProgram hand(visiting_entry);
  fovea_buffer input = hand.input(), output = hand.output();
  for (std::uint32_t threads : {1u, 2u, 3u, 8u}) {
    Session session(hand.program, with_threads(threads));
    for (int size : {0, 1, 2, 3, 7, 64, 1000, 12345})
      for (int min : {0, -5, 100}) {
        Visits visits{std::vector<std::atomic<int>>(std::size_t(size)), min};
        current_visits = &visits;
        ASSERT_EQ(session.run(input, output), FOVEA_OK);
        for (auto& count : visits.seen)
          ASSERT_EQ(count, 1) << "threads " << threads << " size " << size << " min " << min;
      }
  }
}

// The first index that each thread ran; those that run first wait until all have.
struct FirstIndices {
  int threads;
  std::mutex mutex;
  std::map<std::thread::id, int> first;
  std::condition_variable all_began;
};

int note_first(void*, int index, std::uint8_t* closure) {
  auto& notes = *reinterpret_cast<FirstIndices*>(closure);
  std::unique_lock lock(notes.mutex);
  notes.first.try_emplace(std::this_thread::get_id(), index);
  notes.all_began.notify_all();
  const bool all = notes.all_began.wait_for(lock, std::chrono::seconds(60), [&] {
    return notes.first.size() == static_cast<std::size_t>(notes.threads);
  });
  return all ? 0 : 1;
}

FirstIndices* current_notes = nullptr;

int noting_entry(void* user_context, const void* const*, void* const*, const void* const*, void*) {
  return fovea_par_for(user_context, note_first, 10, 32,
                       reinterpret_cast<std::uint8_t*>(current_notes));
}

// What a thread finds in its cache is what it made of the loop before.
TEST(Threads, EachBeginsWithItsPartOfEveryLoop) {
  HandProgram hand(noting_entry);
  fovea_buffer input = hand.input(), output = hand.output();
  Session session(hand.program, with_threads(4));
  std::map<std::thread::id, int> before;
  for (int run = 0; run < 20; ++run) {
    FirstIndices notes{.threads = 4, .mutex = {}, .first = {}, .all_began = {}};
    current_notes = &notes;
    ASSERT_EQ(session.run(input, output), FOVEA_OK);
    std::set<int> begun;
    for (const auto& [thread, index] : notes.first)
      begun.insert(index);
    EXPECT_EQ(begun, (std::set<int>{10, 18, 26, 34}));
    EXPECT_EQ(notes.first[std::this_thread::get_id()], 10) << "the caller is worker 0";
    if (run > 0) {
      EXPECT_EQ(notes.first, before);
    }
    before = notes.first;
  }
}

// Pauses longer than the spinning make workers sleep and the caller wake them; short ones do not.
TEST(Threads, WakeUpsAreNotLost) {
  HandProgram hand;
  Session session(hand.program, with_threads(4));
  fovea_buffer input = hand.input(), output = hand.output();
  for (int i = 0; i < 600; ++i) {
    std::fill(hand.y.begin(), hand.y.end(), -1.0f);
    ASSERT_EQ(session.run(input, output), FOVEA_OK);
    ASSERT_TRUE(hand.correct());
    if (i % 3 == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(i));
  }
}

int inner(void* user_context, int, std::uint8_t* closure) {
  // A nested loop stays on its thread: the same user_context, in order.
  struct State {
    void* user_context;
    int next;
  } state{user_context, 0};
  int code = fovea_par_for(
      user_context,
      [](void* context, int i, std::uint8_t* bytes) {
        auto& state = *reinterpret_cast<State*>(bytes);
        return context == state.user_context && i == state.next++ ? 0 : 1;
      },
      0, 50, reinterpret_cast<std::uint8_t*>(&state));
  ++*reinterpret_cast<std::atomic<int>*>(closure);
  return code ? code : (state.next == 50 ? 0 : 2);
}

std::atomic<int> outer_count;

int nested_entry(void* user_context, const void* const*, void* const*, const void* const*, void*) {
  return fovea_par_for(user_context, inner, 0, 40, reinterpret_cast<std::uint8_t*>(&outer_count));
}

TEST(Threads, NestedLoopsAreSerial) {
  HandProgram hand(nested_entry);
  Session session(hand.program, with_threads(3));
  fovea_buffer input = hand.input(), output = hand.output();
  for (int i = 0; i < 100; ++i) {
    outer_count = 0;
    ASSERT_EQ(session.run(input, output), FOVEA_OK) << session.message();
    ASSERT_EQ(outer_count, 40);
  }
}

TEST(Threads, EightThreadsShareOneModel) {
  HandProgram hand;
  const fovea_table& table = *fovea_core_table();
  fovea_model* model = nullptr;
  ASSERT_EQ(table.model_open(&hand.program, nullptr, &model), FOVEA_OK);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      HandProgram own;
      fovea_context_options options = with_threads(std::uint32_t(1 + t % 3));
      options.struct_size = sizeof options;
      fovea_context* context = nullptr;
      if (table.context_create(model, &options, &context))
        ++wrong;
      fovea_buffer input = own.input(), output = own.output();
      for (int i = 0; i < 50; ++i) {
        own.x[0] = float(t * 100 + i);
        wrong += table.run(context, &input, 1, &output, 1) != FOVEA_OK || !own.correct();
      }
      table.context_destroy(context);
    });
  for (std::thread& thread : threads)
    thread.join();
  table.model_close(model);
  EXPECT_EQ(wrong, 0);
}

TEST(Threads, ThousandContextsLeaveNoThread) {
  HandProgram hand;
  long before = live_threads();
  for (int i = 0; i < 1000; ++i) {
    Session session(hand.program, with_threads(3));
    ASSERT_EQ(session.status, FOVEA_OK) << session.text;
    if (i % 10 == 0) {
      fovea_buffer input = hand.input(), output = hand.output();
      ASSERT_EQ(session.run(input, output), FOVEA_OK);
    }
  }
  EXPECT_TRUE(threads_return_to(before)) << live_threads() << " threads, before " << before;
}

// More threads than cores: some are on their way from one loop to the next when the context goes.
TEST(Threads, StopRightBehindALoop) {
  HandProgram hand;
  const long before = live_threads();
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (std::chrono::steady_clock::now() < end) {
    Session session(hand.program, with_threads(8));
    fovea_buffer input = hand.input(), output = hand.output();
    for (int loops = 0; loops < 3; ++loops)
      ASSERT_EQ(session.run(input, output), FOVEA_OK);
  }
  EXPECT_TRUE(threads_return_to(before)) << live_threads() << " threads, before " << before;
}

TEST(Threads, CountIsWhatWasAskedFor) {
  HandProgram hand;
  long before = live_threads();
  {
    Session session(hand.program, with_threads(5));
    EXPECT_EQ(live_threads(), before + 4); // the caller is the fifth
    EXPECT_EQ(session.table->context_threads(session.context), 5u);
  }
  EXPECT_TRUE(threads_return_to(before));
  Session automatic(hand.program);
  EXPECT_GE(automatic.table->context_threads(automatic.context), 1u);
  EXPECT_LE(automatic.table->context_threads(automatic.context),
            std::thread::hardware_concurrency());
}

struct Host {
  int calls = 0, mode = 0;
  // One thread per share; `mode` makes it misbehave.
  static int parallel_for(void* user, int count, int (*task)(void*, int, int), void* closure) {
    auto& host = *static_cast<Host*>(user);
    ++host.calls;
    if (host.mode == 1)
      return 0; // runs nothing
    std::vector<std::thread> threads;
    std::atomic<int> error{0};
    for (int i = 0; i < count; ++i)
      threads.emplace_back([&, i] {
        if (int code = task(closure, i, host.mode == 2 ? 99 : i))
          error = code;
      });
    for (std::thread& thread : threads)
      thread.join();
    return error;
  }
};

TEST(Threads, ExecutorOfTheHost) {
  HandProgram hand;
  Host host;
  fovea_executor executor{sizeof(fovea_executor), &host, 4, 0, Host::parallel_for};
  fovea_context_options options{};
  options.executor = &executor;
  long before = live_threads();
  Session session(hand.program, options);
  ASSERT_EQ(session.status, FOVEA_OK) << session.text;
  EXPECT_EQ(live_threads(), before);
  EXPECT_EQ(session.table->context_threads(session.context), 4u);
  fovea_buffer input = hand.input(), output = hand.output();
  for (int i = 0; i < 20; ++i) {
    std::fill(hand.y.begin(), hand.y.end(), -1.0f);
    ASSERT_EQ(session.run(input, output), FOVEA_OK) << session.message();
    ASSERT_TRUE(hand.correct());
  }
  EXPECT_EQ(host.calls, 20);
  for (int mode : {1, 2}) {
    host.mode = mode;
    EXPECT_EQ(session.run(input, output), FOVEA_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(session.message().find("executor"), std::string::npos) << session.message();
  }
  host.mode = 0;
  EXPECT_EQ(session.run(input, output), FOVEA_OK);
}

fovea_context* reentered = nullptr;
fovea_status reentered_status = FOVEA_OK;

int reentering_entry(void*, const void* const*, void* const*, const void* const*, void*) {
  reentered_status = fovea_core_run(reentered, nullptr, 0, nullptr, 0);
  return 0;
}

TEST(Threads, SecondRunOfABusyContextIsRefused) {
  HandProgram hand(reentering_entry);
  Session session(hand.program, with_threads(1));
  reentered = session.context;
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(session.run(input, output), FOVEA_OK);
  EXPECT_EQ(reentered_status, FOVEA_ERROR_CONTEXT_BUSY);
}

#ifndef __SANITIZE_THREAD__ // which does not follow a threaded program through fork
TEST(Threads, ContextsSurviveAFork) {
  HandProgram hand;
  Session session(hand.program, with_threads(3));
  fovea_buffer input = hand.input(), output = hand.output();
  ASSERT_EQ(session.run(input, output), FOVEA_OK);
  std::this_thread::sleep_for(std::chrono::milliseconds(20)); // workers asleep
  pid_t child = fork();
  if (child == 0) {
    // The child has no workers; the caller does all, and destroying waits for nobody.
    std::fill(hand.y.begin(), hand.y.end(), -1.0f);
    bool good = session.run(input, output) == FOVEA_OK && hand.correct();
    session.table->context_destroy(session.context);
    _exit(good ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(session.run(input, output), FOVEA_OK);
}
#endif

} // namespace
