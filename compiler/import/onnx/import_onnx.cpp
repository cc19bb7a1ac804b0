#include "compiler/import/onnx/import_onnx.hpp"

#include "compiler/import/onnx/import_graph.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <mutex>
#include <set>

namespace fovea::import {

struct OnnxFile::State {
  Model model;
  std::string name;

  // Those of the graph, read at the first call. Throws Error, then and each time again.
  const std::vector<Constant>& initializers() const {
    const std::lock_guard lock(mutex_);
    if (read_)
      return initializers_;
    std::vector<Constant> constants;
    for (const ::onnx::TensorProto& tensor : model.proto->graph().initializer())
      constants.push_back(
          aligned(read_tensor(tensor, model, fmt::format("initializer '{}'", tensor.name()))));
    initializers_ = std::move(constants);
    read_ = true;
    return initializers_;
  }

 private:
  // Protobuf's bytes lie anywhere: once here, instead of once for each network.
  static Constant aligned(Constant constant) {
    if (reinterpret_cast<uintptr_t>(constant.data.data) % weight_alignment == 0)
      return constant;
    return make_constant(constant.name, constant.type, constant.data.data);
  }

  mutable std::mutex mutex_;
  mutable bool read_ = false;
  mutable std::vector<Constant> initializers_;
};

OnnxFile::OnnxFile(const std::filesystem::path& path, int64_t max_bytes, SourceLocation where) {
  auto state = std::make_shared<State>();
  state->model = read_model(path, max_bytes, where);
  state->name = path.stem().string();
  state_ = std::move(state);
}

std::vector<OnnxInput> OnnxFile::inputs() const {
  const ::onnx::GraphProto& graph = state_->model.proto->graph();
  std::set<std::string> with_default;
  for (const ::onnx::TensorProto& tensor : graph.initializer())
    with_default.insert(tensor.name());
  std::vector<OnnxInput> inputs;
  for (const ::onnx::ValueInfoProto& value : graph.input()) {
    if (with_default.count(value.name()))
      continue;
    OnnxInput& input = inputs.emplace_back(OnnxInput{value.name(), std::nullopt});
    if (!value.type().tensor_type().has_shape())
      continue;
    input.extents.emplace();
    for (const auto& dimension : value.type().tensor_type().shape().dim())
      input.extents->push_back(dimension.has_dim_value() ? dimension.dim_value() : -1);
  }
  return inputs;
}

Network OnnxFile::network(const OnnxOptions& options, SourceLocation where) const {
  return import_graph(
      {state_->model, state_->name, [this]() -> auto& { return state_->initializers();
}
} // namespace fovea::import
, options,
      where);
}

Network import_onnx(const std::filesystem::path& path, const OnnxOptions& options,
                    SourceLocation where) {
  return OnnxFile(path, options.max_bytes, where).network(options, where);
}

} // namespace fovea::import
