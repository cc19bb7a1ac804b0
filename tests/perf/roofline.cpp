// What this machine can do at best, for `./dev bench layers` and `kernels`: one JSON object on
// standard output.
//
//   roofline THREADS [BYTES...]
//   {"threads": 1, "flops_per_second": 8e10, "bytes_per_second": 2e10,
//    "bytes_per_second_of": {"65536": 1e11, ...}}
//
// The last are the speeds at which data of so many bytes are read over and over, from the caches
// that hold them.
#include "compiler/driver/roofline.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 0;
  if (threads < 1) {
    std::cerr << "usage: roofline THREADS [BYTES...]\n";
    return 2;
  }
  try {
    const fovea::driver::Roofline machine = fovea::driver::measure_roofline(threads);
    nlohmann::json speeds = nlohmann::json::object();
    for (int k = 2; k < argc; ++k)
      speeds[argv[k]] = fovea::driver::measure_bandwidth(threads, std::atoll(argv[k]));
    std::cout << nlohmann::json{{"threads", machine.threads},
                                {"flops_per_second", machine.flops_per_second},
                                {"bytes_per_second", machine.bytes_per_second},
                                {"bytes_per_second_of", speeds}}
              << std::endl;
  } catch (const std::exception& error) {
    std::cerr << "roofline: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
