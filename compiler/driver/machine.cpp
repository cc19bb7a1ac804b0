#include "compiler/driver/machine.hpp"

#include "compiler/driver/kernel_cache_folder.hpp"
#include "compiler/driver/roofline.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

namespace fovea::driver {
namespace {

using catalogue::Machine;
using catalogue::Target;
using Json = nlohmann::json;

constexpr const char* file_name = "machine.json";
constexpr int version = 3; // of what is measured, and how

// The processor's own name: a cache folder may move with its disk.
std::string processor() {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with("model name") || line.starts_with("CPU part"))
      return line.substr(std::min(line.find(':') + 2, line.size()));
  return "unknown";
}

std::string key_of(const Target& target) {
  return fmt::format("{}; {}; {}", version, processor(), to_string(target));
}

Machine measure(const Target& target) {
  Machine machine = Machine::nominal(target);
  const int threads = std::max(1, target.threads);
  const Roofline one = measure_roofline(1, target);
  const Roofline all = threads == 1 ? one : measure_roofline(threads, target);
  machine.flops_per_second = one.flops_per_second;
  machine.parallel_speedup =
      std::clamp(all.flops_per_second / one.flops_per_second, 1.0, 1.0 * threads);
  machine.bytes_per_second = std::max(one.bytes_per_second, all.bytes_per_second);
  machine.cached_bytes_per_second = measure_bandwidth(1, target.l2_bytes / 2);
  machine.shared_bytes_per_second = std::max(
      measure_bandwidth(threads, std::max(target.l3_bytes / 8, 4 * target.l2_bytes * threads)),
      machine.bytes_per_second);
  return machine;
}

// Beside another program threads take turns on a core, and all figures are low: such a measurement
// is repeated by later processes, a few times, since it may be the truth. So is that of one thread
// which hardly got a core.
constexpr int most_measurements = 3;
bool looks_busy(const Machine& machine, const Target& target) {
  return machine.parallel_speedup < 0.75 * target.threads ||
         machine.flops_per_second < Machine::nominal(target).flops_per_second / 8;
}

// Nobody else makes a machine faster.
Machine best_of(const Machine& a, const Machine& b) {
  Machine best = a;
  best.flops_per_second = std::max(a.flops_per_second, b.flops_per_second);
  best.bytes_per_second = std::max(a.bytes_per_second, b.bytes_per_second);
  best.cached_bytes_per_second = std::max(a.cached_bytes_per_second, b.cached_bytes_per_second);
  best.shared_bytes_per_second = std::max(a.shared_bytes_per_second, b.shared_bytes_per_second);
  best.parallel_speedup = std::max(a.parallel_speedup, b.parallel_speedup);
  return best;
}

Json to_json(const Machine& machine, int measurements) {
  return {{"measurements", measurements},
          {"flops_per_second", machine.flops_per_second},
          {"bytes_per_second", machine.bytes_per_second},
          {"cached_bytes_per_second", machine.cached_bytes_per_second},
          {"shared_bytes_per_second", machine.shared_bytes_per_second},
          {"parallel_speedup", machine.parallel_speedup},
          {"dispatch_seconds", machine.dispatch_seconds}};
}

// Nothing where a figure is missing or is none that a machine has.
std::optional<Machine> from_json(const Json& json) {
  Machine machine;
  const auto read = [&](const char* name, double& figure, double least, double most) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number())
      return false;
    figure = found->get<double>();
    return figure >= least && figure <= most;
  };
  const bool good = read("flops_per_second", machine.flops_per_second, 1e6, 1e15) &&
                    read("bytes_per_second", machine.bytes_per_second, 1e6, 1e14) &&
                    read("cached_bytes_per_second", machine.cached_bytes_per_second, 1e6, 1e14) &&
                    read("shared_bytes_per_second", machine.shared_bytes_per_second, 1e6, 1e14) &&
                    read("parallel_speedup", machine.parallel_speedup, 1, 4096) &&
                    read("dispatch_seconds", machine.dispatch_seconds, 0, 1);
  return good ? std::optional(machine) : std::nullopt;
}

// A file that is damaged counts as none.
Json read_all(const PrivateFolder& folder) {
  Json all = Json::parse(folder.read(file_name, PrivateFolder::Use::none).bytes, nullptr,
                         /*allow_exceptions=*/false);
  return all.is_object() ? all : Json::object();
}

} // namespace

bool runs_here(const Target& target) {
  const Target host = Target::host();
  const auto lacks = [&](bool Target::*feature) { return target.*feature && !(host.*feature); };
  return target.arch == host.arch && target.os == host.os && !lacks(&Target::sse41) &&
         !lacks(&Target::avx) && !lacks(&Target::avx2) && !lacks(&Target::fma) &&
         !lacks(&Target::f16c) && !lacks(&Target::avx512);
}

namespace {

// Of a target that has no more threads than there are.
Machine measured(const Target& target, const std::filesystem::path& cache) {
  static std::mutex mutex; // two compilations at once would measure each other
  static std::map<std::string, Machine> known;
  const std::lock_guard lock(mutex);
  const std::string key = key_of(target);
  const std::string place = cache.string() + "\n" + key;
  if (const auto found = known.find(place); found != known.end())
    return found->second;
  const PrivateFolder folder(cache);
  if (!folder.is_open())
    return Machine::nominal(target);
  Json all = read_all(folder);
  std::optional<Machine> machine;
  int measurements = 0;
  if (const auto found = all.find(key); found != all.end() && found->is_object()) {
    machine = from_json(*found);
    if (const auto count = found->find("measurements"); machine && count != found->end())
      measurements = count->is_number_integer() ? count->get<int>() : 0;
  }
  if (!machine || (measurements < most_measurements && looks_busy(*machine, target))) {
    machine = machine ? best_of(*machine, measure(target)) : measure(target);
    all[key] = to_json(*machine, measurements + 1);
    folder.write(file_name, all.dump(2)); // where it cannot be kept, the next process measures
  }
  return known.emplace(place, *machine).first->second;
}

} // namespace

Machine machine_for(const Target& target, const std::filesystem::path& cache) {
  if (cache.empty() || !runs_here(target))
    return Machine::nominal(target);
  Target here = target;
  here.threads = std::min(target.threads, Target::host().threads);
  Machine machine = measured(here, cache);
  // More threads than there are compute as much more, as far as anybody here can tell.
  machine.parallel_speedup *= static_cast<double>(target.threads) / here.threads;
  return machine;
}

} // namespace fovea::driver
