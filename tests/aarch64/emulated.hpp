#pragma once
#include <fovea/emit.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace fovea::aarch64_test {

// Why libraries for AArch64 cannot be run here: a package is missing. Empty: they can.
const std::string& cannot_run();

using Bytes = std::vector<std::byte>;

// A library's outputs, one after another, for inputs likewise: emitted for AArch64 in the form that
// `file` says ("net.so"), and run by a program of that architecture. Throws std::runtime_error,
// with what was printed.
Bytes run_emulated(const Network& network, const Bytes& inputs, const EmitOptions& options = {},
                   int threads = 1);

// The bytes of a network's inputs, by a seed; integers take every value of their type.
Bytes random_inputs(const Network& network, uint64_t seed);
// What the same network gives here, compiled with these options.
Bytes run_here(const Network& network, const Bytes& inputs, const CompileOptions& options);

} // namespace fovea::aarch64_test
