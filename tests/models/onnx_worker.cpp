// Runs models in ONNX format for tests/models/backend.py. One JSON object a line comes in on
// standard input and one goes out:
//
//   {"model": "m.onnx", "inputs": {"x": "x.npy"}, "fixed": {"shape": "s.npy"},
//    "outputs": {"y": "y.npy"}, "cache": "DIR"}
//   {"done": true}   or   {"refused": "why"}
//
// `fixed` are inputs that are known when the model is read.
#include <fovea/fovea.hpp>
#include <fovea/model_file.hpp>
#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/tensor_file.hpp>

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

void run(const json& command) {
  host::TensorMap inputs = tensors_of(command.at("inputs"));
  LoadOptions load;
  load.fixed = tensors_of(command.at("fixed"));
  for (const auto& [name, tensor] : inputs)
    load.shapes[name] = Shape(tensor.shape());
  CompileOptions options;
  options.cache = command.at("cache").get<std::string>();
  const Model model = compile(load_network(command.at("model"), load), options);

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
