// fovea's side of `./dev bench layers`, `zoo`, `lenet` and `equations`: compiles and times one
// network at a time, as it is told on standard input, by the same commands as the other engines'
// side, bench/engines.py, in the way of worker.hpp:
//
//   {"do": "prepare", "kind": "conv", "layer": {...}, "input": "x.npy",
//    "weights": {"conv.weight": "w.npy", "conv.bias": "b.npy"}, "cache": "DIR"}
//       {"seconds": compilation, "network_seconds": before it, for reading or writing down the
//        network, "peak_bytes": the most memory so far, "kernels": [{"layers", ...}, ...]};
//        "algorithms": {"conv": "direct"} prescribes some, by layer
//   {"do": "output", "path": "y.npy"}   runs once and writes the result
//   {"do": "time", "seconds": 0.1}      {"samples": [seconds of a run, ...], "runs_per_sample": 4}
//   {"do": "profile", "seconds": 0.1}   {"kernels": [{"layer", "ops", "seconds", ...}, ...]}
//   {"do": "release"}                   forgets the network
#include "worker.hpp"

#include <fovea/equation/fixed_equation.hpp>
#include <fovea/equation/text.hpp>
#include <fovea/filters.hpp>
#include <fovea/fovea.hpp>
#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/profiler.hpp>
#include <fovea/runtime/tensor_file.hpp>
#include <fovea/zoo.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace fovea;
using nlohmann::json;

namespace {

// --- Networks --------------------------------------------------------------------------------

// One layer of bench/layers.json.
Network conv_network(const json& layer) {
  Network net("layer");
  Layer<ops::Conv> block{bench::conv_of(layer), {}};
  net.output("y", net.input("x", bench::image_of(layer)) | std::move(block).named("conv"));
  return net;
}

// The least work there is: what a call itself costs.
Network call_network() {
  Network net("call");
  net.output("y", net.input("x", {1, 1, 1, 1}) | relu);
  return net;
}

// An equation whose text declares the types of its operands: the first is the input, the others are
// weights.
Network equation_network(const std::string& text) {
  const Definition definition = Equations(text).bind();
  Network net("equation");
  std::vector<Tensor<>> operands;
  for (const auto& [name, type] : definition.operands)
    operands.push_back(operands.empty() ? net.input("x", type.shape, type.dtype)
                                        : net.parameter(name, type.shape, type.dtype));
  const auto op = std::make_shared<FixedEquation>(definition);
  net.output("y", net.apply(op, operands, definition.name, SourceLocation::current()).at(0));
  return net;
}

// The parameters and borders are those of OpenCV's functions in bench/opencv.py.
Network filter_network(const json& command) {
  const std::map<std::string, filters::Filter> known = {
      {"gaussian5x5", filters::gaussian5x5()},
      {"box5x5", filters::box(5)},
      {"sobel_x", filters::sobel().x()},
      {"sobel", filters::sobel().magnitude()},
      {"median3x3", filters::median(3, filters::border::clamp)},
      {"bilateral5x5", filters::bilateral(1.5, 30, 2)}};
  const auto filter = known.find(command.at("filter"));
  if (filter == known.end())
    throw std::invalid_argument("no filter '" + command.at("filter").get<std::string>() + "'");
  const std::string name = command.at("dtype");
  DType dtype = DType::f32;
  if (!parse(name, dtype))
    throw std::invalid_argument("no element type '" + name + "'");
  Network net("filter");
  const Shape shape{command.at("shape").at(0).get<int64_t>(),
                    command.at("shape").at(1).get<int64_t>()};
  net.output("y", filter->second(net.input("x", shape, dtype)));
  return net;
}

Network network_of(const json& command) {
  const std::string kind = command.at("kind");
  if (kind == "conv")
    return conv_network(command.at("layer"));
  if (kind == "lenet5")
    return zoo_network("lenet5", command.at("batch"));
  if (kind == "call")
    return call_network();
  if (kind == "equation")
    return equation_network(command.at("equation"));
  if (kind == "filter")
    return filter_network(command);
  if (kind == "onnx")
    return load_network(command.at("onnx"));
  throw std::invalid_argument("no network of kind '" + kind + "'");
}

struct Compiled {
  Model model;
  double network_seconds = 0; // for the network, before its compilation
  int64_t peak_bytes = 0;     // of memory, of this process until then
};

// "VmHWM:     123456 kB": unlike getrusage(), it leaves out what the parent had before exec().
int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:"))
      return std::stoll(line.substr(6)) * 1024;
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

Compiled compiled(const json& command) {
  const bench::Clock::time_point begin = bench::Clock::now();
  Network network = network_of(command);
  for (const auto& [name, path] : command.at("weights").items()) {
    const host::HostTensor weight = host::read_npy(path.get<std::string>());
    network.set_weight(name, weight.bytes(), weight.size_bytes());
  }
  const double network_seconds = bench::seconds_since(begin);
  CompileOptions options;
  options.cache = command.at("cache").get<std::string>();
  options.algorithms = command.value("algorithms", options.algorithms);
  return {compile(network, options), network_seconds, peak_bytes()};
}

// --- A network in memory, ready to run -------------------------------------------------------

class Job {
 public:
  Job(const json& command, Model model, uint32_t threads)
      : model_(std::move(model)), threads_(threads), context_(model_.runtime(), options()),
        x_(host::read_npy(command.at("input").get<std::string>())),
        y_(dtype_of(model_), extents_of(model_.outputs().at(0).type.shape)) {}
  Job(const Job&) = delete; // its buffers are addresses within it

