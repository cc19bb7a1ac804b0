#pragma once
#include <fovea/catalogue/kernel.hpp>
#include <fovea/runtime/model.hpp>

#include <vector>

namespace fovea::testing {

// One kernel as a program of its own, along the path that ships: linked by the JIT with a driver
// function that calls it alone. Its model's inputs are the kernel's operands, its outputs the
// results, both as they are stored.
class SingleKernel {
 public:
  // Throws fovea::Error.
  SingleKernel(const catalogue::KernelRequest& request, const catalogue::KernelCompiler& compiler);

  const std::vector<TensorType>& operands() const { return operands_; }
  const std::vector<TensorType>& results() const { return results_; }
  const host::Model& model() const { return model_; }

 private:
  SingleKernel(const catalogue::KernelRequest& request, const catalogue::KernelObject& kernel);

  std::vector<TensorType> operands_, results_;
  host::Model model_;
};

// One for each type, at the address in `data` that has its place.
std::vector<fovea_buffer> buffers_of(const std::vector<TensorType>& types,
                                     const std::vector<const void*>& data);

} // namespace fovea::testing
