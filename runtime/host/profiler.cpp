#include <fovea/runtime/output_files.hpp>
#include <fovea/runtime/profiler.hpp>

#include <algorithm>
#include <new>
#include <nlohmann/json.hpp>

namespace fovea::host {

using Seconds = std::chrono::duration<double>;
using Microseconds = std::chrono::duration<double, std::micro>;

Profiler::Profiler(const Model& model, std::size_t runs)
    : model_(model), program_(model.table().model_program(model.handle())) {
  hooks_.struct_size = sizeof hooks_;
  hooks_.user = this;
  hooks_.kernel_begin = [](void* user, std::uint64_t call) {
    static_cast<Profiler*>(user)->begin(call);
  };
  hooks_.kernel_end = [](void* user, std::uint64_t call) {
    static_cast<Profiler*>(user)->end(call);
  };
  reserve(runs);
}

// The clock is read last here and first in `end`: our own work is not the kernel's.
void Profiler::begin(std::uint64_t call) noexcept {
  running_ = true;
  current_.call = call;
  current_.begin = Clock::now();
}

void Profiler::end(std::uint64_t call) noexcept {
  current_.end = Clock::now();
  if (!running_ || current_.call != call)
    return;
  running_ = false;
  try {
    events_.push_back(current_);
  } catch (const std::bad_alloc&) {
    // Called from C code, which no exception may cross. A run less is seen.
  }
}

void Profiler::reserve(std::size_t runs) {
  std::size_t calls = std::max<std::size_t>(std::size_t(program_->call_count), 1);
  events_.reserve(events_.size() + runs * calls);
}

void Profiler::clear() {
  events_.clear();
}

KernelStatistics Profiler::describe(std::uint64_t call) const {
  KernelStatistics kernel;
  if (call >= program_->call_count) {
    kernel.layer = "kernel " + std::to_string(call);
    return kernel;
  }
  auto first = reinterpret_cast<const char*>(program_->calls);
  auto& info =
      *reinterpret_cast<const fovea_call_info*>(first + call * program_->calls->struct_size);
  auto text = [](const char* words) { return std::string(words ? words : ""); };
  kernel.layer = text(info.layer);
  kernel.ops = text(info.ops);
  kernel.algorithm = text(info.algorithm);
  kernel.macs = info.macs;
  kernel.bytes = info.bytes;
  return kernel;
}

std::vector<KernelStatistics> Profiler::statistics() const {
  std::vector<std::vector<double>> seconds(std::size_t(program_->call_count));
  for (const Event& event : events_) {
    if (event.call >= seconds.size())
      seconds.resize(std::size_t(event.call) + 1);
    seconds[std::size_t(event.call)].push_back(Seconds(event.end - event.begin).count());
  }
  std::vector<KernelStatistics> kernels;
  for (std::vector<double>& times : seconds) {
    KernelStatistics& kernel = kernels.emplace_back(describe(kernels.size()));
    kernel.runs = times.size();
    if (times.empty())
      continue;
    std::sort(times.begin(), times.end());
    std::size_t middle = times.size() / 2;
    kernel.min_seconds = times[0];
    kernel.median_seconds =
        times.size() % 2 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
    for (double time : times)
      kernel.total_seconds += time;
  }
  return kernels;
}

void Profiler::write_trace(const std::filesystem::path& path) const {
  using nlohmann::ordered_json;
  // A program's texts may be anything; a trace is UTF-8.
  auto text_of = [](const ordered_json& event) {
    return event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  };
  std::string text = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
  text += text_of({{"name", "process_name"},
                   {"ph", "M"},
                   {"pid", 1},
                   {"tid", 1},
                   {"args", {{"name", std::string(model_.name())}}}});
  for (const Event& event : events_) {
    KernelStatistics kernel = describe(event.call);
    kernel.median_seconds = Seconds(event.end - event.begin).count(); // of this run alone
    text += ",\n" + text_of({{"name", kernel.layer},
                             {"cat", "kernel"},
                             {"ph", "X"},
                             {"pid", 1},
                             {"tid", 1},
                             {"ts", Microseconds(event.begin - events_[0].begin).count()},
                             {"dur", Microseconds(event.end - event.begin).count()},
                             {"args",
                              {{"ops", kernel.ops},
                               {"algorithm", kernel.algorithm},
                               {"macs", kernel.macs},
                               {"bytes", kernel.bytes},
                               {"GFLOP/s", kernel.gflops()}}}});
  }
  text += "\n]}\n";
  OutputFiles files;
  files.write(path, text);
  files.commit();
}

} // namespace fovea::host
