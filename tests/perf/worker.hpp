#pragma once
#include <fovea/ops/conv.hpp>
#include <fovea/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

// What the processes have in common that `./dev bench` commands: one JSON object a line comes in on
// standard input, and one goes out. An answer with "error" says why there is no other.
namespace fovea::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The convolution of a layer as bench/layers.py writes it.
inline ops::Conv conv_of(const nlohmann::json& layer) {
  const auto pair_of = [&](const char* key) {
    const nlohmann::json& pair = layer.at(key);
    return Shape{pair.at(0).get<int64_t>(), pair.at(1).get<int64_t>()};
  };
  ops::Conv op;
  op.filters = layer.at("filters");
  op.kernel = pair_of("kernel");
  op.stride = pair_of("stride");
  op.dilation = pair_of("dilation");
  op.padding = PaddingMode::explicitly;
  op.pad_begin = op.pad_end = pair_of("padding");
  op.groups = layer.at("groups");
  op.bias = layer.at("bias");
  return op;
}

// Its input: one image.
inline Shape image_of(const nlohmann::json& layer) {
  return {1, layer.at("channels"), layer.at("map").at(0), layer.at("map").at(1)};
}

// {"samples": [seconds of a run, ...], "runs_per_sample": 4}, which take `seconds` together. Short
// runs are timed several at a time, so that reading the clock is a small part: the rule is that of
// bench/engines.py.
template <class Run>
nlohmann::json time_runs(Run&& run, double seconds) {
  constexpr double least_seconds = 50e-6; // of one sample
  const Clock::time_point begin = Clock::now();
  run();
  const double once = std::max(seconds_since(begin), 1e-9);
  const int runs = static_cast<int>(std::clamp(std::ceil(least_seconds / once), 1.0, 1000.0));
  std::vector<double> samples;
  do {
    const Clock::time_point start = Clock::now();
    for (int k = 0; k < runs; ++k)
      run();
    samples.push_back(seconds_since(start) / runs);
  } while (seconds_since(begin) < seconds);
  return {{"samples", samples}, {"runs_per_sample", runs}};
}

inline void say(const nlohmann::json& answer) {
  // Messages may hold bytes that are no UTF-8.
  std::cout << answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

// The main function of a program that is started with a number of threads: makes a `Worker` of it,
// whose `answer(command)` is asked until there are no more commands.
template <class Worker>
int serve(int argc, char** argv) {
  const int threads = argc == 2 ? std::atoi(argv[1]) : 0;
  if (threads < 1) {
    std::cerr << "usage: " << argv[0] << " THREADS   (`./dev bench` starts it)\n";
    return 2;
  }
  Worker worker(threads);
  say({{"engine", "fovea"}, {"version", FOVEA_VERSION}});
  for (std::string line; std::getline(std::cin, line);) {
    try {
      say(worker.answer(nlohmann::json::parse(line)));
    } catch (const std::exception& error) {
      say({{"error", error.what()}});
    }
  }
  return 0;
}

} // namespace fovea::bench
