#include "compiler/driver/kernel_jobs.hpp"

#include "compiler/driver/text_file.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

namespace fovea::driver {
namespace {

struct Job {
  const ir::Call* call; // the first that runs the kernel
  std::vector<std::string> layers = {};
  bool runs = false, prepares = false;
};

std::vector<Job> unique_kernels(const KernelJobs& options) {
  std::vector<Job> jobs;
  std::map<std::string, size_t> known;
  const auto add = [&](std::span<const ir::Call> calls, bool Job::*role) {
    for (const ir::Call& call : calls) {
      const auto [found, is_new] = known.emplace(call.symbol, jobs.size());
      if (is_new)
        jobs.push_back({.call = &call});
      Job& job = jobs[found->second];
      job.layers.push_back(call.layer);
      job.*role = true;
    }
  };
  add(options.calls, &Job::runs);
  add(options.preparations, &Job::prepares);
  return jobs;
}

// An error of the kernels' compiler, which knows no networks, as one of the layer.
Error located(const Error& error, const ir::Call& call, const Network& network) {
  ErrorParts parts = error.parts();
  parts.what = "kernel of '" + call.layer + "': " + parts.what;
  for (const NodeInfo& node : network.nodes())
    if (node.layer == call.layer) {
      if (!parts.where.known())
        parts.where = node.location;
      if (parts.trail.empty() && !node.results.empty())
        parts.trail = network.trail(node.results.front());
    }
  return Error(std::move(parts));
}

class Workers {
 public:
  Workers(const KernelJobs& options, const catalogue::KernelCompiler& compiler,
          std::vector<Job> jobs)
      : options_(options), compiler_(compiler), jobs_(std::move(jobs)), results_(jobs_.size()),
        order_(jobs_.size()) {
    // Large ones first, so that no thread is left alone with one at the end.
    std::vector<int64_t> macs;
    for (const Job& job : jobs_)
      macs.push_back(count_macs(job.call->definition));
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](size_t a, size_t b) { return macs[a] > macs[b]; });
  }

  std::vector<CompiledKernel> run() {
    {
      const size_t threads =
          std::min(static_cast<size_t>(std::max(options_.threads, 1)), jobs_.size());
      std::vector<std::jthread> others; // joined at the end of this block
      for (size_t k = 1; k < threads; ++k)
        others.emplace_back([this] { work(); });
      work();
    }
    if (error_)
      std::rethrow_exception(error_);
    return std::move(results_);
  }

 private:
  void work() {
    for (size_t next = next_++; next < order_.size() && !failed_; next = next_++) {
      const size_t number = order_[next];
      try {
        results_[number] = compile(jobs_[number]);
        report(jobs_[number]);
      } catch (const Error& error) {
        fail(number,
             std::make_exception_ptr(located(error, *jobs_[number].call, options_.network)));
      } catch (...) {
        fail(number, std::current_exception());
      }
    }
  }

  CompiledKernel compile(const Job& job) const {
    const ir::Call& call = *job.call;
    catalogue::KernelRequest request{.definition = call.definition,
                                     .algorithm = call.algorithm,
                                     .schedule = std::nullopt,
                                     .target = options_.target,
                                     .symbol = call.symbol,
                                     .forms = call.forms};
    if (!call.schedule.empty() && !options_.default_schedules)
      request.schedule = Schedule::parse(call.schedule);
    const auto begin = std::chrono::steady_clock::now();
    CompiledKernel kernel{compiler_.compile(request), {}, job.runs, job.prepares};
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    kernel.info = {.symbol = call.symbol,
                   .layers = job.layers,
                   .algorithm = call.algorithm,
                   .schedule = kernel.object.schedule.to_string(),
                   .seconds = seconds.count(),
                   .object_bytes = static_cast<int64_t>(kernel.object.object.size()),
                   .scratch_bytes = kernel.object.thread_scratch_bytes};
    if (!options_.dump_folder.empty())
      dump(request, call.layer);
    return kernel;
  }

  void dump(const catalogue::KernelRequest& request, const std::string& layer) const {
    const catalogue::KernelDump dump = compiler_.dump(request);
    const std::string name = layer + "." + request.symbol;
    auto write = [&](const char* kind, const std::string& text) {
      write_text(options_.dump_folder / (name + kind), text);
    };
    write(".equation.txt", to_string(request.definition));
    write(".schedule.txt", dump.schedule);
    write(".stmt", dump.statement);
    write(".ll", dump.llvm);
    write(".s", dump.assembly);
  }

  void report(const Job& job) {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (options_.done)
      options_.done(job.call->layer, done_, static_cast<int>(jobs_.size()));
  }

  void fail(size_t number, std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_ || number < failed_number_) {
      error_ = std::move(error);
      failed_number_ = number;
    }
    failed_ = true;
  }

  const KernelJobs& options_;
  const catalogue::KernelCompiler& compiler_;
  const std::vector<Job> jobs_;
  std::vector<CompiledKernel> results_;
  std::vector<size_t> order_;
  std::atomic<size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_; // of what follows
  int done_ = 0;
  std::exception_ptr error_;
  size_t failed_number_ = 0;
};

} // namespace

std::vector<CompiledKernel> compile_kernels(const KernelJobs& jobs,
                                            const catalogue::KernelCompiler& compiler) {
  return Workers(jobs, compiler, unique_kernels(jobs)).run();
}

} // namespace fovea::driver
