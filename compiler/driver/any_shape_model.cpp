#include <fovea/any_shape_model.hpp>

#include "compiler/driver/shape_sets.hpp"

#include <condition_variable>
#include <mutex>

namespace fovea {
namespace {

void check_extents(const Shapes& shapes, SourceLocation location) {
  for (const auto& [name, shape] : shapes)
    for (const int64_t extent : shape)
      if (extent < 1)
        throw Error({.what = "input '" + name + "' cannot have the shape " + to_string(shape),
                     .where = location,
                     .expected = "extents of 1 and more",
                     .got = std::to_string(extent)});
}

Shapes shapes_of(std::span<const NamedInput> inputs, SourceLocation location) {
  Shapes shapes;
  for (const NamedInput& input : inputs)
    if (!shapes.emplace(input.name, input.view.type.shape).second)
      throw Error(
          {.what = "input '" + std::string(input.name) + "' is given twice", .where = location});
  return shapes;
}

// What the file leaves open, and the user has not said for all sets, must be given; the rest may
// be, as the file says it.
class OnnxNetworks {
 public:
  OnnxNetworks(const std::string& path, LoadOptions load, SourceLocation location)
      : model_(path, location), load_(std::move(load)) {}

  Network operator()(const Shapes& shapes) const {
    LoadOptions load = load_;
    for (const auto& [name, shape] : shapes) {
      const auto [stated, is_new] = load.shapes.emplace(name, shape);
      if (!is_new && stated->second != shape)
        throw Error({.what = "input '" + name + "' has another shape than LoadOptions::shapes say",
                     .expected = to_string(stated->second),
                     .got = to_string(shape)});
    }
    return model_.network(load);
  }

 private:
  OnnxModel model_;
  LoadOptions load_;
};

} // namespace

struct AnyShapeModel::State {
  State(std::function<Network(const Shapes&)> make, const AnyShapeOptions& options)
      : make_(std::move(make)), options_(options) {
    if (options_.keep == 0)
      throw Error(
          {.what = "AnyShapeOptions::keep: no model could be kept", .expected = "1 or more"});
  }

  Model model(const Shapes& shapes, SourceLocation location) {
    check_extents(shapes, location);
    std::unique_lock lock(mutex_);
    while (true) {
      if (const auto found = entries_.find(key_of(shapes)); found != entries_.end()) {
        found->second.last_use = ++clock_;
        return found->second.model;
      }
      if (!compiling_)
        break;
      changed_.wait(lock);
    }
    compiling_ = true;
    lock.unlock();
    Model made;
    std::exception_ptr error;
    try {
      made = compile_located(shapes, location);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    compiling_ = false;
    changed_.notify_all();
    if (error)
      std::rethrow_exception(error);
    ++compilations_;
    keep(key_of(shapes), made);
    return made;
  }

  size_t kept() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  size_t compilations() const {
    const std::lock_guard lock(mutex_);
    return compilations_;
  }

 private:
  struct Entry {
    Model model;
    uint64_t last_use = 0;
  };
  static std::string key_of(const Shapes& shapes) { return driver::shapes_text(shapes); }

  // One set at a time: a compilation uses all cores by itself.
  Model compile_located(const Shapes& shapes, SourceLocation location) const {
    try {
      return compile(make_(shapes), options_.compile, location);
    } catch (const Error& error) {
      ErrorParts parts = error.parts();
      parts.detail +=
          (parts.detail.empty() ? "" : "\n") + ("for the inputs " + driver::shapes_text(shapes));
      if (!parts.where.known())
        parts.where = location;
      throw Error(std::move(parts));
    }
  }

  void keep(std::string key, const Model& model) {
    if (entries_.size() >= options_.keep) {
      auto oldest = entries_.begin();
      for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
        if (entry->second.last_use < oldest->second.last_use)
          oldest = entry;
      entries_.erase(oldest);
    }
    entries_.insert_or_assign(std::move(key), Entry{model, ++clock_});
  }

  const std::function<Network(const Shapes&)> make_;
  const AnyShapeOptions options_;
  mutable std::mutex mutex_; // of what follows
  std::condition_variable changed_;
  bool compiling_ = false;
  std::map<std::string, Entry> entries_; // by shapes
  uint64_t clock_ = 0;
  size_t compilations_ = 0;
};

AnyShapeModel::AnyShapeModel(const std::string& onnx_path, const LoadOptions& load,
                             const AnyShapeOptions& options, SourceLocation location)
    : AnyShapeModel(OnnxNetworks(onnx_path, load, location), options) {}

AnyShapeModel::AnyShapeModel(std::function<Network(const Shapes&)> make,
                             const AnyShapeOptions& options)
    : state_(std::make_shared<State>(std::move(make), options)) {}

Model AnyShapeModel::model(const Shapes& shapes, SourceLocation location) const {
  return state_->model(shapes, location);
}

void AnyShapeModel::run(std::span<const NamedInput> inputs, std::span<const NamedOutput> outputs,
                        SourceLocation location) const {
  model(shapes_of(inputs, location), location).run(inputs, outputs, location);
}

host::TensorMap AnyShapeModel::operator()(std::span<const NamedInput> inputs,
                                          SourceLocation location) const {
  const Model model = this->model(shapes_of(inputs, location), location);
  host::TensorMap results;
  std::vector<NamedOutput> outputs;
  for (const TensorInfo& output : model.outputs()) {
    host::HostTensor& tensor =
        results
            .emplace(output.name,
                     host::HostTensor::uninitialised(static_cast<fovea_dtype>(output.type.dtype),
                                                     output.type.shape.to_vector()))
            .first->second;
    outputs.push_back({output.name, OutputView(tensor.bytes(), output.type)});
  }
  model.run(inputs, outputs, location);
  return results;
}

size_t AnyShapeModel::kept() const {
  return state_->kept();
}

size_t AnyShapeModel::compilations() const {
  return state_->compilations();
}

} // namespace fovea
