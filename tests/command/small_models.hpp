// Models for tests of the command: small enough to compile in a moment.
#pragma once

#include <fovea/emit.hpp>
#include <fovea/fovea.hpp>

#include <string>

namespace fovea::testing {

// Input x [batch, 2, 6, 6]; 4*2*3*3 + 4 weights in conv1, 3*64 + 3 in fc.
inline Network small_network(const std::string& name = "small", int64_t batch = 1) {
  Network net(name);
  net.output("y", net.input("x", {batch, 2, 6, 6}) | conv(4, 3).named("conv1") | relu | flatten |
                      dense(3).named("fc"));
  net.randomize(1);
  return net;
}
inline constexpr int64_t small_conv_macs = 4 * 4 * 4 * 2 * 3 * 3; // 4x4 elements of 4 filters
inline constexpr int64_t small_macs = small_conv_macs + 3 * 64;
inline constexpr int64_t small_parameters = 4 * 2 * 3 * 3 + 4 + 3 * 64 + 3;

} // namespace fovea::testing
