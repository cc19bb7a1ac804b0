// Names that clash, tensors of other networks, weights that are not there.
#include "tests/diagnostics/thrown_here.hpp"

#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

class NetworkErrors : public Thrown {
 protected:
  NetworkErrors() : Thrown(__FILE__) {}

  Network net{"net"};
  Tensor<> x = net.input("x", {1, 2});
};

TEST_F(NetworkErrors, TwoLayersOfOneName) {
  x | dense(3).named("fc");
  THROWN_HERE(x | dense(4).named("fc"));
  expect("layer 'fc' exists already", "layer names that occur once", "'fc' twice");
  EXPECT_EQ(error.hint, "choose another name");
}

TEST_F(NetworkErrors, TwoInputsOrOutputsOfOneName) {
  THROWN_HERE(net.input("x", {3}));
  expect("input 'x' exists already", "input names that occur once", "'x' twice");
  net.output("y", x | relu);
  THROWN_HERE(net.output("y", x | relu));
  expect("output 'y' exists already", "output names that occur once", "'y' twice");
  net.parameter("w", {3});
  THROWN_HERE(net.parameter("w", {3}));
  expect("weight 'w' exists already", "weight names that occur once", "'w' twice");
}

TEST_F(NetworkErrors, TensorsOfAnotherNetwork) {
  Network other("other");
  const Tensor<> y = other.input("y", {1, 2});
  THROWN_HERE(net.output("z", y));
  expect("output 'z': the tensor is not of this network", "a tensor of network 'net'",
         "one of network 'other'");
  THROWN_HERE(add(x, y));
  expect("add 'add': its inputs are of different networks", "tensors of network 'net'",
         "one of network 'other'");
  THROWN_HERE(concat({x, y}));
  expect("concat 'concat': its inputs are of different networks", "tensors of network 'net'",
         "one of network 'other'");
}

TEST_F(NetworkErrors, EmptyTensors) {
  THROWN_HERE(net.output("z", Tensor<>()));
  expect("output 'z': the tensor is not of this network", "a tensor of network 'net'",
         "an empty tensor");
  error = error_of([&] { Tensor<>() | relu; });
  EXPECT_EQ(error.what, "a tensor is used before it has a value");
  error = error_of([&] { Tensor<>().shape(); });
  EXPECT_EQ(error.what, "a tensor is used before it has a value");
  THROWN_HERE(add(x, Tensor<>()));
  expect("add 'add': its inputs are of different networks", "tensors of network 'net'",
         "an empty tensor");
}

TEST_F(NetworkErrors, UnknownWeights) {
  x | dense(1, no_bias).named("fc");
  const float values[] = {1, 2, 3};
  THROWN_HERE(net.set_weight("fc.wieght", values, 8));
  expect("network 'net' has no weight 'fc.wieght'", "", "");
  EXPECT_EQ(error.hint, "summary(network) lists the layers; a weight is named layer.weight");
  THROWN_HERE(net.set_weight("fc.weight", values, sizeof values));
  expect("weight 'fc.weight' has the wrong size", "8 bytes (1x2xf32)", "12 bytes");
}

} // namespace
} // namespace fovea
