#include "tests/graphs/guarded_run.hpp"

#include <single_kernel.hpp>

#include <fovea/runtime/abi.h>

#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>

namespace fovea::testing {
namespace {

// For the runtime: each block in pages of its own.
class GuardedAllocator {
 public:
  explicit GuardedAllocator(Placement placement) : placement_(placement) {}

  fovea_allocator interface() {
    return {sizeof(fovea_allocator), this,
            [](void* self, uint64_t bytes, uint64_t) -> void* {
              auto& own = *static_cast<GuardedAllocator*>(self);
              GuardedMemory block(aligned_size(bytes), own.placement_);
              void* data = block.data();
              own.blocks_.emplace(data, std::move(block));
              return data;
            },
            [](void* self, void* data, uint64_t) {
              static_cast<GuardedAllocator*>(self)->blocks_.erase(data);
            }};
  }

 private:
  const Placement placement_;
  std::map<void*, GuardedMemory> blocks_; // the runtime allocates in the calling thread
};

std::vector<TensorType> types_of(const std::vector<TensorInfo>& infos) {
  std::vector<TensorType> types;
  for (const TensorInfo& info : infos)
    types.push_back(info.type);
  return types;
}

std::vector<GuardedMemory> blocks_for(const std::vector<TensorType>& types, Placement placement) {
  std::vector<GuardedMemory> blocks;
  for (const TensorType& type : types)
    blocks.emplace_back(static_cast<size_t>(type.bytes()), placement);
  return blocks;
}

std::vector<const void*> addresses(const std::vector<GuardedMemory>& blocks) {
  std::vector<const void*> list;
  for (const GuardedMemory& block : blocks)
    list.push_back(block.data());
  return list;
}

} // namespace

size_t aligned_size(size_t bytes) {
  return (bytes + FOVEA_MEMORY_ALIGNMENT - 1) / FOVEA_MEMORY_ALIGNMENT * FOVEA_MEMORY_ALIGNMENT;
}

std::vector<Bytes> run_guarded(const Model& model, const std::vector<Bytes>& inputs,
                               Placement placement, unsigned threads) {
  GuardedAllocator memory(placement);
  const fovea_allocator allocator = memory.interface();
  fovea_model_options options{};
  options.struct_size = sizeof options;
  options.allocator = &allocator;
  const host::Model& plain = model.runtime();
  const host::Model guarded(plain.table(), *plain.table().model_program(plain.handle()), &options);

  const std::vector<TensorType> given = types_of(model.inputs()), made = types_of(model.outputs());
  std::vector<GuardedMemory> input_blocks = blocks_for(given, placement),
                             output_blocks = blocks_for(made, placement);
  for (size_t k = 0; k < inputs.size(); ++k) {
    std::memcpy(input_blocks[k].data(), inputs[k].data(), inputs[k].size());
    input_blocks[k].make_read_only();
  }
  const std::vector<fovea_buffer> input_buffers = buffers_of(given, addresses(input_blocks));
  std::vector<fovea_buffer> output_buffers = buffers_of(made, addresses(output_blocks));
  {
    fovea_context_options context_options{};
    context_options.struct_size = sizeof context_options;
    context_options.threads = threads;
    context_options.allocator = &allocator;
    host::Context(guarded, context_options).run(input_buffers, output_buffers);
  }
  std::vector<Bytes> outputs;
  for (const GuardedMemory& block : output_blocks) {
    if (!block.slack_is_intact())
      throw std::runtime_error("bytes beside output " + std::to_string(outputs.size()) +
                               " were written");
    const auto* first = static_cast<const std::byte*>(block.data());
    outputs.emplace_back(first, first + block.size());
  }
  return outputs;
}

} // namespace fovea::testing