  const host::HostTensor& output() const { return y_; }
  void run() { context_.run({&input_, 1}, {&output_, 1}); }

  std::vector<host::KernelStatistics> profile(double seconds) {
    constexpr size_t most = 500; // enough for a median
    host::Profiler profiler(model_.runtime(), most);
    fovea_context_options profiled = options();
    profiled.profiler = &profiler.hooks();
    host::Context context(model_.runtime(), profiled);
    context.run({&input_, 1}, {&output_, 1});
    profiler.clear();
    const bench::Clock::time_point begin = bench::Clock::now();
    for (size_t k = 0; k < most && (k < 3 || bench::seconds_since(begin) < seconds); ++k)
      context.run({&input_, 1}, {&output_, 1});
    return profiler.statistics();
  }

 private:
  static fovea_dtype dtype_of(const Model& model) {
    return static_cast<fovea_dtype>(model.outputs().at(0).type.dtype);
  }
  static std::vector<int64_t> extents_of(const Shape& shape) {
    return {shape.begin(), shape.end()};
  }
  fovea_context_options options() const {
    fovea_context_options options{};
    options.struct_size = sizeof options;
    options.threads = threads_;
    return options;
  }

  Model model_;
  uint32_t threads_;
  host::Context context_;
  host::HostTensor x_, y_;
  fovea_buffer input_ = x_.buffer(), output_ = y_.buffer();
};

// --- Commands --------------------------------------------------------------------------------

json to_json(const Compiled& compiled) {
  json kernels = json::array();
  for (const KernelInfo& kernel : compiled.model.kernels())
    kernels.push_back({{"layers", kernel.layers},
                       {"algorithm", kernel.algorithm},
                       {"schedule", kernel.schedule},
                       {"compile_seconds", kernel.seconds}});
  return {{"seconds", compiled.model.compile_seconds()},
          {"network_seconds", compiled.network_seconds},
          {"peak_bytes", compiled.peak_bytes},
          {"kernels", kernels}};
}

json profile(Job& job, double seconds) {
  json kernels = json::array();
  for (const host::KernelStatistics& kernel : job.profile(seconds))
    kernels.push_back({{"layer", kernel.layer},
                       {"ops", kernel.ops},
                       {"algorithm", kernel.algorithm},
                       {"macs", kernel.macs},
                       {"bytes", kernel.bytes},
                       {"seconds", kernel.median_seconds}});
  return {{"kernels", kernels}};
}

class Worker {
 public:
  explicit Worker(int threads) : threads_(static_cast<uint32_t>(threads)) {}

  json answer(const json& command) {
    const std::string verb = command.at("do");
    if (verb == "prepare") {
      job_.reset(); // its memory first
      const Compiled network = compiled(command);
      job_ = std::make_unique<Job>(command, network.model, threads_);
      return to_json(network);
    }
    if (verb == "release") {
      job_.reset();
      return json::object();
    }
    if (!job_)
      throw std::logic_error("no network is prepared");
    if (verb == "output") {
      job_->run();
      host::write_npy(command.at("path").get<std::string>(), job_->output());
      return json::object();
    }
    if (verb == "time")
      return bench::time_runs([&] { job_->run(); }, command.at("seconds"));
    if (verb == "profile")
      return profile(*job_, command.at("seconds"));
    throw std::invalid_argument("unknown command '" + verb + "'");
  }

 private:
  uint32_t threads_;
  std::unique_ptr<Job> job_;
};

} // namespace

int main(int argc, char** argv) {
  return bench::serve<Worker>(argc, argv);
}
