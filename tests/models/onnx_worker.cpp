// Runs models for the scripts of tests/models. One JSON object a line comes in on standard input
// and one goes out:
//
//   {"model": "m.onnx", "inputs": {"x": "x.npy"}, "fixed": {"shape": "s.npy"},
//    "outputs": {"y": "y.npy"}, "cache": "DIR"}
//   {"done": true}   or   {"refused": "why"}
//
// `fixed` are inputs that are known when the model is read. A model may also be {"zoo": "resnet18",
// "weights": "w.safetensors"}, and "precision" may be "exact".
#include <fovea/fovea.hpp>
#include <fovea/model_file.hpp>
#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/tensor_file.hpp>
#include <fovea/zoo.hpp>

#include <nlohmann/json.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

using namespace fovea;
using nlohmann::json;

namespace {

host::TensorMap tensors_of(const json& files) {
  host::TensorMap tensors;
  for (const auto& [name, path] : files.items())
    tensors.emplace(name, host::read_npy(path.get<std::string>()));
  return tensors;
}

std::vector<int64_t> extents_of(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

Network network_of(const json& command, const host::TensorMap& inputs) {
  if (command.contains("zoo")) {
    Network network = zoo_network(command.at("zoo").get<std::string>());
    network.load(command.at("weights").get<std::string>());
    return network;
  }
  LoadOptions options;
  options.fixed = tensors_of(command.value("fixed", json::object()));
  for (const auto& [name, tensor] : inputs)
    options.shapes[name] = Shape(tensor.shape());
  return load_network(command.at("model"), options);
}

void run(const json& command) {
  host::TensorMap inputs = tensors_of(command.at("inputs"));
  CompileOptions options;
  options.cache = command.at("cache").get<std::string>();
  if (command.value("precision", "fast") == "exact")
    options.precision = Precision::exact;
  const Model model = compile(network_of(command, inputs), options);

  std::vector<fovea_buffer> in, out;
  std::vector<host::HostTensor> results;
  for (const auto& input : model.inputs())
    in.push_back(inputs.at(input.name).buffer());
  for (const auto& output : model.outputs())
    results.emplace_back(static_cast<fovea_dtype>(output.type.dtype),
                         extents_of(output.type.shape));
  for (host::HostTensor& result : results)
    out.push_back(result.buffer());
  host::Context(model.runtime(), 1).run(in, out);
  for (size_t k = 0; k < results.size(); ++k)
    if (command.at("outputs").contains(model.outputs()[k].name))
      host::write_npy(command.at("outputs").at(model.outputs()[k].name).get<std::string>(),
                      results[k]);
}

} // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    json answer;
    try {
      run(json::parse(line));
      answer["done"] = true;
    } catch (const std::exception& error) {
      answer["refused"] = error.what();
    }
    // Messages may hold bytes that are no UTF-8.
    std::cout << answer.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
  }
  return 0;
}
