#include "emulated.hpp"

#include "tests/emit/library_files.hpp"
#include "tests/support/buffers.hpp"
#include "tests/support/random_values.hpp"

#include <fovea/fovea.hpp>
#include <fovea/runtime/model.hpp>

#include <cstring>
#include <stdexcept>

namespace fovea::aarch64_test {
namespace {

namespace fs = std::filesystem;
using emission::testing::shell;
using emission::testing::TestFolder;

// Where Debian's packages for cross compilers put the C library of AArch64.
constexpr const char* root = "/usr/aarch64-linux-gnu";

std::string find_problem() {
  if (std::string(FOVEA_AARCH64_RUN_LIBRARY).empty())
    return "there was no clang++ with libstdc++-12-dev-arm64-cross when fovea was built";
  if (!fs::exists(FOVEA_AARCH64_RUN_LIBRARY))
    return std::string(FOVEA_AARCH64_RUN_LIBRARY) + " is not there";
  if (shell("qemu-aarch64 --version").status != 0)
    return "qemu-aarch64 is not there (package qemu-user)";
  return {};
}

void write(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

const TensorType& type_of(const Network& network, int value) {
  return network.values()[static_cast<size_t>(value)].type;
}

} // namespace

const std::string& cannot_run() {
  static const std::string problem = find_problem();
  return problem;
}

Bytes run_emulated(const Network& network, const Bytes& inputs, const EmitOptions& options,
                   int threads) {
  const TestFolder folder;
  EmitOptions own = options;
  own.prefix = "net";
  own.compile.target = catalogue::parse_target("aarch64 threads=2");
  emit(network, folder / "net.so", own);
  write(folder / "in", inputs);
  const auto ran = shell(std::string("qemu-aarch64 -L ") + root + " " + FOVEA_AARCH64_RUN_LIBRARY +
                         " " + (folder / "net.so") + " net " + (folder / "in") + " " +
                         (folder / "out") + " " + std::to_string(threads));
  if (ran.status != 0)
    throw std::runtime_error("the program for AArch64 failed: " + ran.said);
  const std::string text = emission::testing::file_text(folder / "out");
  Bytes outputs(text.size());
  std::memcpy(outputs.data(), text.data(), text.size());
  return outputs;
}

Bytes random_inputs(const Network& network, uint64_t seed) {
  std::mt19937_64 engine(seed);
  Bytes bytes;
  for (const int input : network.inputs()) {
    const TensorType& type = type_of(network, input);
    const size_t begin = bytes.size();
    bytes.resize(begin + static_cast<size_t>(type.bytes()));
    testing::fill(bytes.data() + begin, type.dtype, type.shape.elements(), {},
                  testing::Sprinkle::none, engine);
  }
  return bytes;
}

Bytes run_here(const Network& network, const Bytes& inputs, const CompileOptions& options) {
  const Model model = compile(network, options);
  const host::Model& runtime = model.runtime();
  const fovea_table& table = runtime.table();
  Bytes given = inputs, outputs;
  std::vector<fovea_buffer> in, out;
  size_t at = 0;
  for (uint64_t k = 0; k < table.input_count(runtime.handle()); ++k) {
    in.push_back(buffer_for(runtime.input(k), given.data() + at));
    at += in.back().bytes;
  }
  const uint64_t count = table.output_count(runtime.handle());
  size_t total = 0;
  for (uint64_t k = 0; k < count; ++k)
    total += runtime.output(k).bytes;
  outputs.resize(total);
  at = 0;
  for (uint64_t k = 0; k < count; ++k) {
    out.push_back(buffer_for(runtime.output(k), outputs.data() + at));
    at += out.back().bytes;
  }
  host::Context(runtime, 1).run(in, out);
  return outputs;
}

} // namespace fovea::aarch64_test
