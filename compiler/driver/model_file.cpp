#include "compiler/driver/diagnostics.hpp"
#include "compiler/driver/files.hpp"
#include "compiler/driver/isolate.hpp"
#include "compiler/driver/model_text.hpp"
#include "compiler/import/import_network.hpp"
#include "compiler/import/limits.hpp"
#include "compiler/import/network_of.hpp"
#include "compiler/import/onnx/import_onnx.hpp"
#include "compiler/ir/ops.hpp"
#include "compiler/ir/source_of.hpp"

#include <fovea/model_file.hpp>
#include <fovea/runtime/output_files.hpp>

#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Parser/Parser.h>

#include <cstring>

namespace fovea {
namespace {

namespace fs = std::filesystem;

fs::path weights_beside(fs::path model) {
  return model.replace_extension(".safetensors");
}

// ---- save --------------------------------------------------------------------------------------

std::string text_of(const Network& network) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::OwningOpRef<mlir::ModuleOp> module = ir::import_network(network, context);
  ir::check_limits(*module); // what load_network refuses is not written
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, mlir::OpPrintingFlags().useLocalScope());
  return text;
}

// Every weight, or none where none is set.
host::TensorMap weights_of(const Network& network, SourceLocation location) {
  host::TensorMap tensors;
  std::string missing;
  int count = 0;
  for (int value : network.parameters()) {
    const ValueInfo& parameter = network.values()[static_cast<size_t>(value)];
    const WeightData& weight = network.weight(value);
    if (!weight.data) {
      missing += (count++ ? ", " : "") + parameter.name;
      continue;
    }
    auto tensor = host::HostTensor::uninitialised(static_cast<fovea_dtype>(parameter.type.dtype),
                                                  parameter.type.shape.to_vector());
    std::memcpy(tensor.bytes(), weight.data, tensor.size_bytes());
    tensors.emplace(parameter.name, std::move(tensor));
  }
  if (count && !tensors.empty())
    throw Error(
        {.what = "network '" + network.name() + "' has weights without contents: " + missing,
         .where = location,
         .expected = "every weight set before save(), or none",
         .got = std::to_string(count) + " of " + std::to_string(network.parameters().size()) +
                " not set",
         .hint = "use net.load(\"...safetensors\"), net.set_weight(...) or net.randomize(seed)"});
  return tensors;
}

// ---- load --------------------------------------------------------------------------------------

import::OnnxOptions onnx_options(const LoadOptions& options){
    import::OnnxOptions onnx{.shapes = options.shapes, .fixed = {}, .batch = options.batch};
for (const auto& [name, tensor] : options.fixed)
  onnx.fixed.emplace(
      name, import::make_constant(name, {static_cast<DType>(tensor.dtype()), Shape(tensor.shape())},
                                  tensor.bytes()));
return onnx;
} // namespace

Network parse(const std::string& path, const std::string& text, SourceLocation location) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  context.loadDialect<ir::FoveaDialect, mlir::func::FuncDialect>();
  const driver::Diagnostics diagnostics(context);
  const auto module =
      mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(&context), path);
  if (!module)
    diagnostics.fail("reading " + path, location);
  return ir::network_of(*module);
}

} // namespace fovea

void Network::save(const std::string& path, SourceLocation location) const {
  const fs::path model(path), weights = weights_beside(model);
  if (model.extension() != ".mlir")
    throw Error({.what = path + ": a model's file has another ending",
                 .where = location,
                 .expected = "the name of a .mlir file",
                 .got = "'" + model.filename().string() + "'",
                 .hint = "net.save(\"" + fs::path(model).replace_extension(".mlir").string() +
                         "\"); the weights go beside it, into .safetensors"});
  if (name().empty())
    throw Error({.what = path + ": a network without a name cannot be saved",
                 .where = location,
                 .hint = "give it a name: Network net(\"lenet5\")"});
  const host::TensorMap tensors = weights_of(*this, location);
  std::error_code ignored;
  if (tensors.empty() && fs::exists(weights, ignored))
    throw Error({.what = weights.string() + " exists, and would be taken for the weights of " +
                         path + ", which has none",
                 .where = location,
                 .hint = "remove it, choose another name, or set the weights"});
  const std::string text = text_of(*this);
  try {
    host::OutputFiles files;
    files.write(model, text);
    if (!tensors.empty()) {
      const fs::path temporary = files.open(weights);
      try {
        host::write_safetensors(temporary, tensors);
      } catch (const host::FileError& error) {
        throw host::FileError(weights, error.fields());
      }
    }
    files.commit();
  } catch (const host::FileError& error) {
    driver::rethrow(error, location);
  }
}

struct OnnxModel::State {
  import::OnnxFile file;
  std::vector<OpenInput> inputs;
};

OnnxModel::OnnxModel(const std::string& path, SourceLocation location) {
  import::OnnxFile file(path, import::OnnxOptions{}.max_bytes, location);
  std::vector<OpenInput> inputs;
  for (import::OnnxInput& input : file.inputs())
    inputs.push_back({std::move(input.name), std::move(input.extents)});
  state_ = std::make_shared<const State>(State{std::move(file), std::move(inputs)});
}

const std::vector<OpenInput>& OnnxModel::inputs() const {
  return state_->inputs;
}

Network OnnxModel::network(const LoadOptions& options, SourceLocation location) const {
  return state_->file.network(onnx_options(options), location);
}

Network load_network(const std::string& path, const LoadOptions& options, SourceLocation location) {
  if (fs::path(path).extension() == ".onnx")
    return OnnxModel(path, location).network(options, location);
  const std::string text = driver::read_model_text(path, options.max_bytes, location);
  if (options.isolate) {
    driver::IsolationLimits limits;
    limits.cpu_seconds += static_cast<int>(text.size() >> 20); // one more for each MiB
    driver::run_isolated(
        "reading " + path, [&] { parse(path, text, location); }, limits);
  }
  Network network = parse(path, text, location);
  const fs::path beside = weights_beside(path);
  std::error_code ignored;
  if (!options.weights.empty())
    network.load(options.weights, location);
  else if (fs::exists(beside, ignored))
    network.load(beside.string(), location);
  return network;
}

} // namespace fovea
